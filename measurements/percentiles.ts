// Exact percentiles of what was journaled, and none without the samples for it.

import { MINIMUM_P99_SAMPLES } from '../contracts/evidence-limits.ts'
import type { Latency } from '../contracts/measurement.ts'

/**
 * Samples from which the largest is a 95 % upper bound of the percentile: smallest n with p^n ≤ 0.05 (order statistics,
 * binomial). p95 59, p99 299, p99.9 2 995.
 */
export const MINIMUM_SAMPLES = { p50: 5, p95: 59, p99: MINIMUM_P99_SAMPLES, p999: 2_995 } as const

/** Nearest-rank percentiles: always a value that was measured. */
export function latencyOf(valuesMs: readonly number[]): Latency {
  const sorted = Float64Array.from(valuesMs).sort()
  const samples = sorted.length
  const percentile = (p: number, minimum: number): number | null =>
    samples < minimum ? null : (sorted[Math.max(0, Math.ceil(p * samples - 1e-9) - 1)] ?? null)
  const sumMs = sorted.reduce((sum, value) => sum + value, 0)
  return {
    samples,
    p50Ms: percentile(0.5, MINIMUM_SAMPLES.p50),
    p95Ms: percentile(0.95, MINIMUM_SAMPLES.p95),
    p99Ms: percentile(0.99, MINIMUM_SAMPLES.p99),
    p999Ms: percentile(0.999, MINIMUM_SAMPLES.p999),
    maxMs: samples === 0 ? null : (sorted[samples - 1] ?? null),
    meanMs: samples === 0 ? null : sumMs / samples,
  }
}
