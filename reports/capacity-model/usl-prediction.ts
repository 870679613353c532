// Predictions from a fitted USL, with an interval that is honest about three errors: of the coefficients, of one new
// measurement, and of the law itself once N leaves the measured range.

import type { UslPeak, UslPoint, UslPrediction, UslRange, UslWeighting } from '../../contracts/capacity-model/usl.ts'
import type { UslFit } from './usl-fit.ts'
import { throughputGradient } from './usl-fit.ts'
import { latencySecondsAt, peakConcurrency, throughputAt } from './usl-law.ts'
import { normalFor, relativeInterval, tFor, type UslUncertainty } from './usl-uncertainty.ts'

/**
 * Relative error of the law per doubling beyond the largest N measured, as a standard deviation. Root mean square over
 * three published data sets, each refitted on its first k points and compared with the points beyond: 0.15 for Cisco, 0.25
 * to 0.4 for specsdm91 and the ray tracer (`bench/extrapolation.ts`).
 */
export const MODEL_ERROR_PER_DOUBLING = 0.3

/** Schwartz, "Practical Scalability Analysis": trust nothing beyond twice the measured size. */
const TRUSTED_FACTOR = 2

export interface FittedUsl {
  readonly points: readonly UslPoint[]
  readonly weighting: UslWeighting
  readonly confidence: number
  readonly fit: UslFit
  readonly uncertainty: UslUncertainty
}

const TOO_OPEN = 'the data leave the value open by more than a factor of 10¹²'

/** Null where the formula has no positive value. */
export function predictThroughput(fitted: FittedUsl, concurrency: number): UslPrediction | null {
  const { parameters } = fitted.fit
  const throughput = throughputAt(parameters, concurrency)
  const latencySeconds = latencySecondsAt(parameters, concurrency)
  if (throughput === null || latencySeconds === null) return null
  const range = rangeOf(fitted.points, concurrency)
  const base = { concurrency, throughput, latencySeconds, extrapolated: range === 'beyond-twice', range }
  if (throughput === 0) return { ...base, interval: null, intervalReason: 'no concurrency, no throughput' }
  const { residualStandardError, degreesOfFreedom, standardErrorOf } = fitted.uncertainty
  const ofCurve = standardErrorOf(throughputGradient(parameters, concurrency)) / throughput
  const ofOneMeasurement = residualStandardError / (fitted.weighting === 'relative' ? 1 : throughput)
  const halfWidth = Math.hypot(
    tFor(fitted.confidence, degreesOfFreedom) * Math.hypot(ofCurve, ofOneMeasurement),
    normalFor(fitted.confidence) * modelError(fitted.points, concurrency),
  )
  const interval = relativeInterval(throughput, halfWidth, fitted.confidence)
  return interval === null ? { ...base, interval, intervalReason: TOO_OPEN } : { ...base, interval }
}

/** Delta method on ln Nmax = ½(ln(1−α) − ln β), plus the law's own error when the peak lies beyond the data. */
export function fittedPeak(fitted: FittedUsl): UslPeak | null {
  const { parameters } = fitted.fit
  const value = peakConcurrency(parameters)
  if (value === null) return null
  const gradient = { gamma: 0, alpha: -0.5 / (1 - parameters.alpha), beta: -0.5 / parameters.beta }
  const halfWidth = Math.hypot(
    tFor(fitted.confidence, fitted.uncertainty.degreesOfFreedom) * fitted.uncertainty.standardErrorOf(gradient),
    normalFor(fitted.confidence) * modelError(fitted.points, value),
  )
  const interval = relativeInterval(value, halfWidth, fitted.confidence)
  const base = { value, interval, extrapolated: isExtrapolated(fitted.points, value) }
  return interval === null ? { ...base, intervalReason: TOO_OPEN } : base
}

/** Trusted no further than twice the measured range, whichever way the concurrency was found. */
export function isExtrapolated(points: readonly UslPoint[], concurrency: number): boolean {
  return rangeOf(points, concurrency) === 'beyond-twice'
}

function modelError(points: readonly UslPoint[], concurrency: number): number {
  const { smallest, largest } = measuredRange(points)
  const beyond = Math.max(concurrency / largest, smallest / concurrency, 1)
  return MODEL_ERROR_PER_DOUBLING * Math.log2(beyond)
}

function rangeOf(points: readonly UslPoint[], concurrency: number): UslRange {
  const { smallest, largest } = measuredRange(points)
  if (concurrency >= smallest && concurrency <= largest) return 'measured'
  const trusted = concurrency <= TRUSTED_FACTOR * largest && concurrency >= smallest / TRUSTED_FACTOR
  return trusted ? 'up-to-twice' : 'beyond-twice'
}

function measuredRange(points: readonly UslPoint[]) {
  const measured = points.map((point) => point.concurrency)
  return { smallest: Math.min(...measured), largest: Math.max(...measured) }
}
