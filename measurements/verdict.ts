// One verdict for a run's loads, for the exit code. Pure.

import type { LoadResult, Measurements } from '../contracts/measurement.ts'

export type LoadVerdict = LoadResult['verdict']

/** Broken evidence decides first, then an order that was lost or is not as it was told, then a target that is missed. */
export function verdictOf({ results, invalid, acknowledged }: Measurements): LoadVerdict {
  if (invalid.length > 0) return 'INVALID'
  if ((acknowledged?.missing ?? 0) > 0 || (acknowledged?.settled?.wrong ?? 0) > 0) return 'FAIL'
  const worst = (['FAIL', 'INVALID'] as const).find((verdict) => results.some((result) => result.verdict === verdict))
  return results.length === 0 ? 'INVALID' : (worst ?? 'PASS')
}
