// Universal Scalability Law: measured points in; coefficients, peak, predictions and inversions out.

import type { ConfidenceInterval, Refused } from './interval.ts'

export interface UslPoint {
  readonly concurrency: number
  readonly throughput: number
}

/** gamma: throughput of one; alpha: contention; beta: crosstalk (λ, σ, κ in Schwartz's book). */
export interface UslParameters {
  readonly gamma: number
  readonly alpha: number
  readonly beta: number
}

/** `relative`: residuals divided by the measured throughput, for noise that grows with it. */
export const USL_WEIGHTINGS = ['none', 'relative'] as const
export type UslWeighting = (typeof USL_WEIGHTINGS)[number]

export interface UslQuestion {
  readonly points: readonly UslPoint[]
  readonly weighting: UslWeighting
  readonly confidence: number
  /** Concurrencies to predict the throughput at. */
  readonly at: readonly number[]
  /** Throughputs to find the concurrency of. */
  readonly throughputs: readonly number[]
}

export interface UslCoefficient {
  readonly value: number
  readonly se: number | null
  readonly interval: ConfidenceInterval | null
  readonly atBound: boolean
  readonly seReason?: string
  readonly intervalReason?: string
}

export interface UslPeak {
  readonly value: number
  readonly interval: ConfidenceInterval | null
  readonly intervalReason?: string
  /** Beyond twice the highest concurrency measured: an optimist's guess. */
  readonly extrapolated?: boolean
}

export const USL_RANGES = ['measured', 'up-to-twice', 'beyond-twice'] as const
export type UslRange = (typeof USL_RANGES)[number]

export interface UslPrediction {
  readonly concurrency: number
  readonly throughput: number
  readonly latencySeconds: number
  /** Where a single new measurement would fall. Absent when nothing was fitted. */
  readonly interval?: ConfidenceInterval | null
  readonly intervalReason?: string
  readonly extrapolated?: boolean
  readonly range?: UslRange
}

export type UslInversion =
  | {
      readonly throughput: number
      readonly concurrency: number
      readonly latencySeconds: number
      /** As for a prediction at this concurrency. Absent when nothing was fitted. */
      readonly extrapolated?: boolean
    }
  | ({ readonly throughput: number } & Refused)

export interface UslLackOfFit {
  readonly suspected: boolean
  readonly evidence: readonly string[]
  readonly signRuns: number
  readonly signRunsPValue: number | null
  readonly lag1Autocorrelation: number | null
  /** AICc(USL) − AICc(Amdahl's law); above 0 the third coefficient does not earn its keep. */
  readonly deltaAicc: number | null
  readonly deltaAiccReason?: string
  /** What AICc counts in each curve: coefficients that are not on a bound, and the noise variance. */
  readonly deltaAiccFreeParameters?: { readonly usl: number; readonly amdahl: number }
}

/** What follows from coefficients alone, fitted or given. */
export interface UslShape {
  readonly peakConcurrency: UslPeak | null
  readonly peakReason?: string
  readonly peakThroughput: number | null
  readonly peakThroughputReason?: string
  /** The throughput of a peak that is itself extrapolated. Absent when nothing was fitted or there is no peak. */
  readonly peakThroughputExtrapolated?: boolean
  /** Amdahl's limit gamma ÷ alpha; exists only when beta = 0. */
  readonly ceiling: number | null
  readonly ceilingReason?: string
  readonly predictions: readonly (UslPrediction | ({ readonly concurrency: number } & Refused))[]
  readonly inversions: readonly UslInversion[]
}

export interface UslFitAnswer extends UslShape {
  readonly estimator: string
  readonly weighting: UslWeighting
  readonly degreesOfFreedom: number
  /** Residual standard error: in throughput units, or as a fraction when weighting is relative. */
  readonly residualStandardError: number
  readonly gamma: UslCoefficient
  readonly alpha: UslCoefficient
  readonly beta: UslCoefficient
  readonly lackOfFit: UslLackOfFit
  readonly duplicatesWarning: string | null
}

export interface UslEvalQuestion extends UslParameters {
  readonly at: readonly number[]
  readonly throughputs: readonly number[]
}

export interface UslEvalAnswer extends UslShape, UslParameters {}
