// Weights → thresholds out of 2^32, so that one 32-bit draw picks by comparison alone.

import { TWO_32 } from '../../contracts/seeded-order.ts'

/** Cumulative thresholds; the last is 2^32 whatever the weights round to. */
export function thresholds(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.map((weight, at) => {
    sum += weight
    return at === weights.length - 1 ? TWO_32 : Math.round((sum / total) * TWO_32)
  })
}

/** Position of the first threshold above the draw. */
export function choose(limits: readonly number[], drawn: number): number {
  let at = 0
  while (drawn >= (limits[at] as number)) at++
  return at
}
