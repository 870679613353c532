// Steps and verdicts as lines for a terminal.

import type { Latency, Measurements, Step } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { stepOutcome } from '../contracts/step-outcome.ts'
import { type LoadVerdict, perSecond } from './verdict.ts'

/** `  3  pass     offered 240/s  achieved 240/s  p99 31.2 ms (service 24.0 ms)  errors 0 %  machine 71 %  k6 18 %` */
export function stepLine(step: Step, plan: ResolvedPlan): string {
  const { kind, index, offeredPerSecond, achievedPerSecond, errorRate, machineCpu, generatorCpu } = step
  const outcome = kind === 'warm-up' ? 'warm-up' : stepOutcome(step, plan.plan)
  return [
    `  ${String(index).padStart(2)}  ${outcome.padEnd(7)}`,
    `offered ${perSecond(offeredPerSecond).padStart(8)}`,
    `achieved ${perSecond(achievedPerSecond).padStart(8)}`,
    `p99 ${p99(step.fromIntendedStart).padStart(9)} (service ${p99(step.serviceTime)})`,
    `errors ${percent(errorRate)}`,
    `machine ${percent(machineCpu)}`,
    `k6 ${percent(generatorCpu)}`,
  ].join('  ')
}

/** Why a step does not count, and what went wrong most. */
export function stepReasons({ invalid, failures }: Step): readonly string[] {
  const [failure] = failures
  return [
    ...invalid.map(({ code, evidence }) => `        ${code}: ${evidence}`),
    ...(failure === undefined ? [] : [`        most frequent failure: ${failure.what} (${failure.count} times)`]),
  ]
}

export function verdictLines({ verdict, flows }: LoadVerdict, { invalid }: Measurements): readonly string[] {
  return [
    verdict,
    ...flows.map((result) => `  ${result.flow}: ${bracket(result)}; ${result.why}${notJudged(result)}`),
    ...invalid.map(({ code, evidence }) => `  ${code}: ${evidence}`),
  ]
}

function notJudged({ notJudged }: LoadVerdict['flows'][number]): string {
  if (notJudged.length === 0) return ''
  return `; not judged: ${notJudged.map(({ flow, samples }) => `${flow} (${samples} samples)`).join(', ')}`
}

function bracket({ lastPassPerSecond, firstFailPerSecond }: LoadVerdict['flows'][number]): string {
  const passed = lastPassPerSecond === null ? 'no rate passed' : `${perSecond(lastPassPerSecond)} passed`
  const failed = firstFailPerSecond === null ? 'none is proven to fail' : `${perSecond(firstFailPerSecond)} failed`
  return `${passed}, ${failed}`
}

function p99({ p99Ms, samples }: Latency): string {
  return p99Ms === null ? `unknown, ${samples} samples` : `${p99Ms.toFixed(1)} ms`
}

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${Number((100 * share).toFixed(share < 0.1 ? 2 : 0))} %`
}
