// The operating point's bracket: what passed, what failed. As an interval, and in words.

import type { ClaimInterval, FlowCurve } from '../contracts/capacity.ts'
import { perSecond } from './quantity.ts'

export type Bracket = Pick<FlowCurve, 'lastPassPerSecond' | 'firstFailPerSecond'>

/** null: nothing is proven either way. */
export function bracketOf({ lastPassPerSecond: low, firstFailPerSecond: high }: Bracket): ClaimInterval | null {
  return low === null && high === null ? null : { low, high }
}

export function bracketText({ lastPassPerSecond, firstFailPerSecond }: Bracket): string | null {
  if (lastPassPerSecond === null && firstFailPerSecond === null) return null
  if (lastPassPerSecond === null) return `fails from ${perSecond(firstFailPerSecond ?? 0)}`
  if (firstFailPerSecond === null) return `passes to ${perSecond(lastPassPerSecond)}, no failure found`
  return `passes to ${perSecond(lastPassPerSecond)}, fails at ${perSecond(firstFailPerSecond)}`
}
