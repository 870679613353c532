// One tier of a deployment, judged by where the interval of its use lies.

import type { DeploymentTier, Verdict } from '../../contracts/capacity.ts'
import type { Interval } from '../../contracts/plan.ts'

export function judgedTier(
  of: Pick<DeploymentTier, 'tier' | 'unit' | 'there'>,
  asked: Interval | null,
  rule: string,
): DeploymentTier {
  const used = asked === null ? null : scaled(asked, 1 / of.there)
  return { ...of, asked, used, verdict: used === null ? 'INVALID' : verdictOf(used), rule }
}

/** As of the tables: holds in every case, in the middle case, or not even there. */
function verdictOf({ mid, high }: Interval): Verdict {
  if (mid > 1) return 'FAIL'
  return high > 1 ? 'AT RISK' : 'PASS'
}

export function scaled({ low, mid, high }: Interval, factor: number): Interval {
  return { low: low * factor, mid: mid * factor, high: high * factor }
}
