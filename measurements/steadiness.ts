// Did latency settle? A step whose latency climbs or falls all the way through has no percentile of its own: another
// second would have given another one.
//
// The series is cut into equal batches; a trend is one that the batch medians agree on (Kendall's τ) and that matters
// (Theil–Sen slope over the step, against the median). Medians, because one pause of a garbage collector is no trend;
// and nothing is cut away by what the data look like (MSER and the like would cut a one-second stall out of the first
// half as "warm-up"): only the beginning that is fixed before the step starts.

import { kendallTau, median, theilSenSlope } from './trend.ts'

const BATCHES = 20
const FEWEST_PER_BATCH = 5
/** Two-sided p ≈ 0.002 for 20 batches without autocorrelation: queues are autocorrelated, so stricter than 0.05. */
const AGREED_TAU = 0.5
/** Growth over the step, as a share of the median. */
const GROWTH_THAT_MATTERS = 0.5

export interface Steadiness {
  readonly steady: boolean
  /** Latency at the end over latency at the beginning, by the trend line; 1 is flat. */
  readonly endOverStart: number
  readonly tau: number
}

/** `seriesMs` in the order the requests were due. null: too short to tell. */
export function steadinessOf(seriesMs: readonly number[], ignoredGrowthMs: number): Steadiness | null {
  if (seriesMs.length < BATCHES * FEWEST_PER_BATCH) return null
  const medians = batchMedians(seriesMs)
  const middle = median(medians)
  const growthMs = theilSenSlope(medians) * (BATCHES - 1)
  const tau = kendallTau(medians)
  const matters = Math.abs(growthMs) > Math.max(GROWTH_THAT_MATTERS * middle, ignoredGrowthMs)
  const startMs = Math.max(middle - growthMs / 2, middle * 0.01)
  return {
    steady: !(matters && Math.abs(tau) >= AGREED_TAU),
    endOverStart: startMs > 0 ? Math.max(0, middle + growthMs / 2) / startMs : 1,
    tau,
  }
}

function batchMedians(series: readonly number[]): number[] {
  return Array.from({ length: BATCHES }, (_, batch) =>
    median(
      series.slice(Math.floor((batch * series.length) / BATCHES), Math.floor(((batch + 1) * series.length) / BATCHES)),
    ),
  )
}
