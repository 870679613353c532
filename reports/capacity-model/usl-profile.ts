// The USL's squares of residuals as a function of alpha and beta alone: for given alpha and beta the throughput is gamma times a
// known curve, so the best gamma is a quotient of two sums (G. Golub & V. Pereyra, "The Differentiation of Pseudo-Inverses …", 1973).
// Two coefficients within 0 … 1 are few enough to be searched everywhere.

import type { UslPoint, UslWeighting } from '../../contracts/capacity-model/usl.ts'
import { rawSlowdown } from './usl-law.ts'

/** What the residuals need of each point; `targets` are measured throughputs over their standard deviations. */
export interface UslResiduals {
  readonly concurrencies: Float64Array
  readonly sigmas: Float64Array
  readonly targets: Float64Array
  /** Σ targets²: the squares of a curve that is 0 everywhere. */
  readonly energy: number
}

export interface UslShapeCoefficients {
  readonly alpha: number
  readonly beta: number
}

/** Half the sum of squares, with the best gamma at every alpha and beta, to second order. */
export interface UslProfile {
  readonly gamma: number
  readonly squares: number
  readonly gradient: readonly [alpha: number, beta: number]
  readonly hessian: Curvature
  /** The Hessian of a model linear in its coefficients (Gauss–Newton): never bends down. */
  readonly linearHessian: Curvature
}

/** ∂²/∂α², ∂²/∂α∂β, ∂²/∂β². */
export type Curvature = readonly [number, number, number]

export function uslResiduals(points: readonly UslPoint[], weighting: UslWeighting): UslResiduals {
  const sigmas = Float64Array.from(points, ({ throughput }) => (weighting === 'relative' ? throughput : 1))
  const targets = Float64Array.from(points, ({ throughput }, i) => throughput / (sigmas[i] ?? 1))
  return {
    concurrencies: Float64Array.from(points, ({ concurrency }) => concurrency),
    sigmas,
    targets,
    energy: targets.reduce((sum, target) => sum + target * target, 0),
  }
}

/** The same squares in one pass, for looking at many places; subtracts large sums, so a near perfect fit is seen as rounding. */
export function roughSquares(data: UslResiduals, alpha: number, beta: number): number {
  const { concurrencies, sigmas, targets } = data
  let [overlap, size] = [0, 0]
  for (let i = 0; i < targets.length; i++) {
    const n = concurrencies[i] ?? 0
    const curve = n / (rawSlowdown(alpha, beta, n) * (sigmas[i] ?? 1))
    overlap += curve * (targets[i] ?? 0)
    size += curve * curve
  }
  const squares = data.energy - (overlap * overlap) / size
  return squares >= 0 ? squares : 0
}

export function uslProfile(data: UslResiduals, { alpha, beta }: UslShapeCoefficients): UslProfile {
  const { concurrencies, sigmas, targets } = data
  const curves = concurrencies.map((n, i) => n / (rawSlowdown(alpha, beta, n) * (sigmas[i] ?? 1)))
  const size = curves.reduce((sum, curve) => sum + curve * curve, 0)
  const gamma = curves.reduce((sum, curve, i) => sum + curve * (targets[i] ?? 0), 0) / size
  let squares = 0
  const gradient: [number, number] = [0, 0]
  // With q = ∂ ln(slowdown): X' = −X·q and X'' = 2·X·qq'. `linear` leaves the second derivatives out, `mixed` is ∂²/∂γ∂·.
  const linear: [number, number, number] = [0, 0, 0]
  const curved: [number, number, number] = [0, 0, 0]
  const linearMixed: [number, number] = [0, 0]
  const mixed: [number, number] = [0, 0]
  for (let i = 0; i < curves.length; i++) {
    const n = concurrencies[i] ?? 0
    const curve = curves[i] ?? 0
    const fitted = gamma * curve
    const residual = (targets[i] ?? 0) - fitted
    const qa = (n - 1) / rawSlowdown(alpha, beta, n)
    const qb = n * qa
    squares += residual * residual
    gradient[0] += residual * fitted * qa
    gradient[1] += residual * fitted * qb
    linear[0] += (fitted * qa) ** 2
    linear[1] += fitted * qa * fitted * qb
    linear[2] += (fitted * qb) ** 2
    curved[0] += 2 * residual * fitted * qa * qa
    curved[1] += 2 * residual * fitted * qa * qb
    curved[2] += 2 * residual * fitted * qb * qb
    linearMixed[0] += curve * fitted * qa
    linearMixed[1] += curve * fitted * qb
    mixed[0] += curve * (residual - fitted) * qa
    mixed[1] += curve * (residual - fitted) * qb
  }
  return {
    gamma,
    squares,
    gradient,
    hessian: [
      linear[0] - curved[0] - mixed[0] ** 2 / size,
      linear[1] - curved[1] - (mixed[0] * mixed[1]) / size,
      linear[2] - curved[2] - mixed[1] ** 2 / size,
    ],
    linearHessian: [
      linear[0] - linearMixed[0] ** 2 / size,
      linear[1] - (linearMixed[0] * linearMixed[1]) / size,
      linear[2] - linearMixed[1] ** 2 / size,
    ],
  }
}
