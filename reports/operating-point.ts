// The operating point of a curve, and what ended the search. Probes are no part of it: they prove nothing.

import type { CapacityPoint, Searched } from '../contracts/capacity.ts'
import { isSpoiltFromOutside } from '../contracts/judge.ts'
import type { LoadResult } from '../contracts/measurement.ts'
import { bracketOf } from '../contracts/operating-point.ts'

export interface OperatingRange {
  readonly lastPassPerSecond: number | null
  /** The lowest rate that is proven to fail; null: the climb ended without one. */
  readonly firstFailPerSecond: number | null
  readonly limitedBy: string | null
  readonly searched: Searched | null
}

/** `searched`: what the search of this load proved from all of its holds together; null: each step stands for itself. */
export function operatingPoint(points: readonly CapacityPoint[], searched: LoadResult | null = null): OperatingRange {
  const all = points.filter(({ kind }) => kind === 'measured')
  // Its rate was held again; and where every try was spoilt, the rate is not known, and was no miss.
  const held = all.filter(({ outcome, invalid }) => !isSpoiltFromOutside(outcome, invalid))
  const rated = held.map(({ offeredPerSecond, outcome }) => ({ ratePerSecond: offeredPerSecond, outcome }))
  const { lastPass, firstMiss, firstFail } = bracketOf(rated)
  const missed = held.filter(({ offeredPerSecond, outcome }) => offeredPerSecond === firstMiss && outcome !== 'pass')
  const spoiltAbove = all.find((point) => !held.includes(point) && point.offeredPerSecond > (lastPass ?? 0))
  const decisive = missed.find(({ outcome }) => outcome === 'fail') ?? missed[0] ?? spoiltAbove
  const bracket = searched?.bracket ?? null
  return {
    lastPassPerSecond: bracket === null ? lastPass : bracket.lastPass,
    firstFailPerSecond: bracket === null ? firstFail : bracket.firstFail,
    limitedBy: decisive?.reasons[0] ?? null,
    searched:
      searched === null || bracket === null
        ? null
        : { operatingPoint: searched.operatingPoint, found: searched.reason },
  }
}
