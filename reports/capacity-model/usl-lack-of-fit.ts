// Is the USL the right curve for these points at all? Sign runs of the residuals, and Amdahl's law as the simpler rival.

import type { UslLackOfFit, UslPoint, UslWeighting } from '../../contracts/capacity-model/usl.ts'
import { signRuns } from './sign-runs.ts'
import { fitAmdahl, USL_COEFFICIENTS, type UslFit } from './usl-fit.ts'
import { throughputAt } from './usl-law.ts'

const SUSPICIOUS_P_VALUE = 0.05

export function uslLackOfFit(points: readonly UslPoint[], weighting: UslWeighting, fit: UslFit): UslLackOfFit {
  const residuals = points.map((point, i) => {
    const residual = point.throughput - (throughputAt(fit.parameters, point.concurrency) ?? 0)
    // Rounding of an exact fit has signs too, but they say nothing.
    return Math.abs(residual) < 1e-9 * point.throughput ? 0 : residual / (fit.sigmas[i] ?? 1)
  })
  const runs = signRuns(residuals)
  const lag1 = lag1Autocorrelation(residuals)
  const rival = rivalry(points, weighting, fit)
  const suspected = runs.pValue !== null && runs.pValue < SUSPICIOUS_P_VALUE
  const evidence = [
    runs.pValue === null
      ? 'residuals have no two signs to count runs of'
      : `${runs.runs} sign runs in ${residuals.length} residuals, P(so few by chance) = ${runs.pValue.toPrecision(3)}`,
    ...(lag1 === null ? [] : [`lag-1 autocorrelation of the residuals ${lag1.toFixed(2)}`]),
    ...rival.evidence,
  ]
  return {
    suspected,
    evidence,
    signRuns: runs.runs,
    signRunsPValue: runs.pValue,
    lag1Autocorrelation: lag1,
    ...rival.fields,
  }
}

function lag1Autocorrelation(residuals: readonly number[]): number | null {
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0)
  if (squares === 0) return null
  return residuals.reduce((sum, residual, i) => sum + residual * (residuals[i - 1] ?? 0), 0) / squares
}

interface Rivalry {
  readonly evidence: readonly string[]
  readonly fields: Pick<UslLackOfFit, 'deltaAicc' | 'deltaAiccReason' | 'deltaAiccFreeParameters'>
}

/** AICc = n·ln(SSE/n) + 2k + 2k(k+1)/(n−k−1), k counting the noise variance (Burnham & Anderson 2002, §2.4). */
function rivalry(points: readonly UslPoint[], weighting: UslWeighting, fit: UslFit): Rivalry {
  const without = (reason: string): Rivalry => ({ evidence: [], fields: { deltaAicc: null, deltaAiccReason: reason } })
  if (fit.onBound.has('beta') && fit.parameters.beta === 0) {
    return without('beta is on its bound 0: the fit is Amdahl’s law')
  }
  const n = points.length
  const energy = points.reduce((sum, point, i) => sum + (point.throughput / (fit.sigmas[i] ?? 1)) ** 2, 0)
  const aicc = ({ weightedSquares: squares }: UslFit, k: number): number | null =>
    n - k - 1 > 0 && squares > 1e-18 * energy
      ? n * Math.log(squares / n) + 2 * k + (2 * k * (k + 1)) / (n - k - 1)
      : null
  const rival = fitAmdahl(points, weighting)
  const free = { usl: freeParameters(fit), amdahl: freeParameters(rival) }
  const [usl, amdahl] = [aicc(fit, free.usl), aicc(rival, free.amdahl)]
  if (usl === null || amdahl === null) return without('one of the two curves goes through every point')
  const delta = usl - amdahl
  const verdict =
    delta > 0 ? 'Amdahl’s law explains the points as well: the peak rests on little' : 'the points need a peak'
  const counted = `${free.usl} and ${free.amdahl} free parameters, the noise variance among them, none on a bound`
  return {
    evidence: [`AICc of USL minus Amdahl ${delta.toFixed(2)} (${counted}): ${verdict}`],
    fields: { deltaAicc: delta, deltaAiccFreeParameters: free },
  }
}

/** A coefficient on its bound was not chosen by the points: it costs nothing. */
function freeParameters({ onBound }: UslFit): number {
  const noiseVariance = 1
  return USL_COEFFICIENTS.length - onBound.size + noiseVariance
}
