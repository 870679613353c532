// One step as a point of a capacity curve: its figures, what it proves, and why it is not a pass.

import type { CapacityPoint } from '../contracts/capacity.ts'
import type { Latency, LoadFlow, Step } from '../contracts/measurement.ts'
import { FLOWS, type FlowTarget } from '../contracts/plan.ts'
import { judgeable, type Promised, stepOutcome } from '../contracts/step-outcome.ts'
import { compact, ms, percent } from './quantity.ts'

/** The figures of one flow in one step: the step's own, or the flow's part of a mix. */
export interface StepFigures {
  readonly flow: LoadFlow
  readonly offeredPerSecond: number
  readonly achievedPerSecond: number
  readonly fromIntendedStart: Latency
  readonly serviceP99Ms: number | null
}

export function capacityPoint(step: Step, figures: StepFigures, promised: Promised): CapacityPoint {
  const { p99Ms, samples } = figures.fromIntendedStart
  const evidence = { ...step, flow: figures.flow, fromIntendedStart: figures.fromIntendedStart }
  const outcome = stepOutcome(evidence, promised)
  const { notJudged, tooFew } = judgeable(evidence, promised)
  const unjudged = outcome === 'invalid' && step.invalid.length === 0 ? [...tooFew, ...notJudged] : []
  const missed = missedTargets(step, figures, promised.targets)
  const invalid = step.invalid.map(({ code, evidence }) => `${code}: ${evidence}`)
  return {
    index: step.index,
    durationSeconds: step.durationSeconds,
    offeredPerSecond: figures.offeredPerSecond,
    achievedPerSecond: figures.achievedPerSecond,
    samples,
    p99Ms,
    serviceP99Ms: figures.serviceP99Ms,
    errorRate: step.errorRate,
    dropped: step.dropped,
    generatorCpu: step.generatorCpu,
    machineCpu: step.machineCpu,
    outcome,
    notJudged,
    reasons: [
      // What a step misses proves nothing while its evidence is broken: that comes first then.
      ...(outcome === 'invalid' ? [...invalid, ...missed] : [...missed, ...invalid]),
      ...unjudged.map((part) => `${compact(part.samples)} samples of ${part.flow} are too few for a p99`),
      ...step.failures.slice(0, 1).map(({ what, count }) => `most frequent failure: ${what} (${compact(count)} times)`),
    ],
    invalid: step.invalid,
  }
}

export function ownFigures(step: Step): StepFigures {
  return {
    flow: step.flow,
    offeredPerSecond: step.offeredPerSecond,
    achievedPerSecond: step.achievedPerSecond,
    fromIntendedStart: step.fromIntendedStart,
    serviceP99Ms: step.serviceTime.p99Ms,
  }
}

function missedTargets(step: Step, { flow, fromIntendedStart }: StepFigures, targets: Promised['targets']): string[] {
  if (flow !== 'mix') return misses(fromIntendedStart.p99Ms, step.errorRate, targets[flow])
  return FLOWS.flatMap((part) => {
    const latency = step.byFlow[part]
    return latency === undefined
      ? []
      : misses(latency.p99Ms, step.errorRate, targets[part]).map((miss) => `${part}: ${miss}`)
  })
}

function misses(p99Ms: number | null, errorRate: number, target: FlowTarget): string[] {
  return [
    ...(p99Ms !== null && p99Ms > target.p99Ms ? [`p99 ${ms(p99Ms)} is above ${ms(target.p99Ms)}`] : []),
    ...(errorRate > target.errorRate ? [`errors ${percent(errorRate)} are above ${percent(target.errorRate)}`] : []),
  ]
}
