// The largest of n independent standard normals: how far the fullest of n tables lies above the mean.

import normalCdf from '@stdlib/stats-base-dists-normal-cdf'

const STEP = 1 / 128
const REACH = 40

/** P(any of n > z) = 1 − Φ(z)ⁿ, with its digits kept when it is small. */
export function anyAbove(z: number, count: number): number {
  return -Math.expm1(count * Math.log1p(-normalCdf(-z, 0, 1)))
}

/** E[max] = ∫₀^∞ (1 − Φⁿ) dz − ∫_{−∞}⁰ Φⁿ dz; 2.34373 for 64. The trapezium rule is exact here to rounding. */
export function expectedNormalMaximum(count: number): number {
  let sum = 0
  for (let z = -REACH + STEP / 2; z < REACH; z += STEP) {
    sum += z < 0 ? anyAbove(z, count) - 1 : anyAbove(z, count)
  }
  return sum * STEP
}

/** E[f(max of n normals)] over a grid of its distribution. */
export function overNormalMaximum(count: number, f: (z: number) => number): number {
  let sum = 0
  let below = anyAbove(-REACH, count)
  for (let z = -REACH; z < REACH; z += STEP) {
    const above = anyAbove(z + STEP, count)
    const probability = below - above
    if (probability > 0) sum += probability * f(z + STEP / 2)
    below = above
  }
  return sum
}
