// The end of a search: a state with its reason, and no number where none is proven.

import { MINIMUM_P99_SAMPLES } from '../../contracts/evidence-limits.ts'
import { SLOW_SHARE } from '../../contracts/judge.ts'
import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import {
  bracketOf,
  confirms,
  countsOf,
  type Evidence,
  mostPerSecond,
  nearConfirms,
  secondsMissing,
  unprovenAt,
  verdictAt,
} from './evidence.ts'
import { errorsWithin, errsAtEveryRate, flowVerdictAt, sum } from './flow-evidence.ts'
import { countedBlocks, isSpoilt, wasSpoilt } from './hold.ts'
import { provingHold, unprovenOf } from './proving.ts'
import { CONFIDENCE, type RateCurve } from './rate-curve.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type {
  ClaimResult,
  FailingFlow,
  RateInterval,
  SearchReason,
  SearchResult,
  TriedRate,
  UnprovenFlow,
} from './search-result.ts'

type Outcome = Pick<SearchResult, 'state' | 'reason' | 'operatingPoint' | 'neededSeconds'>

/** Of rule of three: without one event in T seconds, fewer than one in T ÷ 3 is the 95 % bound. */
const RULE_OF_THREE = 3

export function finished(plan: SearchPlan, evidence: Evidence, loadSeconds: number): SearchResult {
  const { holds, curve } = evidence
  const counted = holds.reduce((sum, hold) => sum + countedBlocks(hold).length, 0)
  const bracket = bracketOf(evidence, (rate) => verdictAt(rate, evidence))
  return {
    ...outcomeOf(plan, evidence, loadSeconds),
    interval: curve === null ? null : intervalOf(curve, evidence),
    bracket,
    failing: failingOf(bracket.firstFail, evidence),
    unproven: unprovenOf(evidence),
    claim: claimOf(plan, evidence),
    rates: holds.map(
      (hold): TriedRate => ({
        ratePerSecond: hold.ratePerSecond,
        purpose: hold.purpose,
        verdict: countedBlocks(hold).length === 0 ? 'invalid' : verdictAt(hold.ratePerSecond, evidence),
        countedBlocks: countedBlocks(hold).length,
        spoiltBlocks: hold.blocks.filter(isSpoilt).length,
        ...countsOf([hold]),
      }),
    ),
    countedBlocks: counted,
    looks: confirms(holds).length,
    loadSeconds,
    rarestEventSeconds: (counted * BLOCK_SECONDS) / RULE_OF_THREE,
  }
}

function outcomeOf(plan: SearchPlan, evidence: Evidence, loadSeconds: number): Outcome {
  const { holds, flows, curve, errorFail } = evidence
  const without = (
    state: SearchResult['state'],
    reason: SearchResult['reason'],
    neededSeconds: number | null = null,
  ): Outcome => {
    return { state, reason, operatingPoint: null, neededSeconds }
  }
  if (flows.some(errsAtEveryRate)) return without('refused', 'errors')
  if (curve === null) {
    if (holds.some(wasSpoilt)) return without('invalid', 'disturbed')
    return without('undecided', 'budget', fullBudget(plan))
  }
  if (curve.high < plan.lowestRatePerSecond) return without('refused', 'below-lowest')
  const highest = Math.max(
    ...holds.filter((hold) => countedBlocks(hold).length > 0).map(({ ratePerSecond }) => ratePerSecond),
  )
  if (highest <= curve.low && errorFail === null)
    return without('passed-no-failure-found', ...whyNotHigher(plan, evidence, highest, loadSeconds))

  const interval = intervalOf(curve, evidence)
  if (interval.high > interval.low * LIMITS.narrow || interval.high <= interval.low) {
    if (isDisturbedAbove(evidence, highest)) return without('undecided', 'disturbed')
    if (isLost(curve, evidence)) return without('undecided', 'not-sustained')
    if (lateConfirms(evidence) >= LIMITS.fewestConfirms) return without('refused', 'rates-disagree')
    return without('undecided', 'budget', moreTime(plan, evidence, loadSeconds))
  }
  const unproven = unprovenAt(interval.low / LIMITS.nearby, evidence)
  if (unproven.length > 0) {
    const proving = provingHold(evidence)
    const seconds = proving === null ? null : plan.overheadSeconds + proving.blocks * BLOCK_SECONDS
    return without('undecided', whyUnproven(unproven), seconds === null ? null : loadSeconds + seconds)
  }
  const { lastPass, firstFail } = bracketOf(evidence, (rate) => verdictAt(rate, evidence))
  if (lastPass === null || firstFail === null || nearConfirms(evidence.holds).length < LIMITS.fewestNear)
    return without('undecided', 'budget', moreTime(plan, evidence, loadSeconds))
  return {
    state: 'bracketed',
    reason: null,
    operatingPoint: { ratePerSecond: Math.min(curve.median, interval.high), interval },
    neededSeconds: null,
  }
}

/** Errors may set the end before lateness does; and where a rate was not sustained, lateness says nothing above it. */
function intervalOf(curve: RateCurve, evidence: Evidence): RateInterval {
  const most = evidence.errorFail ?? Number.POSITIVE_INFINITY
  const low = isLost(curve, evidence) ? evidence.sustained.upTo : curve.low
  return { low: Math.min(low, most), high: Math.min(curve.high, most), confidence: CONFIDENCE }
}

function isLost({ low }: RateCurve, { sustained: { lostAt } }: Evidence): boolean {
  return lostAt !== null && lostAt <= low
}

/** Confirming holds near the operating point that saw anything late: what disagrees must have been seen. */
function lateConfirms({ holds, leading }: Evidence): number {
  const flow = leading?.flow ?? ''
  return nearConfirms(holds).filter((hold) =>
    countedBlocks(hold).some(({ flows }) => (flows[flow]?.overTarget ?? 0) > 0),
  ).length
}

function whyUnproven(flows: readonly UnprovenFlow[]): SearchReason {
  return flows.every(({ answered }) => answered >= MINIMUM_P99_SAMPLES) ? 'errors-unproven' : 'too-few-answers'
}

function failingOf(firstFail: number | null, evidence: Evidence): FailingFlow | null {
  if (firstFail === null) return null
  const most = mostPerSecond(firstFail, evidence)
  const [failing] = evidence.flows.filter((flow) => flowVerdictAt(firstFail, flow, most) === 'fail')
  if (failing === undefined) return null
  const { flow, errorFail, target, holds } = failing
  const facts = { flow, ratePerSecond: firstFail }
  if (errorFail !== null && errorFail <= firstFail) {
    const { errors, answered } = errorsWithin(failing, (rate) => rate <= firstFail)
    return { ...facts, by: 'errors', count: errors, answered, targetShare: target.errorRateTarget }
  }
  const own = holds.filter(({ ratePerSecond }) => ratePerSecond === firstFail)
  const { overTarget, answered } = sum(own.flatMap(({ blocks }) => blocks))
  return { ...facts, by: 'slow', count: overTarget, answered, targetShare: SLOW_SHARE }
}

/** Rates that were wanted, and that something came between each time. */
function isDisturbedAbove({ holds }: Evidence, highest: number): boolean {
  return holds.some(({ ratePerSecond, blocks }) => ratePerSecond > highest && blocks.length > 0)
}

function whyNotHigher(
  plan: SearchPlan,
  evidence: Evidence,
  highest: number,
  loadSeconds: number,
): [SearchResult['reason'], number | null] {
  if (isDisturbedAbove(evidence, highest)) return ['disturbed', null]
  if (highest >= plan.highestRatePerSecond - 0.1) return ['generator-limit', null]
  return ['budget', moreTime(plan, evidence, loadSeconds)]
}

function claimOf(plan: SearchPlan, evidence: Evidence): ClaimResult | null {
  const { claimRatePerSecond: ratePerSecond, overheadSeconds } = plan
  if (ratePerSecond === null) return null
  const own = evidence.holds.filter(({ purpose }) => purpose === 'claim')
  const claim = (
    verdict: ClaimResult['verdict'],
    reason: ClaimResult['reason'],
    neededSeconds: number | null,
  ): ClaimResult => {
    return { ratePerSecond, verdict, reason, neededSeconds }
  }
  if (own.length === 0) return claim('undecided', 'budget', fullBudget(plan))
  if (countsOf(own).answered === 0) return claim('invalid', 'disturbed', null)
  const verdict = verdictAt(ratePerSecond, evidence)
  if (verdict !== 'undecided') return claim(verdict, null, null)
  if (ratePerSecond > evidence.sustained.upTo) return claim('undecided', 'not-sustained', null)
  const unproven = unprovenAt(ratePerSecond, evidence)
  const missing = secondsMissing(unproven)
  return claim('undecided', whyUnproven(unproven), missing === null ? null : overheadSeconds + missing)
}

function confirmSeconds({ overheadSeconds }: SearchPlan): number {
  return overheadSeconds + LIMITS.confirmBlocks * BLOCK_SECONDS
}

/** null: all confirming holds that it may have were held, and more time would not be used. */
function moreTime(plan: SearchPlan, { holds }: Evidence, loadSeconds: number): number | null {
  if (nearConfirms(holds).length >= LIMITS.mostConfirms) return null
  return Math.max(fullBudget(plan), loadSeconds + confirmSeconds(plan))
}

/** Claim, probes and three confirming holds: what a search takes as a rule. */
function fullBudget(plan: SearchPlan): number {
  const claim = plan.claimRatePerSecond === null ? 0 : plan.overheadSeconds + LIMITS.claimBlocks * BLOCK_SECONDS
  return claim + LIMITS.locateSeconds + LIMITS.fewestConfirms * confirmSeconds(plan)
}
