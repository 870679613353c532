// Errors against their target, exactly: C. Clopper & E. Pearson, Biometrika 26 (1934). Whether a bound lies beyond the
// target is the tail of the binomial at the target, so no bound need be solved for.

import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf'

const ERROR = 0.05

export type ErrorVerdict = 'pass' | 'fail' | 'undecided'

/** `pass`: the upper 95 % bound is at most the target. `fail`: the lower one is above it. */
export function errorVerdict(errors: number, answered: number, target: number): ErrorVerdict {
  if (binomialCdf(errors, answered, target) <= ERROR) return 'pass'
  if (errors > 0 && 1 - binomialCdf(errors - 1, answered, target) < ERROR) return 'fail'
  return 'undecided'
}

/** Answers that prove the target when errors go on as they came; null: they never will. */
export function answersToProve(errors: number, answered: number, target: number): number | null {
  if (target <= 0 || (errors > 0 && errors / answered >= target)) return null
  const errorRate = answered === 0 ? 0 : errors / answered
  let needed = Math.max(1, Math.ceil(Math.log(ERROR) / Math.log1p(-target)))
  while (errorVerdict(Math.ceil(errorRate * needed), needed, target) !== 'pass' && needed < 1e9) {
    needed = Math.ceil(needed * 1.1)
  }
  return needed
}
