// The verdict of the run, from the verdicts of its claims.

import type { Claim, Verdict } from '../contracts/capacity.ts'

/**
 * Broken evidence carries nothing, so it decides first. A proven failure stays one beside a claim that nobody could
 * judge; and without a failure, one unjudged claim is enough to withhold PASS.
 */
export function overallVerdict(claims: readonly Claim[]): Verdict {
  const verdictsOf = (wanted: Verdict) => claims.filter(({ verdict }) => verdict === wanted)
  if (verdictsOf('INVALID').some(({ subject }) => subject === 'evidence')) return 'INVALID'
  if (verdictsOf('FAIL').length > 0) return 'FAIL'
  return verdictsOf('INVALID').length > 0 || claims.length === 0 ? 'INVALID' : 'PASS'
}
