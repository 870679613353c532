// The USL fitted to measured points, as an answer that says which estimator it used and how sure it is.

import type { Refused } from '../../contracts/capacity-model/interval.ts'
import type { UslCoefficient, UslFitAnswer, UslPoint, UslQuestion } from '../../contracts/capacity-model/usl.ts'
import { isRefused, refuse } from './refuse.ts'
import { fitLeastSquares, inOrder, USL_COEFFICIENTS, type UslCoefficientName } from './usl-fit.ts'
import { uslLackOfFit } from './usl-lack-of-fit.ts'
import { type FittedUsl, fittedPeak, isExtrapolated, predictThroughput } from './usl-prediction.ts'
import { outsideModel, uslInversion, uslLimits } from './usl-shape.ts'
import { tFor, uslUncertainty, waldInterval } from './usl-uncertainty.ts'

/** R's `usl` warns and usl4j refuses below this; with fewer points the intervals say nothing. */
const NEEDED_POINTS = 6
/** Three coefficients need as many places to be seen at. */
const NEEDED_CONCURRENCIES = 3

const ESTIMATORS = {
  none: 'nonlinear least squares (gamma exact, alpha and beta searched everywhere), unweighted, 0 ≤ alpha, beta ≤ 1',
  relative:
    'nonlinear least squares (gamma exact, alpha and beta searched everywhere), weights 1/throughput², 0 ≤ alpha, beta ≤ 1',
} as const

export function fitUsl(question: UslQuestion): UslFitAnswer | Refused {
  const fitted = fitUslCurve(question)
  if (isRefused(fitted)) return fitted
  const { points, weighting, fit, uncertainty } = fitted
  const { parameters } = fit
  return {
    estimator: ESTIMATORS[weighting],
    weighting,
    degreesOfFreedom: uncertainty.degreesOfFreedom,
    residualStandardError: uncertainty.residualStandardError,
    gamma: coefficient(fitted, 'gamma'),
    alpha: coefficient(fitted, 'alpha'),
    beta: coefficient(fitted, 'beta'),
    ...uslLimits(parameters),
    ...peakWithInterval(fitted),
    predictions: question.at.map(
      (concurrency) => predictThroughput(fitted, concurrency) ?? { concurrency, ...outsideModel(concurrency) },
    ),
    inversions: question.throughputs.map((throughput) => {
      const inversion = uslInversion(parameters, throughput)
      return isRefused(inversion)
        ? inversion
        : { ...inversion, extrapolated: isExtrapolated(points, inversion.concurrency) }
    }),
    lackOfFit: uslLackOfFit(points, weighting, fit),
    duplicatesWarning: duplicatesWarning(points),
  }
}

/** The fit itself, for callers that draw the curve. */
export function fitUslCurve(question: Pick<UslQuestion, 'points' | 'weighting' | 'confidence'>): FittedUsl | Refused {
  const points = inOrder(question.points)
  if (points.length < NEEDED_POINTS) {
    return refuse('too-few-points', `${points.length} points; a fit needs ${NEEDED_POINTS}`, NEEDED_POINTS)
  }
  const places = new Set(points.map((point) => point.concurrency)).size
  if (places < NEEDED_CONCURRENCIES) {
    const message = `${places} distinct concurrencies; three coefficients need ${NEEDED_CONCURRENCIES}`
    return refuse('too-few-concurrencies', message, NEEDED_CONCURRENCIES)
  }
  const fit = fitLeastSquares(points, question.weighting)
  const uncertainty = uslUncertainty(points, fit)
  if (uncertainty === null) return refuse('unidentifiable', 'the points cannot tell gamma, alpha and beta apart')
  return { points, weighting: question.weighting, confidence: question.confidence, fit, uncertainty }
}

function coefficient(fitted: FittedUsl, name: UslCoefficientName): UslCoefficient {
  const value = fitted.fit.parameters[name]
  if (fitted.fit.onBound.has(name)) {
    const reason = `${name} ended on its bound ${value}, where no standard error exists`
    return { value, se: null, interval: null, atBound: true, seReason: reason, intervalReason: reason }
  }
  const unit = { gamma: 0, alpha: 0, beta: 0, [name]: 1 }
  const se = fitted.uncertainty.standardErrorOf(unit)
  const halfWidth = tFor(fitted.confidence, fitted.uncertainty.degreesOfFreedom) * se
  const interval = waldInterval(value, halfWidth, fitted.confidence)
  if (name === 'gamma' && interval.low < 0) {
    const intervalReason = 'the interval reaches below 0, which no throughput can: its low end is cut there'
    return { value, se, interval: { ...interval, low: 0 }, intervalReason, atBound: false }
  }
  return { value, se, interval, atBound: false }
}

function peakWithInterval(
  fitted: FittedUsl,
): Partial<Pick<UslFitAnswer, 'peakConcurrency' | 'peakReason' | 'peakThroughputExtrapolated'>> {
  const peak = fittedPeak(fitted)
  if (peak !== null) return { peakConcurrency: peak, peakThroughputExtrapolated: peak.extrapolated === true }
  const held = USL_COEFFICIENTS.filter((name) => fitted.fit.onBound.has(name))
  const { peakReason } = uslLimits(fitted.fit.parameters)
  return { peakReason: held.length === 0 ? peakReason : `${held.join(' and ')} on the bound; ${peakReason}` }
}

function duplicatesWarning(points: readonly UslPoint[]): string | null {
  const repeated = points.filter((point, i) => {
    const previous = points[i - 1]
    return previous?.concurrency === point.concurrency && previous.throughput === point.throughput
  })
  if (repeated.length === 0) return null
  return `${repeated.length} of ${points.length} points repeat another exactly; measurements do not, so check for copies: they make the intervals too narrow`
}
