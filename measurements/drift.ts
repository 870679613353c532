// Does anything grow over a soak? Theil–Sen over equal parts of it, and a trend that the parts agree on. Pure.

import { kendallTau, median, theilSenSlope } from './trend.ts'

export interface Series {
  /** `p99 of list`, `memory of sut`. */
  readonly what: string
  /** One value per part, in order. */
  readonly values: readonly number[]
  /** Growth below this is none, whatever its share. */
  readonly ignoredGrowth: number
}

export interface Drift {
  readonly what: string
  /** Growth over the whole soak ÷ its median. */
  readonly growthShare: number
  readonly drifts: boolean
}

/** Fewer parts agree by chance. */
export const FEWEST_PARTS = 5
const AGREED_TAU = 0.5

/** null: too few parts to tell. */
export function driftOf({ what, values, ignoredGrowth }: Series, allowedShare: number): Drift | null {
  if (values.length < FEWEST_PARTS) return null
  const growth = theilSenSlope(values) * (values.length - 1)
  const middle = Math.abs(median(values))
  const growthShare = middle > 0 ? growth / middle : 0
  const drifts = growth > ignoredGrowth && growthShare > allowedShare && kendallTau(values) >= AGREED_TAU
  return { what, growthShare, drifts }
}
