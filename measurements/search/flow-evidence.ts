// What the holds of a search prove about one flow: about lateness by its curve, about errors by counting.

import { MINIMUM_P99_SAMPLES } from '../../contracts/evidence-limits.ts'
import { answersToProve, type ErrorVerdict, errorVerdict } from './error-test.ts'
import { countedBlocks, type FlowBlock, type FlowHold, type Hold, isSwamped } from './hold.ts'
import { type RateCurve, rateCurve } from './rate-curve.ts'
import type { SearchedFlow } from './search-plan.ts'
import type { UnprovenFlow } from './search-result.ts'

export interface FlowEvidence {
  readonly flow: string
  readonly target: SearchedFlow
  readonly holds: readonly FlowHold[]
  /** null: nothing came to its end. */
  readonly curve: RateCurve | null
  /** The lowest rate up to which there are proven to be too many errors. */
  readonly errorFail: number | null
  /** The lowest rate that has too many, all in its only block: one burst, or its first. */
  readonly errorSuspect: number | null
}

export interface Counts {
  readonly answered: number
  readonly overTarget: number
  readonly errors: number
}

export function flowEvidence(flow: string, target: SearchedFlow, holds: readonly Hold[]): FlowEvidence {
  const own = holds
    .map((hold): FlowHold => {
      const { ratePerSecond } = hold
      const blocks = countedBlocks(hold).flatMap(({ flows }) => flows[flow] ?? [])
      return { ratePerSecond, flowPerSecond: target.share * ratePerSecond, blocks }
    })
    .filter(({ blocks }) => blocks.length > 0)
  const curve = rateCurve(own, target.targetSeconds)
  const erring = erringHolds(own, curve)
  return {
    flow,
    target,
    holds: own,
    curve,
    errorFail: errorFailOf(erring, target.errorRateTarget),
    errorSuspect: errorSuspectOf(erring, target.errorRateTarget),
  }
}

/**
 * By whose errors rates are judged. Where late answers prove that a system is overloaded it may well refuse as well: that
 * says nothing of the rates that it can carry.
 */
function erringHolds(holds: readonly FlowHold[], curve: RateCurve | null): readonly FlowHold[] {
  const high = curve?.high ?? Number.POSITIVE_INFINITY
  return holds.map((hold) =>
    hold.ratePerSecond < high ? hold : { ...hold, blocks: hold.blocks.filter((block) => !isSwamped(block)) },
  )
}

/**
 * More load does not make errors fewer, so what fails up to a rate fails at it. But errors come in bursts: a machine that
 * stands still for half a second makes the system refuse hundreds at once, at any rate. So it must fail without its worst
 * block, too.
 */
function errorFailOf(holds: readonly FlowHold[], errorRateTarget: number): number | null {
  const failing = ratesOf(holds).find((rate) => {
    const blocks = holds.filter(({ ratePerSecond }) => ratePerSecond <= rate).flatMap((hold) => hold.blocks)
    const { errors, answered } = sum(blocks.toSorted((a, b) => b.errors - a.errors).slice(1))
    return errorVerdict(errors, answered, errorRateTarget) === 'fail'
  })
  return failing ?? null
}

function errorSuspectOf(holds: readonly FlowHold[], errorRateTarget: number): number | null {
  const suspect = ratesOf(holds).find((rate) => {
    const blocks = holds.filter(({ ratePerSecond }) => ratePerSecond === rate).flatMap((hold) => hold.blocks)
    const { errors, answered } = sum(blocks)
    return blocks.length === 1 && errorVerdict(errors, answered, errorRateTarget) === 'fail'
  })
  return suspect ?? null
}

/** From the lowest on. */
function ratesOf(holds: readonly FlowHold[]): readonly number[] {
  return holds.map(({ ratePerSecond }) => ratePerSecond).sort((a, b) => a - b)
}

/** Errors in the rates that are wanted. */
export function errorsWithin(
  { holds, curve, target }: FlowEvidence,
  isWanted: (ratePerSecond: number) => boolean,
): Counts & { readonly verdict: ErrorVerdict } {
  const wanted = erringHolds(holds, curve).filter(({ ratePerSecond }) => isWanted(ratePerSecond))
  const counts = sum(wanted.flatMap(({ blocks }) => blocks))
  return { ...counts, verdict: errorVerdict(counts.errors, counts.answered, target.errorRateTarget) }
}

/**
 * Those by which a rate passes: what passes from a rate on passes at it. Higher rates that have too many say nothing
 * against it, and beyond `mostPerSecond` the system is overloaded and may well refuse.
 */
function errorsFrom(ratePerSecond: number, flow: FlowEvidence, mostPerSecond: number) {
  const { errorFail, errorSuspect } = flow
  const tooMany = [errorFail, errorSuspect].flatMap((rate) => (rate !== null && rate > ratePerSecond ? [rate] : []))
  const end = Math.min(...tooMany)
  return errorsWithin(flow, (rate) => rate >= ratePerSecond && rate <= mostPerSecond && rate < end)
}

/** Up to the rate that fails there are too many errors, and nothing says that a lower one has fewer. */
export function errsAtEveryRate(flow: FlowEvidence): boolean {
  const { errorFail } = flow
  if (errorFail === null) return false
  const failing = errorsWithin(flow, (rate) => rate >= errorFail)
  const lower = errorsWithin(flow, (rate) => rate < errorFail)
  return errorVerdict(lower.errors, lower.answered, failing.errors / Math.max(1, failing.answered)) !== 'pass'
}

export type FlowVerdict = 'pass' | 'fail' | 'undecided'

/**
 * `pass`: the upper bound of the share over the target is at most 1 %, there are samples for a p99, and the errors are
 * proven.
 */
export function flowVerdictAt(ratePerSecond: number, flow: FlowEvidence, mostPerSecond: number): FlowVerdict {
  const { curve, errorFail } = flow
  if (ratePerSecond >= Math.min(curve?.high ?? Number.POSITIVE_INFINITY, errorFail ?? Number.POSITIVE_INFINITY)) {
    return 'fail'
  }
  if (curve === null || ratePerSecond > curve.low) return 'undecided'
  const { verdict, answered } = errorsFrom(ratePerSecond, flow, mostPerSecond)
  return verdict === 'pass' && answered >= MINIMUM_P99_SAMPLES ? 'pass' : 'undecided'
}

/** What it lacks to pass at a rate at which it may. */
export function unprovenFlow(ratePerSecond: number, flow: FlowEvidence, mostPerSecond: number): UnprovenFlow {
  const { curve, target } = flow
  const { answered, errors } = errorsFrom(ratePerSecond, flow, mostPerSecond)
  const forErrors = answersToProve(errors, answered, target.errorRateTarget)
  const facts = { flow: flow.flow, answered }
  if (forErrors === null) return { ...facts, neededAnswers: null, missingSeconds: null }
  const isLatenessOpen = curve === null || ratePerSecond > curve.low
  const forLateness = isLatenessOpen ? answered + MINIMUM_P99_SAMPLES : MINIMUM_P99_SAMPLES
  const neededAnswers = Math.max(forErrors, forLateness)
  return { ...facts, neededAnswers, missingSeconds: (neededAnswers - answered) / (target.share * ratePerSecond) }
}

export function sum(blocks: readonly FlowBlock[]): Counts {
  let answered = 0
  let overTarget = 0
  let errors = 0
  for (const block of blocks) {
    answered += block.answered
    overTarget += block.overTarget
    errors += block.errors
  }
  return { answered, overTarget, errors }
}
