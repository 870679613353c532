// The operating point as text: what passed, what failed.

import type { FlowCurve } from '../contracts/capacity.ts'
import { perSecond } from './quantity.ts'

export type Bracket = Pick<FlowCurve, 'lastPassPerSecond' | 'firstFailPerSecond'>

export function bracketText({ lastPassPerSecond, firstFailPerSecond }: Bracket): string | null {
  if (lastPassPerSecond === null && firstFailPerSecond === null) return null
  if (lastPassPerSecond === null) return `fails from ${perSecond(firstFailPerSecond ?? 0)}`
  if (firstFailPerSecond === null) return `passes to ${perSecond(lastPassPerSecond)}, no failure found`
  return `passes to ${perSecond(lastPassPerSecond)}, fails at ${perSecond(firstFailPerSecond)}`
}
