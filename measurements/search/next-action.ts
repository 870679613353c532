// The search for one flow's operating point, as a function of what was held so far: the rate of the claim first, then
// probes that find where to look, then holds close below and above that place until all blocks together say it narrowly
// enough. No clock, no chance: the same history gives the same action.

import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import { errorVerdict } from './error-test.ts'
import { bracketOf, countsOf, type Evidence, evidenceOf, nearConfirms } from './evidence.ts'
import { finished } from './finished.ts'
import { countedBlocks, type Hold, type HoldPurpose, wasSpoilt } from './hold.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type { SearchResult } from './search-result.ts'

export interface HoldAction {
  readonly kind: 'hold'
  readonly purpose: HoldPurpose
  readonly ratePerSecond: number
  /** Blocks before the next question; a spoilt one ends the hold at once. */
  readonly blocks: number
  /** Before it starts: what came between may pass, and what it left behind drains. */
  readonly restSeconds: number
}

export type SearchAction = HoldAction | { readonly kind: 'finished'; readonly result: SearchResult }

export function nextAction(plan: SearchPlan, holds: readonly Hold[]): SearchAction {
  const evidence = evidenceOf(plan, holds)
  const wanted = repeated(plan, holds) ?? wantedHold(plan, evidence)
  const spent = loadSeconds(plan, holds)
  const action = wanted === null ? null : fitted(wanted, plan, plan.budgetSeconds - spent)
  return action ?? { kind: 'finished', result: finished(plan, evidence, spent) }
}

/** What is left of the budget may be too short for a whole confirming hold, and of use all the same; null: it is not. */
function fitted(action: HoldAction, plan: SearchPlan, leftSeconds: number): HoldAction | null {
  const blocks = Math.min(
    action.blocks,
    Math.floor((leftSeconds - secondsOf({ ...action, blocks: 0 }, plan)) / BLOCK_SECONDS + 1e-9),
  )
  const least = action.purpose === 'confirm' ? Math.min(action.blocks, LIMITS.fewestConfirmBlocks) : action.blocks
  return blocks < least ? null : { ...action, blocks }
}

export function loadSeconds({ overheadSeconds }: SearchPlan, holds: readonly Hold[]): number {
  return holds.reduce((sum, { blocks }, i) => {
    return sum + restBefore(holds.slice(0, i)) + overheadSeconds + blocks.length * BLOCK_SECONDS
  }, 0)
}

function secondsOf({ restSeconds, blocks }: HoldAction, { overheadSeconds }: SearchPlan): number {
  return restSeconds + overheadSeconds + blocks * BLOCK_SECONDS
}

function blocksOf(purpose: HoldPurpose, { budgetSeconds }: SearchPlan): number {
  if (purpose === 'probe') return 1
  if (purpose === 'confirm') return LIMITS.confirmBlocks
  return budgetSeconds < LIMITS.shortBudgetSeconds ? LIMITS.claimBlocksInShortBudget : LIMITS.claimBlocks
}

/** What was spoilt from outside is held again at the same rate, at most twice: it is no miss. */
function repeated(plan: SearchPlan, holds: readonly Hold[]): HoldAction | null {
  const tries = triesOf(holds)
  const last = tries.at(-1)
  if (last === undefined || !wasSpoilt(last) || isGivenUp(tries)) return null
  const { purpose, ratePerSecond } = last
  const counted = tries.reduce((sum, hold) => sum + countedBlocks(hold).length, 0)
  const blocks = blocksOf(purpose, plan) - counted
  return { kind: 'hold', purpose, ratePerSecond, blocks, restSeconds: restBefore(holds) }
}

/** The last hold, with those before it that it repeats. */
function triesOf(holds: readonly Hold[]): readonly Hold[] {
  const last = holds.at(-1)
  let from = holds.length - 1
  while (from > 0 && wasSpoilt(holds[from - 1]!) && isSame(holds[from - 1]!, last!)) from--
  return last === undefined ? [] : holds.slice(from)
}

function isSame(one: Hold, other: Hold): boolean {
  return one.purpose === other.purpose && one.ratePerSecond === other.ratePerSecond
}

function isGivenUp(tries: readonly Hold[]): boolean {
  return tries.length > LIMITS.repeats && tries.every(wasSpoilt)
}

function restBefore(holds: readonly Hold[]): number {
  const tries = triesOf(holds)
  return tries.length > 0 && wasSpoilt(tries.at(-1)!) && !isGivenUp(tries) ? LIMITS.restSeconds * tries.length : 0
}

function wantedHold(plan: SearchPlan, evidence: Evidence): HoldAction | null {
  const { holds, curve, errorFail, errorSuspect } = evidence
  const hold = (purpose: HoldPurpose, ratePerSecond: number): HoldAction => {
    return { kind: 'hold', purpose, ratePerSecond, blocks: blocksOf(purpose, plan), restSeconds: 0 }
  }
  if (plan.claimRatePerSecond !== null && holds.length === 0) return hold('claim', plan.claimRatePerSecond)
  const range = rangeOf(plan, evidence)
  if (range === null || (curve !== null && curve.high < plan.lowestRatePerSecond)) return null

  const probes = holds.filter(({ purpose }) => purpose === 'probe')
  if (probes.length === 0 || curve === null) return hold('probe', within(range, nextFirst(plan, probes)))
  // Too many errors above: here too? A probe has too few answers to say.
  if (errorFail !== null && areErrorsOpen(range.high, evidence)) return hold('confirm', within(range, range.high))
  if (mayProbe(plan, probes, curve.spread)) {
    const rate = within(range, curve.median)
    if (!isAtLimit(rate, range, evidence)) return hold('probe', rate)
  }
  if (isSettled(evidence)) return null
  const rate = within(range, confirmRate(evidence))
  if (isAtLimit(rate, range, evidence)) return null
  // A second block tells a burst from an overload; eight of an overload tell no more.
  return hold(rate === errorSuspect ? 'probe' : 'confirm', rate)
}

/** Rates at which something came between every time. */
function givenUpRates(holds: readonly Hold[]): readonly number[] {
  return holds.filter((_, i) => isGivenUp(triesOf(holds.slice(0, i + 1)))).map(({ ratePerSecond }) => ratePerSecond)
}

interface Range {
  readonly low: number
  readonly high: number
}

/** Rates that may be offered next; null: none is left. */
function rangeOf(plan: SearchPlan, { holds, errorFail, errorSuspect }: Evidence): Range | null {
  const probed = holds.filter(({ purpose }) => purpose !== 'claim').map(({ ratePerSecond }) => ratePerSecond)
  const lowestTried = probed.length > 0 ? Math.min(...probed) : plan.lowestRatePerSecond
  const highestTried = probed.length > 0 ? Math.max(...probed) : plan.highestRatePerSecond
  const ceiling = Math.min(
    plan.highestRatePerSecond,
    highestTried * LIMITS.climbFactor,
    ...givenUpRates(holds).map((rate) => rate / LIMITS.climbFactor),
    (errorFail ?? Number.POSITIVE_INFINITY) / LIMITS.climbFactor,
    // Asked again before anything higher is.
    errorSuspect ?? Number.POSITIVE_INFINITY,
  )
  if (ceiling < plan.lowestRatePerSecond) return null
  const floor = Math.max(plan.lowestRatePerSecond, Math.min(lowestTried / LIMITS.climbFactor, ceiling))
  return { low: floor, high: ceiling }
}

/** Tenths per second: what the generator can offer. */
function within({ low, high }: Range, rate: number): number {
  return Math.max(0.1, Math.round(Math.min(high, Math.max(low, rate)) * 10) / 10)
}

/** While nothing counted yet, lower and lower. */
function nextFirst({ startRatePerSecond }: SearchPlan, probes: readonly Hold[]): number {
  return startRatePerSecond / LIMITS.climbFactor ** probes.length
}

function mayProbe({ overheadSeconds }: SearchPlan, probes: readonly Hold[], spread: number): boolean {
  const spent = probes.reduce((sum, { blocks }) => sum + overheadSeconds + blocks.length * BLOCK_SECONDS, 0)
  if (spent + overheadSeconds + BLOCK_SECONDS > LIMITS.locateSeconds) return false
  return probes.length < LIMITS.fewestProbes || spread > LIMITS.locatedSpread
}

function areErrorsOpen(ratePerSecond: number, { holds, errorRateTarget }: Evidence): boolean {
  const { errors, answered } = countsOf(holds.filter((hold) => hold.ratePerSecond <= ratePerSecond))
  return errorVerdict(errors, answered, errorRateTarget) === 'undecided'
}

/** The highest rate that may be offered, and it passes: there is nothing to find below it. */
function isAtLimit(rate: number, { high }: Range, { holds, curve, errorSuspect }: Evidence): boolean {
  return (
    rate >= high - 0.1 &&
    rate !== errorSuspect &&
    curve !== null &&
    rate <= curve.low &&
    holds.some(({ ratePerSecond }) => ratePerSecond >= rate - 0.1)
  )
}

function isSettled(evidence: Evidence): boolean {
  const { holds, curve } = evidence
  const confirms = nearConfirms(holds)
  if (confirms >= LIMITS.mostConfirms) return true
  const { lastPass, firstFail } = bracketOf(evidence)
  const isNarrow = curve !== null && curve.high <= curve.low * LIMITS.enough
  return confirms >= LIMITS.fewestConfirms && isNarrow && lastPass !== null && firstFail !== null
}

/** In turn below and above, until each end of the interval has a rate of its own beyond it. */
function confirmRate(evidence: Evidence): number {
  const { holds, curve } = evidence
  if (curve === null) throw new Error('nothing to confirm')
  const { low, median, high } = curve
  const confirms = nearConfirms(holds)
  const rates = holds.map(({ ratePerSecond }) => ratePerSecond)
  if (confirms >= LIMITS.straddling && high <= low * LIMITS.narrow) {
    if (!rates.some((rate) => rate <= low)) return low * 0.99
    if (!rates.some((rate) => rate >= high)) return high * 1.01
  }
  // The first two straddle the median; then the side that is known less.
  const isBelow = confirms < LIMITS.straddling ? confirms === 0 : median / low > high / median
  const aside = isBelow ? Math.sqrt(low / median) : Math.sqrt(high / median)
  const { least, most } = LIMITS.aside
  return isBelow
    ? median * Math.min(1 - least, Math.max(1 - most, aside))
    : median * Math.max(1 + least, Math.min(1 + most, aside))
}
