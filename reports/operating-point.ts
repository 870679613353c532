// The operating point: the highest rate whose steps met every target, as the bracket [last pass, first fail].

import type { CapacityPoint } from '../contracts/capacity.ts'

export interface OperatingPoint {
  readonly lastPassPerSecond: number | null
  /** The lowest rate that is proven to fail; null: the climb ended without one. */
  readonly firstFailPerSecond: number | null
  readonly limitedBy: string | null
}

export function operatingPoint(points: readonly CapacityPoint[]): OperatingPoint {
  const failing = points.filter(({ outcome }) => outcome === 'fail')
  const firstFail = lowest(failing)
  const below = points.filter(({ offeredPerSecond }) => offeredPerSecond < (firstFail?.offeredPerSecond ?? Infinity))
  // A rate passes when every repeat of it does: one lucky step proves nothing beside an invalid one.
  const passing = below.filter(
    ({ outcome, offeredPerSecond }) =>
      outcome === 'pass' &&
      below.every((other) => other.offeredPerSecond !== offeredPerSecond || other.outcome === 'pass'),
  )
  const lastPass = passing.reduce<number | null>((best, point) => Math.max(best ?? 0, point.offeredPerSecond), null)
  return {
    lastPassPerSecond: lastPass,
    firstFailPerSecond: firstFail?.offeredPerSecond ?? null,
    limitedBy: firstFail?.reasons[0] ?? unprovenAbove(points, lastPass),
  }
}

function unprovenAbove(points: readonly CapacityPoint[], lastPass: number | null): string | null {
  const next = lowest(points.filter((point) => point.offeredPerSecond > (lastPass ?? 0) && point.outcome === 'invalid'))
  return next?.reasons[0] ?? null
}

function lowest(points: readonly CapacityPoint[]): CapacityPoint | undefined {
  return points.toSorted((a, b) => a.offeredPerSecond - b.offeredPerSecond)[0]
}
