// What a flow is asked to keep, in words.

import type { FlowCurve } from '../contracts/capacity.ts'
import { ms, percent } from './quantity.ts'

export function targetsText({ targetP99Ms, targetErrorRate }: FlowCurve): string {
  return `p99 ≤ ${ms(targetP99Ms)}, errors ≤ ${percent(targetErrorRate)}`
}
