// A load as rates over time: `50x60,1000x15,50x120` is 50 requests a second for a minute, then 1000 for 15 s, then 50
// again. It says when the i-th request is due, in Node and in k6 alike.

import { mix32, TWO_32 } from './seeded-order.ts'

export interface Segment {
  readonly ratePerSecond: number
  readonly seconds: number
}

/** A stall may hold up the last requests: so much longer k6 has users take them. What no user took by then is left over. */
const OVERTIME_SECONDS = 3

/** How requests arrive. Evenly spaced ones never meet, so they flatter: docs/decisions/0061. */
export const OPEN_ARRIVALS = ['poisson', 'even'] as const
export type OpenArrivals = (typeof OPEN_ARRIVALS)[number]

/** So many seconds of a rate hold rate × seconds requests, wherever in them they fall: Poisson but for that count. */
const COUNTED_SECONDS = 20

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

/** How long k6 hands out the requests of a schedule. */
export function offeringSeconds(segments: readonly Segment[]): number {
  return Math.ceil(scheduleSeconds(segments)) + OVERTIME_SECONDS
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
 * When each request is due, in ms after the start, in that order. Evenly: the inverse of the cumulative rate. As Poisson's:
 * anywhere in its part of the schedule, drawn from the run's key. (Given their count, the arrivals of a Poisson process
 * are independent and uniform: J. F. C. Kingman, "Poisson Processes", 1993, section 2.4.)
 */
export function dueTimesMs(segments: readonly Segment[], arrivals: OpenArrivals, runKey: number): number[] {
  const times: number[] = []
  for (const { ratePerSecond, startMs, seconds, before } of arrivals === 'even'
    ? partsOf(segments)
    : counted(segments)) {
    const after = before + ratePerSecond * seconds
    for (let i = Math.ceil(before - 1e-9); i < after - 1e-9; i++) {
      const place = arrivals === 'even' ? (i - before) / ratePerSecond : uniform(i, runKey) * seconds
      times.push(startMs + place * 1000)
    }
  }
  return arrivals === 'even' ? times : times.sort((a, b) => a - b)
}

interface Part extends Segment {
  readonly startMs: number
  /** Requests before it, as a real number. */
  readonly before: number
}

function partsOf(segments: readonly Segment[]): readonly Part[] {
  let startMs = 0
  let before = 0
  return segments.map((segment) => {
    const part = { ...segment, startMs, before }
    startMs += segment.seconds * 1000
    before += segment.ratePerSecond * segment.seconds
    return part
  })
}

function counted(segments: readonly Segment[]): readonly Part[] {
  return partsOf(
    segments.flatMap(({ ratePerSecond, seconds }) =>
      Array.from({ length: Math.ceil(seconds / COUNTED_SECONDS) }, (_, at) => ({
        ratePerSecond,
        seconds: Math.min(COUNTED_SECONDS, seconds - at * COUNTED_SECONDS),
      })),
    ),
  )
}

/** 0 … 1. */
function uniform(i: number, runKey: number): number {
  return mix32(mix32(i + 1) ^ mix32(runKey + 0x5bd1e995)) / TWO_32
}
