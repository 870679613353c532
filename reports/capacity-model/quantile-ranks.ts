// Which order statistics enclose a percentile: exact, from the binomial distribution of how many samples lie below it.
// J.-Y. Le Boudec, "Performance Evaluation of Computer and Communication Systems" (2010), theorem 2.1.

import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf'
import type { Refused } from '../../contracts/capacity-model/interval.ts'
import type { Ranks, RanksAnswer, SampleQuantileAnswer } from '../../contracts/capacity-model/quantile.ts'
import { refuse } from './refuse.ts'

/** Percentiles between 0 and 100; 0.99 and 99 both mean p99, because no one asks for the 0.99th of a hundred. */
export function shareOf(percentile: number): number {
  return percentile < 1 ? percentile : percentile / 100
}

export function percentileName(percentile: number): string {
  return `p${Number((100 * shareOf(percentile)).toPrecision(12))}`
}

/** Samples for a finite interval with equal tails: both pⁿ and (1−p)ⁿ ≤ (1 − confidence)/2. */
export function neededSamples(percentile: number, confidence: number): number {
  return samplesForTail(percentile, (1 - confidence) / 2)
}

/** Samples for a finite upper bound: 299 for p99 at 95 %. Without them a percentile is not reported at all. */
export function neededSamplesOneSided(percentile: number, confidence: number): number {
  return samplesForTail(percentile, 1 - confidence)
}

function samplesForTail(percentile: number, tail: number): number {
  const share = shareOf(percentile)
  return Math.max(1, Math.ceil(Math.log(tail) / Math.log(Math.max(share, 1 - share)) - 1e-9))
}

export function quantileRanks(count: number, percentile: number, confidence: number): RanksAnswer | Refused {
  const needed = neededSamples(percentile, confidence)
  if (count < needed) return tooFew(count, percentile, confidence)
  const share = shareOf(percentile)
  const tail = (1 - confidence) / 2
  const below = (k: number): number => binomialCdf(k, count, share)
  // low: the largest rank with P(B ≤ low − 1) ≤ tail; high: the smallest with P(B ≥ high) ≤ tail.
  const low = smallest(count, (k) => below(k) > tail)
  const high = smallest(count, (k) => below(k) >= 1 - tail) + 1
  if (low < 1 || high > count) return tooFew(count, percentile, confidence)
  return { ranks: { low, high }, coverage: below(high - 1) - below(low - 1) }
}

function tooFew(count: number, percentile: number, confidence: number): Refused {
  const needed = neededSamples(percentile, confidence)
  const name = percentileName(percentile)
  const message = `${count} samples; ${name} with ${100 * confidence} % confidence on both sides needs ${needed}`
  return refuse('insufficient-samples', message, needed)
}

/** Smallest k in 0 … count for which a condition that never turns back holds. */
function smallest(count: number, holds: (k: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

const NOT_INDEPENDENT =
  'holds for independent samples; requests of one run are not (near saturation such intervals cover 1–20 %): use runs'

export function sampleQuantile(
  samples: readonly number[],
  percentile: number,
  confidence: number,
): SampleQuantileAnswer | Refused {
  const answer = quantileRanks(samples.length, percentile, confidence)
  if ('refused' in answer) return answer
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (rank: number): number => sorted[rank - 1] ?? Number.NaN
  const { low, high }: Ranks = answer.ranks
  return {
    value: at(nearestRank(samples.length, percentile)),
    interval: { low: at(low), high: at(high), confidence },
    ...answer,
    warning: NOT_INDEPENDENT,
  }
}

/** ⌈n·p⌉, at least 1; without the ulp by which 0.999·1000 exceeds 999. */
export function nearestRank(count: number, percentile: number): number {
  return Math.max(1, Math.ceil(count * shareOf(percentile) * (1 - 1e-12)))
}
