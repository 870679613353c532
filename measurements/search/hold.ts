// What a search asks for and what it gets: holds of one rate, made of blocks.

const OVERLOADED_SHARE = 0.5

export interface Block {
  /** Requests that came to their end, well or not. */
  readonly answered: number
  /** Of the answered: later than the p99 target, from the intended start. */
  readonly overTarget: number
  /** Runs of late answers that began in it (late-clusters.ts). */
  readonly clusters: number
  /** Of the answered. */
  readonly errors: number
  /** Codes of what spoilt the block from outside; empty when nothing did. */
  readonly invalid: readonly string[]
}

/** `claim`: the rate a claim is about. `probe`: one block, to find where to look. `confirm`: long enough to judge by. */
export type HoldPurpose = 'claim' | 'probe' | 'confirm'

/** One process of the generator at one rate. It ends with its first spoilt or overloaded block. */
export interface Hold {
  readonly purpose: HoldPurpose
  readonly ratePerSecond: number
  readonly blocks: readonly Block[]
}

/** From the first spoilt block on nothing counts: the queue that grew in it is still there in the next. */
export function countedBlocks({ blocks }: Hold): readonly Block[] {
  const spoilt = blocks.findIndex(isSpoilt)
  return spoilt === -1 ? blocks : blocks.slice(0, spoilt)
}

export function isSpoilt({ invalid }: Block): boolean {
  return invalid.length > 0
}

export function wasSpoilt({ blocks }: Hold): boolean {
  return blocks.some(isSpoilt)
}

/** Most answers late: the queue only grows from here, and every further block would say the same. */
export function isOverloaded({ answered, overTarget }: Block): boolean {
  return overTarget > OVERLOADED_SHARE * answered
}

/** Whether more blocks of this hold are of use. */
export function isOver({ blocks }: Pick<Hold, 'blocks'>, wanted: number): boolean {
  return blocks.length >= wanted || blocks.some((block) => isSpoilt(block) || isOverloaded(block))
}
