// The end of a search: a state with its reason, and no number where none is proven.

import { MINIMUM_P99_SAMPLES } from '../../contracts/evidence-limits.ts'
import { BLOCK_SECONDS } from '../../contracts/measurement.ts'
import { answersToProve } from './error-test.ts'
import { bracketOf, confirms, countsOf, type Evidence, errorsFrom, nearConfirms, verdictAt } from './evidence.ts'
import { countedBlocks, isSpoilt, wasSpoilt } from './hold.ts'
import { CONFIDENCE, type RateCurve } from './rate-curve.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type { ClaimResult, RateInterval, SearchResult, TriedRate } from './search-result.ts'

type Outcome = Pick<SearchResult, 'state' | 'reason' | 'operatingPoint' | 'neededSeconds'>

/** Of rule of three: without one event in T seconds, fewer than one in T ÷ 3 is the 95 % bound. */
const RULE_OF_THREE = 3

export function finished(plan: SearchPlan, evidence: Evidence, loadSeconds: number): SearchResult {
  const { holds, curve } = evidence
  const counted = holds.reduce((sum, hold) => sum + countedBlocks(hold).length, 0)
  return {
    ...outcomeOf(plan, evidence, loadSeconds),
    interval: curve === null ? null : intervalOf(curve, evidence),
    bracket: bracketOf(evidence),
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
  const { holds, curve, errorFail } = evidence
  const without = (
    state: SearchResult['state'],
    reason: SearchResult['reason'],
    neededSeconds: number | null = null,
  ): Outcome => {
    return { state, reason, operatingPoint: null, neededSeconds }
  }
  if (curve === null) {
    if (holds.some(wasSpoilt)) return without('invalid', 'disturbed')
    return without('undecided', 'budget', fullBudget(plan))
  }
  const rates = holds.map(({ ratePerSecond }) => ratePerSecond)
  if (errorFail !== null && errorFail <= Math.min(...rates)) return without('refused', 'errors')
  if (curve.high < plan.lowestRatePerSecond) return without('refused', 'below-lowest')
  const highest = Math.max(
    ...holds.filter((hold) => countedBlocks(hold).length > 0).map(({ ratePerSecond }) => ratePerSecond),
  )
  if (highest <= curve.low && errorFail === null)
    return without('passed-no-failure-found', ...whyNotHigher(plan, evidence, highest))

  const interval = intervalOf(curve, evidence)
  if (interval.high > interval.low * LIMITS.narrow || interval.high <= interval.low) {
    if (isDisturbedAbove(evidence, highest)) return without('undecided', 'disturbed')
    if (nearConfirms(holds) >= LIMITS.fewestConfirms) return without('refused', 'rates-disagree')
    return without('undecided', 'budget', fullBudget(plan))
  }
  const { verdict, errors, answered } = errorsFrom(interval.low / LIMITS.nearby, evidence)
  if (verdict !== 'pass') {
    const needed = answersToProve(errors, answered, plan.errorRateTarget)
    const more = needed === null ? null : loadSeconds + plan.overheadSeconds + (needed - answered) / interval.low
    return without('undecided', 'errors-unproven', more)
  }
  const { lastPass, firstFail } = bracketOf(evidence)
  if (lastPass === null || firstFail === null || nearConfirms(evidence.holds) < LIMITS.fewestNear)
    return without('undecided', 'budget', loadSeconds + confirmSeconds(plan))
  return {
    state: 'bracketed',
    reason: null,
    operatingPoint: { ratePerSecond: Math.min(curve.median, interval.high), interval },
    neededSeconds: null,
  }
}

/** Errors may set the end before lateness does. */
function intervalOf({ low, high }: RateCurve, { errorFail }: Evidence): RateInterval {
  const most = errorFail ?? Number.POSITIVE_INFINITY
  return { low: Math.min(low, most), high: Math.min(high, most), confidence: CONFIDENCE }
}

/** Rates that were wanted, and that something came between each time. */
function isDisturbedAbove({ holds }: Evidence, highest: number): boolean {
  return holds.some(({ ratePerSecond, blocks }) => ratePerSecond > highest && blocks.length > 0)
}

function whyNotHigher(plan: SearchPlan, evidence: Evidence, highest: number): [SearchResult['reason'], number | null] {
  if (isDisturbedAbove(evidence, highest)) return ['disturbed', null]
  if (highest >= plan.highestRatePerSecond - 0.1) return ['generator-limit', null]
  return ['budget', fullBudget(plan)]
}

function claimOf(plan: SearchPlan, evidence: Evidence): ClaimResult | null {
  const { claimRatePerSecond: ratePerSecond, errorRateTarget, overheadSeconds } = plan
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
  const { answered } = countsOf(own)
  if (answered === 0) return claim('invalid', 'disturbed', null)
  const verdict = verdictAt(ratePerSecond, evidence)
  if (verdict === 'fail') return claim('fail', null, null)
  if (answered < MINIMUM_P99_SAMPLES) {
    return claim('undecided', 'too-few-answers', overheadSeconds + MINIMUM_P99_SAMPLES / ratePerSecond)
  }
  if (verdict === 'pass') return claim('pass', null, null)
  const from = errorsFrom(ratePerSecond, evidence)
  if (from.verdict !== 'pass') {
    const needed = answersToProve(from.errors, from.answered, errorRateTarget)
    return claim('undecided', 'errors-unproven', needed === null ? null : overheadSeconds + needed / ratePerSecond)
  }
  return claim('undecided', 'budget', fullBudget(plan))
}

function confirmSeconds({ overheadSeconds }: SearchPlan): number {
  return overheadSeconds + LIMITS.confirmBlocks * BLOCK_SECONDS
}

/** Claim, probes and three confirming holds: what a search takes as a rule. */
function fullBudget(plan: SearchPlan): number {
  const claim = plan.claimRatePerSecond === null ? 0 : plan.overheadSeconds + LIMITS.claimBlocks * BLOCK_SECONDS
  return claim + LIMITS.locateSeconds + LIMITS.fewestConfirms * confirmSeconds(plan)
}
