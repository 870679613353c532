// One verdict for a run's loads, for the exit code. Pure.

import type { LoadResult, Measurements } from '../contracts/measurement.ts'

export type LoadVerdict = LoadResult['verdict']

/**
 * An order that was lost, or is not as it was told, decides first: it is so whatever else went wrong. Then broken evidence,
 * as the run itself says or whoever looked at it, then a target that is missed.
 */
export function verdictOf(
  { results, invalid, acknowledged }: Pick<Measurements, 'results' | 'invalid' | 'acknowledged'>,
  isBroken = invalid.length > 0,
): LoadVerdict {
  if (losesOrders(acknowledged)) return 'FAIL'
  if (isBroken) return 'INVALID'
  const worst = (['FAIL', 'INVALID'] as const).find((verdict) => results.some((result) => result.verdict === verdict))
  return results.length === 0 ? 'INVALID' : (worst ?? 'PASS')
}

function losesOrders(acknowledged: Measurements['acknowledged']): boolean {
  return (acknowledged?.missing ?? 0) > 0 || (acknowledged?.settled?.wrong ?? 0) > 0
}
