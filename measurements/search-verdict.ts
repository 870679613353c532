// The rate that a search is about, and what its end says of it. Pure.

import type { LoadResult, TargetKind } from '../contracts/measurement.ts'
import { FLOWS, type ResolvedPlan } from '../contracts/plan.ts'
import { isLoopback } from './conditions.ts'
import { type Load, planRates } from './load.ts'
import type { SearchResult } from './search/search-result.ts'

export interface ClaimedRate {
  readonly perSecond: number
  /**
   * Of the order system on this machine the plan's ordinary second is one of a whole fleet: it is looked at first, and
   * missing it fails nobody who did not ask for it.
   */
  readonly decides: boolean
}

export interface ClaimedBy {
  readonly load: Load
  readonly plan: ResolvedPlan
  readonly target: { readonly baseUrl: string; readonly kind?: TargetKind }
  /** `--rate`. */
  readonly ratePerSecond: number | null
}

/** A schedule offers tenths: rounded up, so that what passes there passes at what is asked. */
export function claimedRate({ load, plan, target, ratePerSecond }: ClaimedBy): ClaimedRate | null {
  const claimed = ratePerSecond ?? planRates(load, plan)?.ordinaryPerSecond ?? null
  if (claimed === null) return null
  const { kind = 'headroom', baseUrl } = target
  const isOurs = Object.keys(load.weights).every((flow) => FLOWS.some((known) => known === flow))
  const isOfFleet = isOurs && kind === 'headroom' && isLoopback(new URL(baseUrl).hostname)
  return { perSecond: Math.ceil(claimed * 10 - 1e-9) / 10, decides: ratePerSecond !== null || !isOfFleet }
}

/** The claimed rate decides; without one, whether any rate is proven to pass. */
export function searchVerdict(
  claimed: ClaimedRate | null,
  { claim, state, bracket: { lastPass, firstFail } }: Pick<SearchResult, 'claim' | 'state' | 'bracket'>,
): LoadResult['verdict'] {
  if (claimed?.decides) {
    if (claim?.verdict === 'fail' || (firstFail !== null && firstFail <= claimed.perSecond)) return 'FAIL'
    if (claim?.verdict === 'pass' || (lastPass !== null && lastPass >= claimed.perSecond)) return 'PASS'
  }
  if (state === 'refused') return 'FAIL'
  return !claimed?.decides && lastPass !== null ? 'PASS' : 'INVALID'
}
