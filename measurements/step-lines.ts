// Steps and results as lines for a terminal.

import type { FlowFigures, Latency, LoadResult, Measurements, Step } from '../contracts/measurement.ts'
import { percent, perSecond, reasonOf } from './reason-text.ts'
import { verdictOf } from './verdict.ts'

/** `  3  pass       offered 240/s  good 240/s  machine 71 %  k6 18 %  list p99 31.2 ms (service 24.0 ms)` */
export function stepLine(step: Step): string {
  const { kind, index, offeredPerSecond, goodPerSecond, machineCpu, generatorCpu, judgement } = step
  if (kind === 'idle') return `  idle: machine ${share(machineCpu)}`
  const outcome = kind === 'warm-up' ? 'warm-up' : kind === 'probe' ? 'probe' : judgement.outcome
  return [
    `  ${String(index).padStart(2)}  ${outcome.padEnd(9)}`,
    `offered ${perSecond(offeredPerSecond).padStart(8)}`,
    `good ${perSecond(goodPerSecond).padStart(8)}`,
    `machine ${share(machineCpu)}`,
    `k6 ${share(generatorCpu)}`,
  ]
    .join('  ')
    .concat(...flowTexts(step))
}

/** Several flows have a line each. */
function flowTexts({ flows }: Step): readonly string[] {
  const texts = Object.entries(flows).map(([flow, figures]) => flowText(flow, figures))
  return texts.map((text) => (texts.length === 1 ? `  ${text}` : `\n        ${text}`))
}

function flowText(flow: string, { latency, service, errors, iterations }: FlowFigures): string {
  const failed = errors === 0 ? '' : `, errors ${percent(errors / Math.max(1, iterations))}`
  return `${flow} p99 ${p99(latency)} (service ${p99(service)})${failed}`
}

/** Why a step does not count or is no pass, and what went wrong most. */
export function stepReasons(step: Step): readonly string[] {
  const { kind, invalid, judgement, flows } = step
  const open = kind === 'measured' && (judgement.outcome === 'fail' || judgement.outcome === 'undecided')
  const failures = Object.values(flows).flatMap((flow) => flow.failures)
  const failure = failures.toSorted((a, b) => b.count - a.count)[0]
  return [
    ...(open ? [`        ${reasonOf(step)}`] : []),
    ...invalid.map(({ code, evidence }) => `        ${code}: ${evidence}`),
    ...(failure === undefined ? [] : [`        most frequent failure: ${failure.what} (${failure.count} times)`]),
  ]
}

export function verdictLines(measurements: Measurements): readonly string[] {
  const { results, invalid } = measurements
  return [
    verdictOf(measurements),
    ...results.map(resultLine),
    ...lostOrderLines(measurements),
    ...invalid.map(({ code, evidence }) => `  ${code}: ${evidence}`),
  ]
}

/** None where nothing is known to be lost. */
export function lostOrderLines({ acknowledged }: Pick<Measurements, 'acknowledged'>): readonly string[] {
  return [
    ...(acknowledged !== null && acknowledged.missing > 0
      ? [
          `  ${acknowledged.missing} of ${acknowledged.acknowledged} acknowledged orders are not in the tables: ${acknowledged.examples.join(', ')}`,
        ]
      : []),
    ...(acknowledged?.settled !== undefined && acknowledged.settled.wrong > 0
      ? [
          `  ${acknowledged.settled.wrong} of ${acknowledged.settled.acknowledged} orders are not as their pay or cancel was answered: ${acknowledged.settled.examples.join(', ')}`,
        ]
      : []),
  ]
}

export function resultLine({ load, verdict, reason, operatingPoint }: LoadResult): string {
  const unseen =
    operatingPoint === null
      ? ''
      : `; events rarer than one in ${operatingPoint.rarestEventSeconds.toFixed(0)} s were not seen (${operatingPoint.blocks} blocks)`
  return `  ${verdict.padEnd(7)} ${load}: ${reason}${unseen}`
}

function p99({ p99Ms, samples }: Latency): string {
  return p99Ms === null ? `unknown, ${samples} samples` : `${p99Ms.toFixed(1)} ms`
}

function share(value: number | null): string {
  return value === null ? 'unknown' : percent(value)
}
