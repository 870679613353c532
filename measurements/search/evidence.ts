// What the holds of a search prove so far about a rate: each flow for itself, and whether the rate was sustained.

import {
  type Counts,
  type FlowEvidence,
  type FlowVerdict,
  flowEvidence,
  flowVerdictAt,
  sum,
  unprovenFlow,
} from './flow-evidence.ts'
import { countedBlocks, type Hold, isOverloaded } from './hold.ts'
import type { RateCurve } from './rate-curve.ts'
import { LIMITS } from './search-limits.ts'
import type { SearchPlan } from './search-plan.ts'
import type { RateVerdict, SearchResult, UnprovenFlow } from './search-result.ts'
import { type Sustained, sustainedOf } from './sustained.ts'

export interface Evidence {
  readonly holds: readonly Hold[]
  readonly flows: readonly FlowEvidence[]
  /** The flow that ends first, as far as is known: where the operating point lies is asked of it. null: nothing counts. */
  readonly leading: FlowEvidence | null
  /** Of the leading flow. */
  readonly curve: RateCurve | null
  /** The lowest of any flow. */
  readonly errorFail: number | null
  readonly errorSuspect: number | null
  readonly sustained: Sustained
}

export function evidenceOf(plan: SearchPlan, holds: readonly Hold[]): Evidence {
  const flows = Object.entries(plan.flows).map(([flow, target]) => flowEvidence(flow, target, holds))
  const leading = leadingOf(flows)
  return {
    holds,
    flows,
    leading,
    curve: leading?.curve ?? null,
    errorFail: lowest(flows.flatMap(({ errorFail }) => errorFail ?? [])),
    errorSuspect: lowest(flows.flatMap(({ errorSuspect }) => errorSuspect ?? [])),
    sustained: sustainedOf(holds),
  }
}

/** One that is proven to end at a rate that was tried; before there is any, the one of which most is known. */
function leadingOf(flows: readonly FlowEvidence[]): FlowEvidence | null {
  const known = flows.flatMap((evidence) => (evidence.curve === null ? [] : [{ evidence, high: evidence.curve.high }]))
  const highest = Math.max(...flows.flatMap(({ holds }) => holds.map(({ ratePerSecond }) => ratePerSecond)))
  const ending = known.filter(({ high }) => high <= highest).toSorted((a, b) => a.high - b.high)
  const byShare = known.toSorted((a, b) => b.evidence.target.share - a.evidence.target.share)
  return (ending[0] ?? byShare[0])?.evidence ?? null
}

/** Beyond it the system is overloaded, and errors are another matter. */
export function mostPerSecond(ratePerSecond: number, { curve }: Evidence): number {
  return Math.max(ratePerSecond, (curve?.high ?? 0) * LIMITS.nearby)
}

export function leadingVerdictAt(ratePerSecond: number, evidence: Evidence): FlowVerdict {
  const { leading } = evidence
  return leading === null ? 'undecided' : flowVerdictAt(ratePerSecond, leading, mostPerSecond(ratePerSecond, evidence))
}

/** One flow that fails fails the whole; the whole passes when each flow does, and the rate was sustained. */
export function verdictAt(ratePerSecond: number, evidence: Evidence): RateVerdict {
  const { flows, sustained } = evidence
  if (flows.every(({ holds }) => holds.length === 0)) return 'invalid'
  const verdicts = flows.map((flow) => flowVerdictAt(ratePerSecond, flow, mostPerSecond(ratePerSecond, evidence)))
  if (verdicts.includes('fail')) return 'fail'
  return ratePerSecond <= sustained.upTo && verdicts.every((verdict) => verdict === 'pass') ? 'pass' : 'undecided'
}

/** What each flow that may pass at a rate lacks for it. */
export function unprovenAt(ratePerSecond: number, evidence: Evidence): readonly UnprovenFlow[] {
  const most = mostPerSecond(ratePerSecond, evidence)
  return evidence.flows
    .filter((flow) => flowVerdictAt(ratePerSecond, flow, most) === 'undecided')
    .map((flow) => unprovenFlow(ratePerSecond, flow, most))
}

/** null: for one of them more of the same would not do. */
export function secondsMissing(unproven: readonly UnprovenFlow[]): number | null {
  const seconds = unproven.map(({ missingSeconds }) => missingSeconds ?? Number.POSITIVE_INFINITY)
  const most = Math.max(0, ...seconds)
  return Number.isFinite(most) ? most : null
}

/** Confirming holds of which something counts. */
export function confirms(holds: readonly Hold[]): readonly Hold[] {
  return holds.filter((hold) => hold.purpose === 'confirm' && countedBlocks(hold).length > 0)
}

/** Those that were no overload tell where the operating point is, not only where it is not. */
export function nearConfirms(holds: readonly Hold[]): readonly Hold[] {
  return confirms(holds).filter((hold) => !countedBlocks(hold).some(isOverloaded))
}

export function countsOf(holds: readonly Hold[]): Counts {
  return sum(holds.flatMap(countedBlocks).flatMap(({ flows }) => Object.values(flows)))
}

export function bracketOf(
  { holds }: Pick<Evidence, 'holds'>,
  verdictOf: (ratePerSecond: number) => RateVerdict,
): SearchResult['bracket'] {
  const rates = (wanted: RateVerdict) =>
    holds
      .filter((hold) => countedBlocks(hold).length > 0)
      .map(({ ratePerSecond }) => ratePerSecond)
      .filter((rate) => verdictOf(rate) === wanted)
  return { lastPass: highest(rates('pass')), firstFail: lowest(rates('fail')) }
}

function highest(rates: readonly number[]): number | null {
  return rates.length > 0 ? Math.max(...rates) : null
}

function lowest(rates: readonly number[]): number | null {
  return rates.length > 0 ? Math.min(...rates) : null
}
