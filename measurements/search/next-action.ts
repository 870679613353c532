// The search for one flow's operating point, as a function of what was held so far: the rate of the claim first, then
// probes that find where to look, then holds close below and above that place until all blocks together say it narrowly
// enough. No clock, no chance: the same history gives the same action.

import { SLOW_SHARE } from '../../contracts/judge.ts'
import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import { errorVerdict } from './error-test.ts'
import { bracketOf, countsOf, type Evidence, evidenceOf, leadingVerdictAt, nearConfirms } from './evidence.ts'
import { finished } from './finished.ts'
import { errorsWithin } from './flow-evidence.ts'
import { countedBlocks, type Hold, type HoldPurpose, wasSpoilt } from './hold.ts'
import { provingHold } from './proving.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type { SearchResult } from './search-result.ts'

/** Rates are offered in tenths. */
const TENTH = 0.1

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
  const spent = loadSeconds(plan, holds)
  const affordable = (wanted: HoldAction | null) =>
    wanted === null ? null : fitted(wanted, plan, plan.budgetSeconds - spent)
  const action = affordable(repeated(plan, evidence) ?? wantedHold(plan, evidence)) ?? affordable(proof(evidence))
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

function blocksOf(purpose: Exclude<HoldPurpose, 'prove'>, { budgetSeconds }: SearchPlan): number {
  if (purpose === 'probe') return 1
  if (purpose === 'confirm') return LIMITS.confirmBlocks
  return budgetSeconds < LIMITS.shortBudgetSeconds ? LIMITS.claimBlocksInShortBudget : LIMITS.claimBlocks
}

/** What was spoilt from outside is held again at the same rate, at most twice: it is no miss. */
function repeated(plan: SearchPlan, evidence: Evidence): HoldAction | null {
  const { holds } = evidence
  const tries = triesOf(holds)
  const last = tries.at(-1)
  if (last === undefined || !wasSpoilt(last) || isGivenUp(tries)) return null
  const { purpose, ratePerSecond } = last
  if (purpose === 'prove') return proof(evidence)
  const counted = tries.reduce((sum, hold) => sum + countedBlocks(hold).length, 0)
  const blocks = blocksOf(purpose, plan) - counted
  return { kind: 'hold', purpose, ratePerSecond, blocks, restSeconds: restBefore(holds) }
}

/** Where nothing else is to be found: what the flows that come rarely still lack. */
function proof(evidence: Evidence): HoldAction | null {
  const { holds } = evidence
  const proving = provingHold(evidence)
  if (proving === null || givenUpRates(holds).includes(proving.ratePerSecond)) return null
  return { kind: 'hold', purpose: 'prove', ...proving, restSeconds: restBefore(holds) }
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
  const { holds, curve, errorSuspect } = evidence
  const hold = (purpose: Exclude<HoldPurpose, 'prove'>, ratePerSecond: number): HoldAction => {
    return { kind: 'hold', purpose, ratePerSecond, blocks: blocksOf(purpose, plan), restSeconds: 0 }
  }
  if (plan.claimRatePerSecond !== null && holds.length === 0) return hold('claim', plan.claimRatePerSecond)
  const range = rangeOf(plan, evidence)
  if (range === null || (curve !== null && curve.high < plan.lowestRatePerSecond)) return null

  const probes = holds.filter(({ purpose }) => purpose === 'probe')
  if (probes.length === 0 || curve === null) return hold('probe', within(range, nextFirst(plan, holds)))
  // Too many errors above: here too? A probe has too few answers to say.
  if (areErrorsOpen(range.high, evidence)) return hold('confirm', within(range, range.high))
  const lower = lowerToSustain(plan, range, evidence)
  if (lower !== null) return hold('confirm', lower)
  const higher = climbed(range, plan, evidence)
  if (higher !== null) return hold('probe', higher)
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
function rangeOf(plan: SearchPlan, evidence: Evidence): Range | null {
  const { holds, errorFail, errorSuspect } = evidence
  const probed = holds.filter(({ purpose }) => purpose !== 'claim').map(({ ratePerSecond }) => ratePerSecond)
  const lowestTried = probed.length > 0 ? Math.min(...probed) : plan.lowestRatePerSecond
  const highestTried = probed.length > 0 ? Math.max(...probed) : plan.highestRatePerSecond
  const ceiling = Math.min(
    plan.highestRatePerSecond,
    climbedTo(plan, holds) ?? highestTried * LIMITS.stepFactor,
    ...givenUpRates(holds).map((rate) => rate / LIMITS.stepFactor),
    (errorFail ?? Number.POSITIVE_INFINITY) / LIMITS.stepFactor,
    (lostAt(evidence) ?? Number.POSITIVE_INFINITY) / LIMITS.stepFactor,
    // Asked again before anything higher is.
    errorSuspect ?? Number.POSITIVE_INFINITY,
  )
  if (ceiling < plan.lowestRatePerSecond) return null
  const floor = Math.max(plan.lowestRatePerSecond, Math.min(lowestTried / LIMITS.stepFactor, ceiling))
  return { low: floor, high: ceiling }
}

/** Tenths per second: what the generator can offer. */
function within({ low, high }: Range, rate: number): number {
  return Math.max(0.1, Math.round(Math.min(high, Math.max(low, rate)) * 10) / 10)
}

/** Above a claim that is met with ease; and while nothing counted yet, lower and lower. */
function nextFirst(plan: SearchPlan, holds: readonly Hold[]): number {
  const probes = holds.filter(({ purpose }) => purpose === 'probe')
  const first = Math.max(plan.startRatePerSecond, climbedTo(plan, holds) ?? 0)
  return first / LIMITS.stepFactor ** probes.length
}

/** The highest rate up to which nothing was wrong and hardly anything late; null: there is none. */
function easeUpTo(holds: readonly Hold[]): number | null {
  const counted = holds.filter((hold) => countedBlocks(hold).length > 0)
  const uneasy = counted.filter((hold) => !isEasy(hold)).map(({ ratePerSecond }) => ratePerSecond)
  const easy = counted.map(({ ratePerSecond }) => ratePerSecond).filter((rate) => rate < Math.min(...uneasy))
  return easy.length > 0 ? Math.max(...easy) : null
}

/** More than the system was thought to carry, with ease: then nobody knows how much it carries. */
function isBeyondThought(ratePerSecond: number, { startRatePerSecond }: SearchPlan): boolean {
  return ratePerSecond >= LIMITS.thoughtOfStart * startRatePerSecond
}

/** With ease, and nothing is known of the next step either; null: something is, or it was no climb. */
function climbedTo(plan: SearchPlan, holds: readonly Hold[]): number | null {
  const ease = easeUpTo(holds)
  if (ease === null) return null
  const next = ease * (isBeyondThought(ease, plan) ? LIMITS.climbFactor : LIMITS.stepFactor)
  const isKnown = holds.some(({ ratePerSecond }) => ratePerSecond > ease && ratePerSecond <= next + TENTH)
  return isKnown ? null : next
}

/** Nothing wrong, and proven to be late for less than 1 %. */
function isEasy(hold: Hold): boolean {
  const { answered, overTarget, errors } = countsOf([hold])
  return errors === 0 && errorVerdict(overTarget, answered, SLOW_SHARE) === 'pass'
}

/** While the operating point lies beyond all that was tried, probes do; null: the climb is over, or can go no higher. */
function climbed(range: Range, plan: SearchPlan, { holds, curve }: Evidence): number | null {
  const next = climbedTo(plan, holds)
  if (next !== null) {
    const rate = within(range, next)
    return rate > (easeUpTo(holds) ?? 0) ? rate : null
  }
  const probed = holds.filter(({ purpose }) => purpose !== 'claim').map(({ ratePerSecond }) => ratePerSecond)
  const rate = within(range, range.high)
  return curve !== null && curve.median > range.high && rate > Math.max(...probed) ? rate : null
}

/**
 * Where a rate was not sustained that is not late either: is it at half of it? And well below the end that late answers
 * set, as high as there is anything to find. null: that is known.
 */
function lowerToSustain(plan: SearchPlan, range: Range, evidence: Evidence): number | null {
  const { curve, sustained } = evidence
  if (sustained.lostAt === null || curve === null || sustained.lostAt >= curve.median) return null
  const half = sustained.lostAt / 2
  if (half >= plan.lowestRatePerSecond && sustained.upTo < half - TENTH) return within({ low: 0, high: half }, half)
  return lostAt(evidence) !== null && sustained.upTo < range.high - TENTH ? within(range, range.high) : null
}

/** What is not late and yet was not sustained, well below where late answers set the end. */
function lostAt({ curve, sustained }: Evidence): number | null {
  return sustained.lostAt !== null && curve !== null && sustained.lostAt * LIMITS.nearby < curve.low
    ? sustained.lostAt
    : null
}

/** A climb beyond what the system was thought to carry takes as long as it takes; its last step locates. */
function mayProbe(plan: SearchPlan, probes: readonly Hold[], spread: number): boolean {
  const { overheadSeconds } = plan
  const firstUneasy = probes.findIndex((probe) => !isEasy(probe))
  const climb = firstUneasy === -1 ? probes : probes.slice(0, firstUneasy)
  const isLong = climb.some(({ ratePerSecond }) => isBeyondThought(ratePerSecond, plan))
  const spent = (isLong ? probes.slice(climb.length - 1) : probes).reduce(
    (sum, { blocks }) => sum + overheadSeconds + blocks.length * BLOCK_SECONDS,
    0,
  )
  if (spent + overheadSeconds + BLOCK_SECONDS > LIMITS.locateSeconds) return false
  return probes.length < LIMITS.fewestProbes || spread > LIMITS.locatedSpread
}

/** Of the flows that have too many at some rate. */
function areErrorsOpen(ratePerSecond: number, { flows }: Evidence): boolean {
  return flows
    .filter(({ errorFail }) => errorFail !== null)
    .some((flow) => errorsWithin(flow, (rate) => rate <= ratePerSecond).verdict === 'undecided')
}

/** The highest rate that may be offered, and it passes: there is nothing to find below it. */
function isAtLimit(rate: number, { high }: Range, { holds, curve, errorSuspect }: Evidence): boolean {
  return (
    rate >= high - TENTH &&
    rate !== errorSuspect &&
    curve !== null &&
    rate <= curve.low &&
    holds.some(({ ratePerSecond, purpose }) => purpose !== 'probe' && ratePerSecond >= rate - TENTH)
  )
}

/** By the flow that ends first: what others lack to be proven is no question of where. */
function isSettled(evidence: Evidence): boolean {
  const { holds, curve } = evidence
  const confirms = nearConfirms(holds).length
  if (confirms >= LIMITS.mostConfirms) return true
  const { lastPass, firstFail } = bracketOf(evidence, (rate) => leadingVerdictAt(rate, evidence))
  const isNarrow = curve !== null && curve.high <= curve.low * LIMITS.enough
  return confirms >= LIMITS.fewestConfirms && isNarrow && lastPass !== null && firstFail !== null
}

/** In turn below and above, until each end of the interval has a rate of its own beyond it. */
function confirmRate(evidence: Evidence): number {
  const { holds, curve } = evidence
  if (curve === null) throw new Error('nothing to confirm')
  const { low, median, high } = curve
  const confirms = nearConfirms(holds).length
  const rates = holds.map(({ ratePerSecond }) => ratePerSecond)
  if (confirms >= LIMITS.straddling && high <= low * LIMITS.narrow) {
    if (!rates.some((rate) => rate <= low)) return low * LIMITS.belowEnd
    if (!rates.some((rate) => rate >= high)) return high / LIMITS.belowEnd
  }
  // The first two straddle the median; then the side that is known less.
  const isBelow = confirms < LIMITS.straddling ? confirms === 0 : median / low > high / median
  const aside = isBelow ? Math.sqrt(low / median) : Math.sqrt(high / median)
  const { least, most } = LIMITS.aside
  return isBelow
    ? median * Math.min(1 - least, Math.max(1 - most, aside))
    : median * Math.max(1 + least, Math.min(1 + most, aside))
}
