// Known truths to hold intervals against: seeded measurements of a USL system, and runs of an M/M/1 queue.

import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { UslParameters, UslPoint, UslWeighting } from '../../../contracts/capacity-model/usl.ts'
import { nearestRank } from '../quantile-ranks.ts'
import { isRefused } from '../refuse.ts'
import { runInterval } from '../run-interval.ts'
import { fitUsl } from '../usl.ts'
import { peakConcurrency, throughputAt } from '../usl-law.ts'

/** Peak at 69.6 of 96 measured. */
const TRUTH: UslParameters = { gamma: 1000, alpha: 0.03, beta: 2e-4 }
const CONCURRENCIES = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96]
const NOISE = 0.02

export interface Coverage {
  readonly trials: number
  readonly covered: number
  readonly meanRelativeHalfWidth: number
}

export interface PeakCoverage extends Coverage {
  /** Fits that found no peak at all. */
  readonly withoutPeak: number
}

/** How often the 95 % interval of the peak holds the true one: 10 points with 2 % multiplicative noise. */
export function peakCoverage(trials: number, weighting: UslWeighting, seed: number): PeakCoverage {
  const uniform = uniformFrom(seed)
  const truth = peakConcurrency(TRUTH) ?? Number.NaN
  let [covered, widths, withoutPeak] = [0, 0, 0]
  for (let trial = 0; trial < trials; trial++) {
    const usl = fitUsl({ points: measure(uniform), weighting, confidence: 0.95, at: [], throughputs: [] })
    const interval = isRefused(usl) ? null : usl.peakConcurrency?.interval
    if (!interval) {
      withoutPeak++
      continue
    }
    if (interval.low <= truth && truth <= interval.high) covered++
    widths += (interval.high - interval.low) / 2 / truth
  }
  return { trials, covered, withoutPeak, meanRelativeHalfWidth: widths / (trials - withoutPeak) }
}

function measure(uniform: () => number): readonly UslPoint[] {
  return CONCURRENCIES.map((concurrency) => {
    const exact = throughputAt(TRUTH, concurrency) ?? Number.NaN
    return { concurrency, throughput: exact * (1 + NOISE * normalQuantile(uniform(), 0, 1)) }
  })
}

export interface QueueRuns {
  readonly utilisation: number
  readonly runs: number
  readonly requestsPerRun: number
}

/** How often the t interval over independent runs holds the true p99 of M/M/1, S·ln 100/(1 − ρ). */
export function runCoverage(trials: number, { utilisation, runs, requestsPerRun }: QueueRuns, seed: number): Coverage {
  const uniform = uniformFrom(seed)
  const truth = Math.log(100) / (1 - utilisation)
  let [covered, widths] = [0, 0]
  for (let trial = 0; trial < trials; trial++) {
    const figures = Array.from({ length: runs }, () => p99OfRun(utilisation, requestsPerRun, uniform))
    const answer = runInterval({ runs: figures, samplesPerRun: requestsPerRun, percentile: 99, confidence: 0.95 })
    if (isRefused(answer)) throw new Error(answer.refused.message)
    if (answer.interval.low <= truth && truth <= answer.interval.high) covered++
    widths += answer.halfWidth / truth
  }
  return { trials, covered, meanRelativeHalfWidth: widths / trials }
}

/** Lindley's recursion with a mean service time of 1, started in its steady state so that no warm-up biases it. */
function p99OfRun(utilisation: number, requests: number, uniform: () => number): number {
  const exponential = (): number => -Math.log(1 - uniform())
  let wait = uniform() < utilisation ? exponential() / (1 - utilisation) : 0
  const responses = new Float64Array(requests)
  for (let i = 0; i < requests; i++) {
    const service = exponential()
    responses[i] = wait + service
    wait = Math.max(0, wait + service - exponential() / utilisation)
  }
  responses.sort()
  return responses[nearestRank(requests, 99) - 1] ?? Number.NaN
}

function uniformFrom(seed: number): () => number {
  const generator = xoroshiro128plus(seed)
  return () => uniformFloat64(generator) + 2 ** -54
}
