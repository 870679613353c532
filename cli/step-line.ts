// One step in one line of a terminal, as it ends.

import type { Latency, Step } from '../contracts/measurement.ts'

export function stepLine({
  flow,
  kind,
  offeredPerSecond,
  achievedPerSecond,
  serviceTime,
  fromIntendedStart,
  errorRate,
  invalid,
}: Step): string {
  if (kind === 'warm-up') return `  ${flow.padEnd(8)} warm-up: ${achievedPerSecond.toFixed(0)}/s`
  const rates = `offered ${offeredPerSecond.toFixed(1).padStart(7)}/s  achieved ${achievedPerSecond.toFixed(1).padStart(7)}/s`
  const latency = `p99 ${p99(fromIntendedStart)} (service ${p99(serviceTime)})`
  const errors = errorRate > 0 ? `  errors ${(100 * errorRate).toFixed(2)} %` : ''
  const reasons = invalid.length > 0 ? `  INVALID ${invalid.map(({ code }) => code).join(', ')}` : ''
  return `  ${flow.padEnd(8)} ${rates}  ${latency}${errors}${reasons}`
}

function p99({ p99Ms }: Latency): string {
  return p99Ms === null ? 'too few samples' : `${p99Ms.toFixed(1)} ms`
}
