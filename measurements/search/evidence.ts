// What the holds of a search prove so far: about lateness by the curve, about errors by counting.

import { type ErrorVerdict, errorVerdict } from './error-test.ts'
import { type Block, countedBlocks, type Hold, isOverloaded } from './hold.ts'
import { type RateCurve, rateCurve } from './rate-curve.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type { RateVerdict, SearchResult } from './search-result.ts'

export interface Evidence {
  readonly holds: readonly Hold[]
  readonly curve: RateCurve | null
  /** The lowest rate up to which there are proven to be too many errors. */
  readonly errorFail: number | null
  /** The lowest rate that has too many, all in its only block: one burst, or its first. */
  readonly errorSuspect: number | null
  readonly errorRateTarget: number
}

export interface Counts {
  readonly answered: number
  readonly overTarget: number
  readonly errors: number
}

export function evidenceOf({ errorRateTarget, targetSeconds }: SearchPlan, holds: readonly Hold[]): Evidence {
  return {
    holds,
    curve: rateCurve(holds, targetSeconds),
    errorFail: errorFailOf(holds, errorRateTarget),
    errorSuspect: errorSuspectOf(holds, errorRateTarget),
    errorRateTarget,
  }
}

/**
 * More load does not make errors fewer, so what fails up to a rate fails at it. But errors come in bursts: a machine that
 * stands still for half a second makes the system refuse hundreds at once, at any rate. So it must fail without its worst
 * block, too.
 */
function errorFailOf(holds: readonly Hold[], errorRateTarget: number): number | null {
  const failing = ratesOf(holds).find((rate) => {
    const blocks = holds.filter(({ ratePerSecond }) => ratePerSecond <= rate).flatMap(countedBlocks)
    const { errors, answered } = sum(blocks.toSorted((a, b) => b.errors - a.errors).slice(1))
    return errorVerdict(errors, answered, errorRateTarget) === 'fail'
  })
  return failing ?? null
}

function errorSuspectOf(holds: readonly Hold[], errorRateTarget: number): number | null {
  const suspect = ratesOf(holds).find((rate) => {
    const blocks = holds.filter(({ ratePerSecond }) => ratePerSecond === rate).flatMap(countedBlocks)
    const { errors, answered } = sum(blocks)
    return blocks.length === 1 && errorVerdict(errors, answered, errorRateTarget) === 'fail'
  })
  return suspect ?? null
}

/** From the lowest on. */
function ratesOf(holds: readonly Hold[]): readonly number[] {
  return holds.map(({ ratePerSecond }) => ratePerSecond).sort((a, b) => a - b)
}

/**
 * For the same reason what passes from a rate on passes at it. Rates far beyond the operating point are left out: there
 * the system is overloaded and may well refuse.
 */
export function errorsFrom(
  ratePerSecond: number,
  { holds, curve, errorRateTarget }: Evidence,
): Counts & { readonly verdict: ErrorVerdict } {
  const most = Math.max(ratePerSecond, (curve?.high ?? 0) * LIMITS.nearby)
  const counts = countsOf(holds.filter((hold) => hold.ratePerSecond >= ratePerSecond && hold.ratePerSecond <= most))
  return { ...counts, verdict: errorVerdict(counts.errors, counts.answered, errorRateTarget) }
}

/** Confirming holds of which something counts. */
export function confirms(holds: readonly Hold[]): readonly Hold[] {
  return holds.filter((hold) => hold.purpose === 'confirm' && countedBlocks(hold).length > 0)
}

/** Those that were no overload tell where the operating point is, not only where it is not. */
export function nearConfirms(holds: readonly Hold[]): number {
  return confirms(holds).filter(({ blocks }) => !blocks.some(isOverloaded)).length
}

export function countsOf(holds: readonly Hold[]): Counts {
  return sum(holds.flatMap(countedBlocks))
}

function sum(blocks: readonly Block[]): Counts {
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

/** `pass`: the upper bound of the share over the target is at most 1 %, and the errors are proven. */
export function verdictAt(ratePerSecond: number, evidence: Evidence): RateVerdict {
  const { curve, errorFail } = evidence
  if (curve === null) return 'invalid'
  if (ratePerSecond >= Math.min(curve.high, errorFail ?? Number.POSITIVE_INFINITY)) return 'fail'
  return ratePerSecond <= curve.low && errorsFrom(ratePerSecond, evidence).verdict === 'pass' ? 'pass' : 'undecided'
}

export function bracketOf(evidence: Evidence): SearchResult['bracket'] {
  const rates = (wanted: RateVerdict) =>
    evidence.holds
      .filter((hold) => countedBlocks(hold).length > 0)
      .map(({ ratePerSecond }) => ratePerSecond)
      .filter((rate) => verdictAt(rate, evidence) === wanted)
  const [passed, failed] = [rates('pass'), rates('fail')]
  return {
    lastPass: passed.length > 0 ? Math.max(...passed) : null,
    firstFail: failed.length > 0 ? Math.min(...failed) : null,
  }
}
