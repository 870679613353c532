// Which rate to hold next, and for how long: locate, confirm, state. Pure: a function of what was held so far.
//
// Probes of one block say where to look and prove nothing. A confirmation holds a little below, block by block, until the
// bounds of the share over the target lie on one side of 1 %, or it has lasted long enough to say "undecided", lower.

import { SLOW_SHARE } from '../contracts/judge.ts'
import { BLOCK_SECONDS } from '../contracts/measurement.ts'
import { blockBounds, exactBounds } from '../contracts/proportion.ts'

export interface SearchBlock {
  readonly iterations: number
  readonly good: number
  readonly overTarget: number
  readonly errors: number
  /** Spoilt from outside: it counts for nothing. */
  readonly spoilt: boolean
}

/** `claim`: the rate that a claim is about, first of all. */
export type HoldPurpose = 'claim' | 'probe' | 'confirm'

export interface Hold {
  readonly purpose: HoldPurpose
  readonly ratePerSecond: number
  readonly blocks: readonly SearchBlock[]
}

export interface SearchPlan {
  /** null: no claim is about a rate. */
  readonly claimPerSecond: number | null
  readonly startPerSecond: number
  readonly lowestPerSecond: number
  readonly errorRateTarget: number
  readonly budgetSeconds: number
  /** Of a hold, before its first block. */
  readonly overheadSeconds: number
}

export type Move =
  | {
      readonly kind: 'hold'
      readonly purpose: HoldPurpose
      readonly ratePerSecond: number
      readonly mostSeconds: number
    }
  | { readonly kind: 'finished'; readonly why: 'confirmed' | 'budget' | 'nothing-passes' | 'spoilt' }

export type HoldOutcome = 'pass' | 'fail' | 'undecided' | 'spoilt'

const CLIMB = 1.35
const DESCENT = 0.6
const NARROW = 1.1
const FIRST_CONFIRMATION = 0.95
const LOWER_AFTER_UNDECIDED = 0.88
const FEWEST_BLOCKS = 8
const MOST_BLOCKS = 12
const MOST_REPEATS = 2
const LOCATE_SHARE = 0.4

export function nextMove(plan: SearchPlan, holds: readonly Hold[]): Move {
  const leftSeconds = plan.budgetSeconds - spentSeconds(plan, holds)
  const fits = (blocks: number) => leftSeconds >= plan.overheadSeconds + blocks * BLOCK_SECONDS
  const hold = (purpose: HoldPurpose, ratePerSecond: number, blocks: number): Move =>
    fits(1)
      ? {
          kind: 'hold',
          purpose,
          ratePerSecond: tenths(ratePerSecond),
          mostSeconds:
            BLOCK_SECONDS * Math.min(blocks, Math.floor((leftSeconds - plan.overheadSeconds) / BLOCK_SECONDS)),
        }
      : { kind: 'finished', why: 'budget' }
  const last = holds.at(-1)
  if (last !== undefined && outcomeOf(plan, last) === 'spoilt') {
    if (repeatsOf(last, holds) > MOST_REPEATS) return { kind: 'finished', why: 'spoilt' }
    return hold(last.purpose, last.ratePerSecond, last.purpose === 'probe' ? 1 : MOST_BLOCKS)
  }
  if (plan.claimPerSecond !== null && !holds.some(({ purpose }) => purpose === 'claim')) {
    return hold('claim', plan.claimPerSecond, claimBlocks(plan))
  }
  const confirmations = holds.filter(({ purpose }) => purpose === 'confirm' || purpose === 'claim')
  const tried = confirmations.filter(({ purpose }) => purpose === 'confirm')
  if (tried.some((one) => outcomeOf(plan, one) === 'pass')) return { kind: 'finished', why: 'confirmed' }
  const lowest = tried.at(-1)
  if (lowest !== undefined) {
    if (!fits(FEWEST_BLOCKS)) return { kind: 'finished', why: 'budget' }
    const lower = lowest.ratePerSecond * LOWER_AFTER_UNDECIDED
    return lower < plan.lowestPerSecond
      ? { kind: 'finished', why: 'nothing-passes' }
      : hold('confirm', lower, MOST_BLOCKS)
  }
  const next = nextProbe(plan, holds)
  const locating = holds.filter(({ purpose }) => purpose === 'probe')
  if (next !== null && spentSeconds(plan, locating) < LOCATE_SHARE * plan.budgetSeconds) return hold('probe', next, 1)
  const located = bracketOf(plan, holds).lastPass
  if (located === null) return { kind: 'finished', why: 'nothing-passes' }
  return fits(FEWEST_BLOCKS)
    ? hold('confirm', FIRST_CONFIRMATION * located, MOST_BLOCKS)
    : { kind: 'finished', why: 'budget' }
}

/** A hold that runs goes on while its blocks decide nothing. */
export function isEnough(plan: SearchPlan, hold: Hold): boolean {
  if (hold.purpose === 'probe') return hold.blocks.length >= 1
  const sound = hold.blocks.filter(({ spoilt }) => !spoilt)
  if (hold.blocks.length >= FEWEST_BLOCKS && sound.length < hold.blocks.length / 2) return true
  return sound.length >= FEWEST_BLOCKS && outcomeOf(plan, hold) !== 'undecided'
}

/** A probe is taken at its word; a confirmation needs bounds. */
export function outcomeOf({ errorRateTarget }: SearchPlan, { purpose, blocks }: Hold): HoldOutcome {
  const sound = blocks.filter(({ spoilt }) => !spoilt)
  if (sound.length < blocks.length / 2 || sound.length === 0) return 'spoilt'
  const sum = (of: (block: SearchBlock) => number) => sound.reduce((total, block) => total + of(block), 0)
  const [iterations, good, over, failed] = [
    sum((b) => b.iterations),
    sum((b) => b.good),
    sum((b) => b.overTarget),
    sum((b) => b.errors),
  ]
  const errors = exactBounds(failed, iterations)
  if (errors.low > errorRateTarget) return 'fail'
  if (purpose === 'probe') return over > SLOW_SHARE * good || good === 0 ? 'fail' : 'pass'
  const full = sound.filter((block) => block.good > 0).map((block) => ({ hits: block.overTarget, trials: block.good }))
  const slow = full.length >= FEWEST_BLOCKS ? blockBounds(full) : exactBounds(over, good)
  if (slow.low > SLOW_SHARE) return 'fail'
  return slow.high <= SLOW_SHARE && errors.high <= errorRateTarget ? 'pass' : 'undecided'
}

function nextProbe(plan: SearchPlan, holds: readonly Hold[]): number | null {
  const probes = holds.filter(({ purpose }) => purpose === 'probe')
  if (probes.length === 0) return Math.max(plan.startPerSecond, plan.lowestPerSecond)
  const { lastPass, firstMiss } = bracketOf(plan, probes)
  if (lastPass === null) {
    const lower = Math.min(...probes.map(({ ratePerSecond }) => ratePerSecond)) * DESCENT
    return lower < plan.lowestPerSecond ? null : lower
  }
  if (firstMiss === null) return lastPass * CLIMB
  return firstMiss / lastPass > NARROW ? Math.sqrt(firstMiss * lastPass) : null
}

function bracketOf(plan: SearchPlan, holds: readonly Hold[]) {
  const rated = holds.map((hold) => ({ rate: hold.ratePerSecond, outcome: outcomeOf(plan, hold) }))
  const misses = rated.filter(({ outcome }) => outcome === 'fail').map(({ rate }) => rate)
  const firstMiss = misses.length > 0 ? Math.min(...misses) : null
  const passes = rated
    .filter(({ rate, outcome }) => outcome === 'pass' && (firstMiss === null || rate < firstMiss))
    .map(({ rate }) => rate)
  return { lastPass: passes.length > 0 ? Math.max(...passes) : null, firstMiss }
}

function repeatsOf(last: Hold, holds: readonly Hold[]): number {
  return holds.filter(({ purpose, ratePerSecond }) => purpose === last.purpose && ratePerSecond === last.ratePerSecond)
    .length
}

function claimBlocks({ budgetSeconds }: SearchPlan): number {
  return Math.max(2, Math.min(MOST_BLOCKS, Math.floor((budgetSeconds * 0.25) / BLOCK_SECONDS)))
}

function spentSeconds({ overheadSeconds }: SearchPlan, holds: readonly Hold[]): number {
  return holds.reduce((sum, { blocks }) => sum + overheadSeconds + blocks.length * BLOCK_SECONDS, 0)
}

/** What a schedule can say. */
function tenths(ratePerSecond: number): number {
  return Math.max(0.1, Math.round(ratePerSecond * 10) / 10)
}
