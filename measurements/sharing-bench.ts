// Which way of sharing a machine gives the least spread and the fewest INVALID steps? The same hold, again and again, each
// way in turn, so that what changes on the machine meanwhile changes for all of them.

import { GENERATOR_PLACES, type GeneratorPlaceName } from './generator-place.ts'
import type { Load } from './load.ts'
import { LoadRun, type LoadRunContext } from './load-run.ts'

export interface SharingRequest {
  readonly load: Load
  readonly repeats: number
  readonly holdSeconds: number
  /** null: a part of what a warm-up gets through. */
  readonly ratePerSecond: number | null
  readonly context: LoadRunContext
}

export interface PlaceFigures {
  readonly place: GeneratorPlaceName
  readonly p99Ms: readonly number[]
  /** (highest − lowest) ÷ median of the p99s; null: fewer than two. */
  readonly spread: number | null
  /** Median of how late k6 sent 1 % of its requests. */
  readonly lateP99Ms: number | null
  readonly invalid: readonly string[]
}

export interface SharingReport {
  readonly ratePerSecond: number
  readonly places: readonly PlaceFigures[]
}

/** Busy, and short of the knee. */
const PART_OF_WARM_UP = 0.3

export async function benchSharing(request: SharingRequest): Promise<SharingReport> {
  const { load, repeats, holdSeconds, context } = request
  const seen = new Map(GENERATOR_PLACES.map((place) => [place, { p99Ms: [], lateMs: [], invalid: [] } as Seen]))
  const run = new LoadRun(load, context)
  const warm = await run.warmUp()
  const ratePerSecond = request.ratePerSecond ?? Math.max(1, Math.round(PART_OF_WARM_UP * (warm ?? 0)))
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [place, own] of seen) {
      if (context.signal.aborted) break
      const { made, leadInMs } = await run.open({ place, segments: [{ ratePerSecond, seconds: holdSeconds }] })
      const step = await run.step(made, 'measured', { fromMs: leadInMs, toMs: leadInMs + holdSeconds * 1000 })
      own.p99Ms.push(...Object.values(step.flows).flatMap(({ latency }) => latency.p99Ms ?? []))
      if (step.generatorLateP99Ms !== null) own.lateMs.push(step.generatorLateP99Ms)
      own.invalid.push(...step.invalid.map(({ code }) => code))
    }
  }
  return { ratePerSecond, places: [...seen].map(([place, own]) => figuresOf(place, own)) }
}

interface Seen {
  readonly p99Ms: number[]
  readonly lateMs: number[]
  readonly invalid: string[]
}

function figuresOf(place: GeneratorPlaceName, { p99Ms, lateMs, invalid }: Seen): PlaceFigures {
  const middle = median(p99Ms)
  const spread = p99Ms.length < 2 || middle === null ? null : (Math.max(...p99Ms) - Math.min(...p99Ms)) / middle
  return { place, p99Ms, spread, lateP99Ms: median(lateMs), invalid }
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null
}
