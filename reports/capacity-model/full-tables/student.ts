// Intervals of 95 % on a logarithmic scale: what is measured is positive, and its errors are shares of it.

import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import type { Estimate } from '../../../contracts/capacity-model/full-tables.ts'

export const CONFIDENCE = 0.95
const UPPER = 0.5 + CONFIDENCE / 2

/** Of an error whose size is known, in standard deviations. */
export const NORMAL_REACH = normalQuantile(UPPER, 0, 1)

/** Of an error whose size was estimated. */
export function tFor(degreesOfFreedom: number): number {
  return tQuantile(UPPER, degreesOfFreedom)
}

/** Beyond a factor of a hundred to each side an interval says nothing. */
const MOST_REACH = Math.log(100)

/** null: the value is open. */
export function estimateAround(value: number, relativeReach: number): Estimate | null {
  if (!(value > 0 && relativeReach <= MOST_REACH)) return null
  return { value, low: value * Math.exp(-relativeReach), high: value * Math.exp(relativeReach) }
}
