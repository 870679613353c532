// What one step proves about its rate: pass, fail, or nothing.
//
// An invalid step never passes. It can still fail: work that was dropped, not done in time or not yet settled only ever
// flatters the system, so a step that misses its target in spite of that is evidence against it. Faults of the generator
// or a lost engine are evidence of nothing.

import type { Outcome } from './capacity.ts'
import { MINIMUM_P99_SAMPLES } from './evidence-limits.ts'
import type { InvalidCode, Step } from './measurement.ts'
import { FLOWS, type Flow, type Plan } from './plan.ts'

export const FLATTERING_CODES: readonly InvalidCode[] = ['dropped-iterations', 'rate-not-achieved', 'not-steady']

export type StepEvidence = Pick<Step, 'flow' | 'errorRate' | 'fromIntendedStart' | 'byFlow' | 'invalid'>
export type Latencies = Pick<StepEvidence, 'flow' | 'fromIntendedStart' | 'byFlow'>
/** What a step is held against. */
export type Promised = Pick<Plan, 'targets' | 'requestsPerOrder'>

export interface FlowSamples {
  readonly flow: Flow
  readonly samples: number
}

export interface Judgeable {
  readonly judged: readonly Flow[]
  /** So rare in the mix that this step could not hold enough of them for a p99: it says nothing about them. */
  readonly notJudged: readonly FlowSamples[]
  /** Should have a p99 here and has none: the step cannot pass. */
  readonly tooFew: readonly FlowSamples[]
}

export function stepOutcome(step: StepEvidence, promised: Promised): Outcome {
  const missed = missesTarget(step, promised)
  if (missed && step.invalid.every(({ code }) => FLATTERING_CODES.includes(code))) return 'fail'
  const { judged, tooFew } = judgeable(step, promised)
  return step.invalid.length === 0 && !missed && judged.length > 0 && tooFew.length === 0 ? 'pass' : 'invalid'
}

/** Which flows of a step have a p99. A flow of a mix is due its share of the step's samples, by the plan. */
export function judgeable(step: Latencies, { requestsPerOrder }: Promised): Judgeable {
  const all = FLOWS.reduce((sum, flow) => sum + requestsPerOrder[flow], 0)
  const asked = step.flow === 'mix' ? FLOWS.filter((flow) => requestsPerOrder[flow] > 0) : [step.flow]
  const without = asked.filter((flow) => latencyOf(step, flow)?.p99Ms == null)
  const isRare = (flow: Flow) =>
    step.flow === 'mix' && (step.fromIntendedStart.samples * requestsPerOrder[flow]) / all < MINIMUM_P99_SAMPLES
  const samples = (flow: Flow): FlowSamples => ({ flow, samples: latencyOf(step, flow)?.samples ?? 0 })
  return {
    judged: asked.filter((flow) => !without.includes(flow)),
    notJudged: without.filter(isRare).map(samples),
    tooFew: without.filter((flow) => !isRare(flow)).map(samples),
  }
}

/** In a mix every flow has its own p99 to meet; the error rate is the strictest of them. */
export function missesTarget(step: Omit<StepEvidence, 'invalid'>, { targets }: Promised): boolean {
  const flows = step.flow === 'mix' ? FLOWS : [step.flow]
  const errorRate = Math.min(...flows.map((flow) => targets[flow].errorRate))
  return step.errorRate > errorRate || flows.some((flow) => isAbove(latencyOf(step, flow)?.p99Ms, targets[flow].p99Ms))
}

function latencyOf({ flow, fromIntendedStart, byFlow }: Latencies, part: Flow) {
  return flow === 'mix' ? byFlow[part] : fromIntendedStart
}

function isAbove(value: number | null | undefined, limit: number): boolean {
  return value !== null && value !== undefined && value > limit
}
