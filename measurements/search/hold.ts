// What a search asks for and what it gets: holds of one rate, made of blocks.

const MOST = 0.5
/** Of fewer answers nobody can say "most". */
const FEWEST_ANSWERS = 3

/** Of one flow. */
export interface FlowBlock {
  /** Requests that came to their end, well or not; and, where most of a block is still under way, those that did not. */
  readonly answered: number
  /** Of the answered: right, but later than the p99 target, from the intended start; or not yet there. */
  readonly overTarget: number
  /** Runs of late answers that began in it (late-clusters.ts). */
  readonly clusters: number
  /** Of the answered. */
  readonly errors: number
}

export interface Block {
  /** By flow; a single flow is a mix of one. */
  readonly flows: Readonly<Record<string, FlowBlock>>
  /** Codes of what spoilt the block from outside; empty when nothing did. */
  readonly invalid: readonly string[]
}

/**
 * `claim`: the rate a claim is about. `probe`: one block, to find where to look. `confirm`: long enough to judge by.
 * `prove`: long enough for the rarest flow.
 */
export type HoldPurpose = 'claim' | 'probe' | 'confirm' | 'prove'

/** One process of the generator at one rate. It ends with its first spoilt or overloaded block. */
export interface Hold {
  readonly purpose: HoldPurpose
  readonly ratePerSecond: number
  readonly blocks: readonly Block[]
  /** false: latency climbed all through it, not all was answered, or work piled up behind the answers. */
  readonly isSustained: boolean
}

/** What counts of a hold, seen by one flow. */
export interface FlowHold {
  /** Of all flows together. */
  readonly ratePerSecond: number
  /** Of this one. */
  readonly flowPerSecond: number
  readonly blocks: readonly FlowBlock[]
}

/** From the first spoilt block on nothing counts: the queue that grew in it is still there in the next. */
export function countedBlocks({ blocks }: Pick<Hold, 'blocks'>): readonly Block[] {
  const spoilt = blocks.findIndex(isSpoilt)
  return spoilt === -1 ? blocks : blocks.slice(0, spoilt)
}

export function isSpoilt({ invalid }: Block): boolean {
  return invalid.length > 0
}

export function wasSpoilt({ blocks }: Pick<Hold, 'blocks'>): boolean {
  return blocks.some(isSpoilt)
}

/** Most answers of a flow are late or wrong: it only gets worse from here, and every further block would say the same. */
export function isOverloaded({ flows }: Block): boolean {
  return Object.values(flows).some(
    ({ answered, overTarget, errors }) => overTarget + errors > Math.max(MOST * answered, FEWEST_ANSWERS - 1),
  )
}

/** Its late answers say that it is overloaded; that it refuses as well says nothing of the rates that it can carry. */
export function isSwamped({ answered, overTarget, errors }: FlowBlock): boolean {
  return overTarget > MOST * (answered - errors)
}

/** Whether more blocks of this hold are of use. */
export function isOver({ blocks }: Pick<Hold, 'blocks'>, wanted: number): boolean {
  return blocks.length >= wanted || blocks.some((block) => isSpoilt(block) || isOverloaded(block))
}
