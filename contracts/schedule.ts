// A load as rates over time: `50x60,1000x15,50x120` is 50 requests a second for a minute, then 1000 for 15 s, then 50
// again. It says when the i-th request is due, in Node and in k6 alike.

import { mix32, TWO_32 } from './seeded-order.ts'

export interface Segment {
  readonly ratePerSecond: number
  readonly seconds: number
}

/** How requests arrive. Evenly spaced ones never meet, so they flatter: docs/decisions/0061. */
export const OPEN_ARRIVALS = ['poisson', 'even'] as const
export type OpenArrivals = (typeof OPEN_ARRIVALS)[number]

/** Every request is moved by up to so much: within 7 % of Poisson, and the count of a window hardly varies. */
export const DISPLACEMENT_MS = 1000

export function scheduleText(segments: readonly Segment[]): string {
  return segments.map(({ ratePerSecond, seconds }) => `${ratePerSecond}x${seconds}`).join(',')
}

/** null: not a schedule. */
export function parseSchedule(text: string): readonly Segment[] | null {
  const segments = text.split(',').map((part) => {
    const [rate, seconds] = part.split('x').map(Number)
    return { ratePerSecond: rate ?? Number.NaN, seconds: seconds ?? Number.NaN }
  })
  const isSound = segments.every(({ ratePerSecond, seconds }) => ratePerSecond > 0 && seconds > 0)
  return isSound && segments.every(({ ratePerSecond }) => Number.isFinite(ratePerSecond)) ? segments : null
}

export function scheduleSeconds(segments: readonly Segment[]): number {
  return segments.reduce((sum, { seconds }) => sum + seconds, 0)
}

/** Mean rate between two moments, in ms after the start. */
export function meanRate(segments: readonly Segment[], fromMs: number, toMs: number): number {
  let startMs = 0
  let requests = 0
  for (const { ratePerSecond, seconds } of segments) {
    const endMs = startMs + seconds * 1000
    requests += (ratePerSecond * Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs))) / 1000
    startMs = endMs
  }
  return (requests * 1000) / Math.max(1, toMs - fromMs)
}

export function requestCount(segments: readonly Segment[]): number {
  return Math.floor(segments.reduce((sum, { ratePerSecond, seconds }) => sum + ratePerSecond * seconds, 0) + 1e-9)
}

/**
 * When each request is due, in ms after the start, in that order: the inverse of the cumulative rate, and for Poisson
 * arrivals a displacement drawn from the run's key.
 */
export function dueTimesMs(segments: readonly Segment[], arrivals: OpenArrivals, runKey: number): number[] {
  const times: number[] = []
  let before = 0
  let startMs = 0
  for (const { ratePerSecond, seconds } of segments) {
    const after = before + ratePerSecond * seconds
    for (let i = Math.ceil(before - 1e-9); i < after - 1e-9; i++) {
      times.push(startMs + ((i - before) / ratePerSecond) * 1000)
    }
    before = after
    startMs += seconds * 1000
  }
  if (arrivals === 'even') return times
  return times.map((baseMs, i) => baseMs + displacementMs(i, runKey)).sort((a, b) => a - b)
}

function displacementMs(i: number, runKey: number): number {
  return (mix32(mix32(i + 1) ^ mix32(runKey + 0x5bd1e995)) / TWO_32) * DISPLACEMENT_MS
}
