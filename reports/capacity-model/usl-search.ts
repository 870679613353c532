// The smallest squares over alpha and beta, wherever they lie in 0 … 1: a logarithmic grid finds every valley, a damped Newton
// iteration walks down to the bottom of each. A single start does not do: where a ladder begins at ten clients and throughput
// later falls, the squares have several valleys, and the usual start alpha = 0.1, beta = 0.01 lies in the wrong one.

import {
  type Curvature,
  roughSquares,
  type UslProfile,
  type UslResiduals,
  type UslShapeCoefficients,
  uslProfile,
} from './usl-profile.ts'

/** Coefficients that stay on a bound, at 0 or 1. */
export type HeldShape = Partial<UslShapeCoefficients>

export interface UslMinimum extends UslShapeCoefficients {
  readonly gamma: number
  readonly squares: number
}

/** The law changes smoothly over a factor of two in a coefficient; this step sees every valley. */
const GRID_STEP = 10 ** 0.25
/** Below this effect at the largest concurrency the squares are flat but for a slope, which the polish follows. */
const SMALLEST_EFFECT = 1e-3
const MOST_VALLEYS = 12
const MOST_STEPS = 300

export function smallestSquares(data: UslResiduals, held: HeldShape): UslMinimum {
  return valleys(data, held)
    .map((start) => polish(data, start, held))
    .reduce((a, b) => (b.squares < a.squares ? b : a))
}

/** Places of the grid that no neighbour is below, the deepest first. */
function valleys(data: UslResiduals, held: HeldShape): readonly UslShapeCoefficients[] {
  const largest = Math.max(1, ...data.concurrencies)
  const smallest = Math.min(1, ...data.concurrencies)
  const alphas = held.alpha === undefined ? gridFrom(SMALLEST_EFFECT / largest, smallest) : [held.alpha]
  const betas = held.beta === undefined ? gridFrom(SMALLEST_EFFECT / largest ** 2, smallest) : [held.beta]
  const width = betas.length
  const squares = new Float64Array(alphas.length * width)
  alphas.forEach((alpha, i) => {
    betas.forEach((beta, j) => {
      squares[i * width + j] = roughSquares(data, alpha, beta)
    })
  })
  const isValley = (i: number, j: number): boolean => {
    const own = squares[i * width + j] ?? 0
    for (let di = -1; di <= 1; di++) {
      for (let dj = -1; dj <= 1; dj++) {
        const [ni, nj] = [i + di, j + dj]
        if (ni < 0 || nj < 0 || ni >= alphas.length || nj >= width) continue
        const neighbour = squares[ni * width + nj] ?? 0
        // Of equal neighbours the first counts, so that a plain is one valley and not hundreds.
        if (neighbour < own || (neighbour === own && (di < 0 || (di === 0 && dj < 0)))) return false
      }
    }
    return true
  }
  return alphas
    .flatMap((alpha, i) =>
      betas.flatMap((beta, j) => (isValley(i, j) ? [{ alpha, beta, depth: squares[i * width + j] ?? 0 }] : [])),
    )
    .sort((a, b) => a.depth - b.depth)
    .slice(0, MOST_VALLEYS)
}

/** Between 0 and 1, dense towards 0, and towards 1 as well where concurrencies below one make 1 − alpha count. */
function gridFrom(lowest: number, smallestConcurrency: number): readonly number[] {
  const rising: number[] = []
  for (let value = lowest; value < 0.6; value *= GRID_STEP) rising.push(value)
  const falling: number[] = []
  for (let rest = 0.1 * smallestConcurrency; rest < 0.3; rest *= GRID_STEP) falling.unshift(1 - rest)
  return [...rising, ...falling]
}

/** Newton's iteration with Marquardt's damping; a step that does not lower the squares is never taken. */
function polish(data: UslResiduals, start: UslShapeCoefficients, held: HeldShape): UslMinimum {
  let at = start
  let profile = uslProfile(data, at)
  let damping = 1e-3
  for (let step = 0; step < MOST_STEPS && damping < 1e12; step++) {
    const { alpha, beta } = newtonStep(profile, damping, held)
    const next = { alpha: within(at.alpha + alpha), beta: within(at.beta + beta) }
    const nextProfile = uslProfile(data, next)
    if (nextProfile.squares < profile.squares) {
      at = next
      profile = nextProfile
      damping = Math.max(damping / 10, 1e-15)
    } else {
      damping *= 10
    }
  }
  return { ...at, gamma: profile.gamma, squares: profile.squares }
}

/** Minus the gradient over the damped Hessian; where that bends down, over the linear model's, which leads along a valley too. */
function newtonStep(
  { gradient, hessian, linearHessian }: UslProfile,
  damping: number,
  held: HeldShape,
): UslShapeCoefficients {
  const [da, , db] = linearHessian
  const step = ([haa, hab, hbb]: Curvature): UslShapeCoefficients | null => {
    const [ga, gb] = gradient
    const [a, b] = [haa + damping * da, hbb + damping * db]
    if (held.alpha !== undefined || held.beta !== undefined) {
      const alpha = held.alpha === undefined ? -ga / a : 0
      const beta = held.beta === undefined ? -gb / b : 0
      return (held.alpha !== undefined || a > 0) && (held.beta !== undefined || b > 0) ? { alpha, beta } : null
    }
    const determinant = a * b - hab * hab
    return a > 0 && determinant > 0
      ? { alpha: (hab * gb - b * ga) / determinant, beta: (hab * ga - a * gb) / determinant }
      : null
  }
  return step(hessian) ?? step(linearHessian) ?? { alpha: 0, beta: 0 }
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value))
}
