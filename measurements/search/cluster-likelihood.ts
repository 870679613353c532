// How likely the time over the target is. Late answers come in clusters (late-clusters.ts), so they are no coin flips:
// clusters come at random, their masses are exponential. Compound Poisson; with masses that grow with the square root of
// the share it is Tweedie's law with p = 1.5 (B. Jørgensen, "The Theory of Dispersion Models", 1997), here in closed
// form by Bessel's I₁.

/** How much, and of what: seconds over the target that are expected, and in pieces of which size. */
export interface Lateness {
  readonly expectedSeconds: number
  /** A cluster as a late answer sees it, E[m²] ÷ E[m]: twice the mean of exponential masses. */
  readonly clusterSeconds: number
}

/** Of the time over the target where clusters run into one another and cannot be counted. */
export function logLikelihood(overSeconds: number, { expectedSeconds, clusterSeconds }: Lateness): number {
  const mass = clusterSeconds / 2
  const clusters = expectedSeconds / mass
  if (overSeconds === 0) return -clusters
  const root = 2 * Math.sqrt((clusters * overSeconds) / mass)
  return -clusters - overSeconds / mass + 0.5 * Math.log(clusters / (mass * overSeconds)) + logBesselI1(root)
}

/** Of so many clusters and of their time together, but for a constant. */
export function countedLogLikelihood(
  overSeconds: number,
  clusters: number,
  { expectedSeconds, clusterSeconds }: Lateness,
): number {
  const mass = clusterSeconds / 2
  const expected = expectedSeconds / mass
  // What is late at the start of a hold is the rest of a cluster that nobody counted.
  const counted = overSeconds === 0 ? 0 : Math.max(1, clusters)
  if (counted === 0) return -expected
  return counted * Math.log(expected / mass) - expected - overSeconds / mass
}

/** M. Abramowitz & I. Stegun, 9.8.3 and 9.8.4: within 3e-7. */
export function logBesselI1(x: number): number {
  if (x < 3.75) {
    const t = (x / 3.75) ** 2
    const inner = 0.15084934 + t * (0.02658733 + t * (0.00301532 + t * 0.00032411))
    return Math.log(x * (0.5 + t * (0.87890594 + t * (0.51498869 + t * inner))))
  }
  const t = 3.75 / x
  const last = 0.02282967 + t * (-0.02895312 + t * (0.01787654 - t * 0.00420059))
  const inner = -0.00362018 + t * (0.00163801 + t * (-0.01031555 + t * last))
  return x - 0.5 * Math.log(x) + Math.log(0.39894228 + t * (-0.03988024 + t * inner))
}
