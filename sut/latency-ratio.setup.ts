// How much slower everybody else is while a part is out. One look before an outage and one during it differ by more
// than what is asked for without any outage at all: so blocks with and without it come in turns, and what is said of
// their ratio goes as far as its interval.

import { median } from 'simple-statistics'
import { sampleQuantile } from '../reports/capacity-model/quantile-ranks.ts'

/**
 * A figure of four blocks, one after another, the middle ones during the outage: where the machine gets slower all the
 * while, one pair of neighbours looks worse by it, and the other one better.
 */
export type Round = readonly [before: number, early: number, late: number, after: number]

export interface LatencyRatio {
  /** During ÷ without, of each pair of neighbours. */
  readonly ratios: readonly number[]
  readonly median: number
  /** Where the median of such ratios lies, with `coverage`: order statistics, whatever their distribution is. */
  readonly low: number
  readonly high: number
  readonly coverage: number
}

export type RatioVerdict = 'kept' | 'exceeded' | 'undecided'

const CONFIDENCE = 0.95

/** At least three rounds: fewer pairs have no such interval. */
export function latencyRatio(rounds: readonly Round[]): LatencyRatio {
  const ratios = rounds.flatMap(([before, early, late, after]) => [early / before, late / after])
  const answer = sampleQuantile(ratios, 50, CONFIDENCE)
  if ('refused' in answer) throw new RangeError(answer.refused.message)
  const { low, high } = answer.interval
  return { ratios, median: median(ratios), low, high, coverage: answer.coverage }
}

/** Sure in both directions, or not at all. */
export function judgeRatio({ low, high }: Pick<LatencyRatio, 'low' | 'high'>, atMost: number): RatioVerdict {
  if (low > atMost) return 'exceeded'
  return high <= atMost ? 'kept' : 'undecided'
}
