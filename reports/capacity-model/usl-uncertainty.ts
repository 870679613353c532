// How sure a USL fit is: covariance of the coefficients, Wald intervals with n − 3 degrees of freedom, and the delta method.
// R's usl::confint uses qt(level, n − 1), a 90 % interval under a 95 % label; that is not repeated here.

import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import { inverse, Matrix, SVD } from 'ml-matrix'
import type { ConfidenceInterval } from '../../contracts/capacity-model/interval.ts'
import type { UslParameters, UslPoint } from '../../contracts/capacity-model/usl.ts'
import { throughputGradient, USL_COEFFICIENTS, type UslCoefficientName, type UslFit } from './usl-fit.ts'

export interface UslUncertainty {
  readonly degreesOfFreedom: number
  /** √(weighted squares ÷ degrees of freedom). */
  readonly residualStandardError: number
  /** √(gᵀ·Cov·g) for a gradient g of some quantity over the coefficients. */
  readonly standardErrorOf: (gradient: UslParameters) => number
}

/**
 * Estimated coefficients; also the 3 of every interval's n − 3, whichever of them ended on a bound. Counting the free ones
 * alone would be exact if the truth lay on that bound. It may as well lie beside it: then the held coefficient is off, the
 * others make up for it, and no standard error shows that. What n − 3 adds to the width is for that case. AICc counts the
 * free ones: it compares two descriptions of the same points and promises no coverage.
 */
const COEFFICIENT_COUNT = 3

/** Null when the points cannot tell the coefficients apart. */
export function uslUncertainty(points: readonly UslPoint[], fit: UslFit): UslUncertainty | null {
  const free = USL_COEFFICIENTS.filter((name) => !fit.onBound.has(name))
  const degreesOfFreedom = points.length - COEFFICIENT_COUNT
  const residualStandardError = Math.sqrt(fit.weightedSquares / degreesOfFreedom)
  const covariance = covarianceOf(points, fit, free)
  if (covariance === null) return null
  const standardErrorOf = (gradient: UslParameters): number => {
    const g = Matrix.columnVector(free.map((name) => gradient[name]))
    const variance = g.transpose().mmul(covariance).mmul(g).get(0, 0)
    return residualStandardError * Math.sqrt(Math.max(0, variance))
  }
  return { degreesOfFreedom, residualStandardError, standardErrorOf }
}

/** (JᵀWJ)⁻¹, from columns scaled to length 1 so that its condition number means something. */
function covarianceOf(points: readonly UslPoint[], fit: UslFit, free: readonly UslCoefficientName[]): Matrix | null {
  const jacobian = new Matrix(
    points.map((point, i) => {
      const slope = throughputGradient(fit.parameters, point.concurrency)
      return free.map((name) => slope[name] / (fit.sigmas[i] ?? 1))
    }),
  )
  const lengths = free.map((_, k) => Math.hypot(...jacobian.getColumn(k)))
  if (lengths.some((length) => !(length > 0 && Number.isFinite(length)))) return null
  lengths.forEach((length, k) => {
    jacobian.mulColumn(k, 1 / length)
  })
  if (new SVD(jacobian).condition > 1e10) return null
  const covariance = inverse(jacobian.transpose().mmul(jacobian))
  lengths.forEach((length, k) => {
    covariance.mulColumn(k, 1 / length)
    covariance.mulRow(k, 1 / length)
  })
  return covariance
}

/** Two-sided t for an interval of this confidence. */
export function tFor(confidence: number, degreesOfFreedom: number): number {
  return tQuantile(0.5 + confidence / 2, degreesOfFreedom)
}

/** The same for an error whose size is known and not estimated from these points. */
export function normalFor(confidence: number): number {
  return normalQuantile(0.5 + confidence / 2, 0, 1)
}

export function waldInterval(value: number, halfWidth: number, confidence: number): ConfidenceInterval {
  return { low: value - halfWidth, high: value + halfWidth, confidence }
}

/** value·e^±h: for quantities that cannot be negative. Null when the data leave it open by more than a factor of 10¹². */
export function relativeInterval(value: number, halfWidth: number, confidence: number): ConfidenceInterval | null {
  if (!(halfWidth < Math.log(1e12))) return null
  return { low: value * Math.exp(-halfWidth), high: value * Math.exp(halfWidth), confidence }
}
