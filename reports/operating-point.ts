// The operating point of a curve, and what ended the climb. The model's SLO search (op search) judges raw steps against one
// p99; these steps were judged when they were measured, by more rules and, in a mix, by a target per flow. What both share
// is the bracket.

import type { CapacityPoint } from '../contracts/capacity.ts'
import { bracketOf } from '../contracts/operating-point.ts'

export interface OperatingPoint {
  readonly lastPassPerSecond: number | null
  /** The lowest rate that is proven to fail; null: the climb ended without one. */
  readonly firstFailPerSecond: number | null
  readonly limitedBy: string | null
}

export function operatingPoint(points: readonly CapacityPoint[]): OperatingPoint {
  const rated = points.map(({ offeredPerSecond, outcome }) => ({ ratePerSecond: offeredPerSecond, outcome }))
  const { lastPass, firstMiss, firstFail } = bracketOf(rated)
  const missed = points.filter(({ offeredPerSecond, outcome }) => offeredPerSecond === firstMiss && outcome !== 'pass')
  const decisive = missed.find(({ outcome }) => outcome === 'fail') ?? missed[0]
  return {
    lastPassPerSecond: lastPass,
    firstFailPerSecond: firstFail,
    limitedBy: decisive?.reasons[0] ?? null,
  }
}
