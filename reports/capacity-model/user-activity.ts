// Rows per user as a log-normal variable with a given mean and spread, split into a heavy tail that a simulation draws
// one by one and a body whose sums are normal.

import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'

export interface UserActivity {
  readonly meanRows: number
  readonly cv: number
}

export interface SplitActivity {
  readonly tailUsers: number
  readonly bodyUsers: number
  readonly bodyMean: number
  readonly bodyVariance: number
  /** Rows of one tail user from a uniform number in [0, 1). */
  readonly drawTail: (uniform: number) => number
}

/** Skewness of one user's rows: (CV² + 3)·CV for a log-normal variable. */
export function skewness({ cv }: UserActivity): number {
  return (cv * cv + 3) * cv
}

export function splitActivity({ meanRows, cv }: UserActivity, users: number, tailUsers: number): SplitActivity {
  const variance = Math.log1p(cv * cv)
  const sigma = Math.sqrt(variance)
  const location = -variance / 2
  const tailShare = Math.min(1, tailUsers / users)
  const drawTail = (uniform: number): number =>
    sigma === 0 ? meanRows : meanRows * Math.exp(location - sigma * normalQuantile(tailShare * (1 - uniform), 0, 1))
  const bodyShare = 1 - tailShare
  if (bodyShare <= 0) return { tailUsers: users, bodyUsers: 0, bodyMean: 0, bodyVariance: 0, drawTail }
  const counts = { tailUsers, bodyUsers: users - tailUsers }
  if (sigma === 0) return { ...counts, bodyMean: meanRows, bodyVariance: 0, drawTail }
  // Partial moments of a log-normal variable below its (1 − tailShare) quantile z: Φ(z − kσ) of the whole moment.
  const z = -normalQuantile(tailShare, 0, 1)
  const bodyMean = (meanRows * normalCdf(z - sigma, 0, 1)) / bodyShare
  const secondMoment = (meanRows * meanRows * (1 + cv * cv) * normalCdf(z - 2 * sigma, 0, 1)) / bodyShare
  return { ...counts, bodyMean, bodyVariance: Math.max(0, secondMoment - bodyMean * bodyMean), drawTail }
}
