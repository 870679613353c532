// Percentiles and means with the interval the evidence carries, and the number of samples a claim needs.

import type { ConfidenceInterval } from './interval.ts'

/** 1-based ranks of the order statistics that enclose the percentile. */
export interface Ranks {
  readonly low: number
  readonly high: number
}

export interface RanksAnswer {
  readonly ranks: Ranks
  /** What the ranks really cover: at least the confidence asked for. */
  readonly coverage: number
}

export interface SampleQuantileAnswer extends RanksAnswer {
  readonly value: number
  readonly interval: ConfidenceInterval
  readonly warning: string
}

export interface RunsQuestion {
  /** One figure per run, such as its p99. */
  readonly runs: readonly number[]
  readonly samplesPerRun: number
  /** When the figure is a percentile: each run must carry it. */
  readonly percentile?: number
  readonly confidence: number
}

export interface RunsAnswer {
  readonly mean: number
  readonly sd: number
  readonly interval: ConfidenceInterval
  readonly halfWidth: number
  readonly duplicatesWarning: string | null
  readonly warning: string | null
}

export interface DifferenceQuestion {
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly confidence: number
}

export interface DifferenceAnswer {
  /** mean(a) − mean(b). */
  readonly difference: number
  readonly interval: ConfidenceInterval
  /** The interval does not hold 0. */
  readonly detectable: boolean
  /** Differences smaller than this cannot be told from none with these runs. */
  readonly smallestDetectable: number
  readonly degreesOfFreedom: number | null
  readonly degreesOfFreedomReason?: string
}
