// One step as a point of a capacity curve: its figures, what it proves, and why it is not a pass. Read, not judged again.

import type { CapacityPoint } from '../contracts/capacity.ts'
import type { FlowFigures, FlowJudgement, Step } from '../contracts/measurement.ts'
import { compact, percent } from './quantity.ts'

/** `flow`: its part of the step; null: the whole. */
export function capacityPoint(step: Step, flow: string | null): CapacityPoint {
  const names = flow === null ? Object.keys(step.flows) : [flow]
  const figures = names.flatMap((name) => step.flows[name] ?? [])
  const all = Object.values(step.flows)
  const sum = (of: (one: FlowFigures) => number, parts = figures) => parts.reduce((total, one) => total + of(one), 0)
  const iterations = sum((one) => one.iterations)
  const share =
    iterations /
    Math.max(
      1,
      sum((one) => one.iterations, all),
    )
  const [only, ...others] = figures
  const isProbe = step.kind === 'probe'
  const judged = flow === null ? step.judgement.outcome : (step.judgement.flows[flow]?.outcome ?? 'invalid')
  const invalid = step.invalid.map(({ code, evidence }) => `${code}: ${evidence}`)
  const findings = names.flatMap((name) => findingsOf(name, step.judgement.flows[name], names.length > 1))
  return {
    index: step.index,
    kind: step.kind,
    durationSeconds: secondsOf(step),
    offeredPerSecond: step.offeredPerSecond * share,
    goodPerSecond: flow === null ? step.goodPerSecond : step.goodPerSecond * goodShare(step, flow),
    samples: sum((one) => one.good),
    p99Ms: others.length === 0 ? (only?.latency.p99Ms ?? null) : null,
    serviceP99Ms: others.length === 0 ? (only?.service.p99Ms ?? null) : null,
    errorRate: iterations === 0 ? 1 : sum((one) => one.errors) / iterations,
    dropped: step.dropped,
    generatorCpu: step.generatorCpu,
    machineCpu: step.machineCpu,
    outcome: isProbe ? 'undecided' : judged,
    reasons: [
      ...(isProbe ? ['a probe: it says where to look and proves nothing'] : []),
      // What a step misses proves nothing while its evidence is broken: that comes first then.
      ...(judged === 'invalid' ? [...invalid, ...findings] : [...findings, ...invalid]),
      ...mostFrequent(figures),
    ],
    invalid: step.invalid,
  }
}

export function secondsOf({ fromMs, toMs }: Pick<Step, 'fromMs' | 'toMs'>): number {
  return (toMs - fromMs) / 1000
}

export function flowsOf({ flows }: Step): readonly string[] {
  return Object.keys(flows)
}

function goodShare({ flows }: Step, flow: string): number {
  const good = Object.values(flows).reduce((sum, one) => sum + one.good, 0)
  return (flows[flow]?.good ?? 0) / Math.max(1, good)
}

/** What kept a flow from passing. */
function findingsOf(flow: string, judgement: FlowJudgement | undefined, named: boolean): string[] {
  if (judgement === undefined || judgement.slow === null || judgement.errors === null) return []
  const { slow, errors, by, outcome } = judgement
  const who = named ? `${flow}: ` : ''
  return by.map((target) => {
    const bounds = target === 'slow' ? slow : errors
    const what = target === 'slow' ? 'answers over the p99 target' : 'errors'
    return outcome === 'fail'
      ? `${who}${percent(bounds.share)} ${what}, at least ${percent(bounds.low)} with 95 % confidence`
      : `${who}not proven: up to ${percent(bounds.high)} ${what} are possible after ${compact(bounds.count)} ${bounds.basis}`
  })
}

function mostFrequent(figures: readonly FlowFigures[]): string[] {
  const failures = figures.flatMap((one) => one.failures).toSorted((a, b) => b.count - a.count)
  return failures.slice(0, 1).map(({ what, count }) => `most frequent failure: ${what} (${compact(count)} times)`)
}
