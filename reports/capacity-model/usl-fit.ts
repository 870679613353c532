// Least squares for the USL's three coefficients, weighted or not, with 0 ≤ α, β ≤ 1 (the bounds of R's `usl`).
// The minimiser is ml-levenberg-marquardt, kept inside the bounds, where the law has no poles. It projects onto a bound
// and can stall there, so a fit that ends on one is compared with every set of coefficients held on bounds.

import { levenbergMarquardt } from 'ml-levenberg-marquardt'
import { Matrix, pseudoInverse } from 'ml-matrix'
import type { UslParameters, UslPoint, UslWeighting } from '../../contracts/capacity-model/usl.ts'

export const USL_COEFFICIENTS = ['gamma', 'alpha', 'beta'] as const
export type UslCoefficientName = (typeof USL_COEFFICIENTS)[number]

export interface UslFit {
  readonly parameters: UslParameters
  readonly onBound: ReadonlySet<UslCoefficientName>
  /** Σ((y − X(N))/σ)², σ = 1 or y. */
  readonly weightedSquares: number
  readonly sigmas: readonly number[]
}

type Held = Readonly<Partial<Record<UslCoefficientName, number>>>

const LOWER_HOLDS: readonly Held[] = [{ beta: 0 }, { alpha: 0 }, { alpha: 0, beta: 0 }]
const UPPER_HOLDS: readonly Held[] = [
  { alpha: 1 },
  { beta: 1 },
  { alpha: 1, beta: 0 },
  { alpha: 0, beta: 1 },
  { alpha: 1, beta: 1 },
]

/** Points in a fixed order, so that a shuffled input gives the same bytes. */
export function inOrder(points: readonly UslPoint[]): readonly UslPoint[] {
  return [...points].sort((a, b) => a.concurrency - b.concurrency || a.throughput - b.throughput)
}

export function fitLeastSquares(points: readonly UslPoint[], weighting: UslWeighting): UslFit {
  const free = fitHolding(points, weighting, {})
  if (endsInside(free, points)) return free
  const { alpha, beta } = free.parameters
  const nearUpper = alpha > 0.99 || beta > 0.99
  return bestHolding(points, weighting, nearUpper ? [...LOWER_HOLDS, ...UPPER_HOLDS] : LOWER_HOLDS)
}

/** Amdahl's law: the USL without crosstalk, the simpler rival in the lack-of-fit test. */
export function fitAmdahl(points: readonly UslPoint[], weighting: UslWeighting): UslFit {
  return bestHolding(points, weighting, [{ beta: 0 }, { alpha: 0, beta: 0 }, { alpha: 1, beta: 0 }])
}

/** Least squares among fits that hold coefficients on a bound and end with all others inside. */
function bestHolding(points: readonly UslPoint[], weighting: UslWeighting, holds: readonly Held[]): UslFit {
  return holds
    .map((held) => fitHolding(points, weighting, held))
    .filter((fit) => endsInside(fit, points))
    .reduce((a, b) => (b.weightedSquares < a.weightedSquares ? b : a))
}

/** A coefficient whose whole effect at the largest N is below 10⁻⁸ is rounding, not evidence: a peak at 4·10¹⁷ is no peak. */
function endsInside({ parameters: { alpha, beta }, onBound }: UslFit, points: readonly UslPoint[]): boolean {
  const largest = Math.max(...points.map((point) => point.concurrency))
  const alphaInside = alpha * largest > 1e-8 && alpha < 1
  const betaInside = beta * largest * largest > 1e-8 && beta < 1
  return (onBound.has('alpha') || alphaInside) && (onBound.has('beta') || betaInside)
}

function fitHolding(points: readonly UslPoint[], weighting: UslWeighting, held: Held): UslFit {
  const scale = scaleOf(points)
  const sigmas = points.map((point) => (weighting === 'relative' ? point.throughput : 1))
  const names = USL_COEFFICIENTS.filter((name) => held[name] === undefined)
  const unscale = (scaled: readonly number[]): UslParameters => {
    const value = (name: UslCoefficientName): number =>
      held[name] ?? (scaled[names.indexOf(name)] ?? Number.NaN) * scale[name]
    return { gamma: value('gamma'), alpha: value('alpha'), beta: value('beta') }
  }
  // Residuals are divided by σ here: the library's `weights` (5.1.0) steer its steps but are inverted in the error by
  // which it picks the best step. So its x is the number of the point.
  const divisors = sigmas.map((sigma) => (weighting === 'relative' ? sigma : scale.gamma))
  const run = (start: UslParameters): UslParameters => {
    try {
      const { parameterValues } = levenbergMarquardt(
        { x: points.map((_, i) => i), y: points.map((point, i) => point.throughput / (divisors[i] ?? 1)) },
        (scaled) => {
          const usl = unscale(scaled)
          return (i) => rawThroughput(usl, points[i]?.concurrency ?? 0) / (divisors[i] ?? 1)
        },
        {
          initialValues: names.map((name) => start[name] / scale[name]),
          minValues: names.map((name) => (name === 'gamma' ? 1e-12 : 0)),
          maxValues: names.map((name) => (name === 'gamma' ? 1e12 : 1 / scale[name])),
          jacobianFunction: (scaled) => {
            const usl = unscale(scaled)
            return (i) => {
              const slope = throughputGradient(usl, points[i]?.concurrency ?? 0)
              return names.map((name) => (slope[name] * scale[name]) / (divisors[i] ?? 1))
            }
          },
          maxIterations: 100,
          errorTolerance: 0,
          damping: 1e-3,
        },
      )
      return unscale(parameterValues)
    } catch {
      // It throws where its normal matrix is singular to rounding; such a start is worth no more than itself.
      return start
    }
  }
  const fits = startingPoints(points, held).map((start) => {
    const parameters = run(start)
    return { parameters, weightedSquares: weightedSquares(points, sigmas, parameters) }
  })
  const least = fits.reduce((a, b) => (b.weightedSquares < a.weightedSquares ? b : a))
  return { ...least, sigmas, onBound: new Set(USL_COEFFICIENTS.filter((name) => held[name] !== undefined)) }
}

/** Every coefficient is of order 1 in these units; the minimiser's damping is additive and needs that. */
function scaleOf(points: readonly UslPoint[]): UslParameters {
  const largest = Math.max(...points.map((point) => point.concurrency))
  const gamma = Math.max(...points.map((point) => point.throughput / point.concurrency))
  return { gamma, alpha: 1 / Math.max(1, largest), beta: 1 / Math.max(1, largest * largest) }
}

/**
 * usl4j's start (σ = 0.1, κ = 0.01, λ = max X/N), and the linear least squares of N/X = (1 + α(N−1) + βN(N−1))/γ,
 * which is the answer itself when the noise is small and relative.
 */
function startingPoints(points: readonly UslPoint[], held: Held): readonly UslParameters[] {
  const gamma = Math.max(...points.map((point) => point.throughput / point.concurrency))
  const design = new Matrix(points.map(({ concurrency: n, throughput: x }) => [x / n, (x * (n - 1)) / n, x * (n - 1)]))
  const [[inverse] = [], [contention] = [], [crosstalk] = []] = pseudoInverse(design)
    .mmul(Matrix.columnVector(points.map(() => 1)))
    .to2DArray()
  const book = { gamma, alpha: 0.1, beta: 0.01 }
  const starts = [book]
  if (inverse !== undefined && contention !== undefined && crosstalk !== undefined && inverse > 0) {
    starts.unshift({ gamma: 1 / inverse, alpha: contention / inverse, beta: crosstalk / inverse })
  }
  const share = (value: number): number => Math.min(1, Math.max(0, value))
  return starts.map((start) => ({ gamma: start.gamma, alpha: share(start.alpha), beta: share(start.beta), ...held }))
}

function rawThroughput(usl: UslParameters, concurrency: number): number {
  return (usl.gamma * concurrency) / (1 + usl.alpha * (concurrency - 1) + usl.beta * concurrency * (concurrency - 1))
}

/** ∂X/∂γ, ∂X/∂α, ∂X/∂β. */
export function throughputGradient(usl: UslParameters, concurrency: number): UslParameters {
  const x = rawThroughput(usl, concurrency)
  const slowdown = 1 + usl.alpha * (concurrency - 1) + usl.beta * concurrency * (concurrency - 1)
  return {
    gamma: x / usl.gamma,
    alpha: (-x * (concurrency - 1)) / slowdown,
    beta: (-x * concurrency * (concurrency - 1)) / slowdown,
  }
}

function weightedSquares(points: readonly UslPoint[], sigmas: readonly number[], usl: UslParameters): number {
  const squares = points.map(
    (point, i) => ((point.throughput - rawThroughput(usl, point.concurrency)) / (sigmas[i] ?? 1)) ** 2,
  )
  const total = squares.reduce((sum, square) => sum + square, 0)
  return Number.isFinite(total) ? total : Number.POSITIVE_INFINITY
}
