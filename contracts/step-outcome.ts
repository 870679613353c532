// What one step proves about its rate: pass, fail, or nothing.
//
// An invalid step never passes. It can still fail: work that was dropped, not done in time or not yet settled only ever
// flatters the system, so a step that misses its target in spite of that is evidence against it. Faults of the generator
// or a lost engine are evidence of nothing.

import type { Outcome } from './capacity.ts'
import type { InvalidCode, Step } from './measurement.ts'
import { FLOWS, type Flow, type FlowTarget } from './plan.ts'

export const FLATTERING_CODES: readonly InvalidCode[] = ['dropped-iterations', 'rate-not-achieved', 'not-steady']

export type StepEvidence = Pick<Step, 'flow' | 'errorRate' | 'fromIntendedStart' | 'byFlow' | 'invalid'>
export type Targets = Readonly<Record<Flow, FlowTarget>>

export function stepOutcome(step: StepEvidence, targets: Targets): Outcome {
  const missed = missesTarget(step, targets)
  if (missed && step.invalid.every(({ code }) => FLATTERING_CODES.includes(code))) return 'fail'
  return step.invalid.length === 0 && !missed ? 'pass' : 'invalid'
}

/** In a mix every flow has its own p99 to meet; the error rate is the strictest of them. */
export function missesTarget(step: StepEvidence, targets: Targets): boolean {
  if (step.flow !== 'mix') {
    const { p99Ms, errorRate } = targets[step.flow]
    return isAbove(step.fromIntendedStart.p99Ms, p99Ms) || step.errorRate > errorRate
  }
  const errorRate = Math.min(...FLOWS.map((flow) => targets[flow].errorRate))
  return step.errorRate > errorRate || FLOWS.some((flow) => isAbove(step.byFlow[flow]?.p99Ms, targets[flow].p99Ms))
}

function isAbove(value: number | null | undefined, limit: number): boolean {
  return value !== null && value !== undefined && value > limit
}
