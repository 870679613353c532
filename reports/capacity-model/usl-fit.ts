// Least squares for the USL's three coefficients, weighted or not, with 0 ≤ α, β ≤ 1 (the bounds of R's `usl`): the smallest
// squares inside the bounds, and on each of them, compared.

import type { UslParameters, UslPoint, UslWeighting } from '../../contracts/capacity-model/usl.ts'
import { rawSlowdown } from './usl-law.ts'
import { type UslResiduals, uslResiduals } from './usl-profile.ts'
import { type HeldShape, smallestSquares, type UslMinimum } from './usl-search.ts'

export const USL_COEFFICIENTS = ['gamma', 'alpha', 'beta'] as const
export type UslCoefficientName = (typeof USL_COEFFICIENTS)[number]

export interface UslFit {
  readonly parameters: UslParameters
  readonly onBound: ReadonlySet<UslCoefficientName>
  /** Σ((y − X(N))/σ)², σ = 1 or y. */
  readonly weightedSquares: number
  readonly sigmas: ArrayLike<number>
}

/** Fewest free coefficients first: of equal fits the simplest is taken. */
const FACES: readonly HeldShape[] = [
  { alpha: 0, beta: 0 },
  { alpha: 1, beta: 0 },
  { alpha: 0, beta: 1 },
  { alpha: 1, beta: 1 },
  { beta: 0 },
  { alpha: 0 },
  { alpha: 1 },
  { beta: 1 },
  {},
]
const AMDAHL_FACES = FACES.filter(({ beta }) => beta === 0)

/** A coefficient that improves the squares by no more than this is rounding, not evidence: a peak at 4·10¹⁷ is no peak. */
const EQUAL_SHARE = 1e-9
/** The same for a curve through every point, whose squares are rounding; as a share of those of no curve at all. */
const ROUNDING = 1e-24

/** Points in a fixed order, so that a shuffled input gives the same bytes. */
export function inOrder(points: readonly UslPoint[]): readonly UslPoint[] {
  return [...points].sort((a, b) => a.concurrency - b.concurrency || a.throughput - b.throughput)
}

export function fitLeastSquares(points: readonly UslPoint[], weighting: UslWeighting): UslFit {
  return bestOf(uslResiduals(points, weighting), FACES)
}

/** Amdahl's law: the USL without crosstalk, the simpler rival in the lack-of-fit test. */
export function fitAmdahl(points: readonly UslPoint[], weighting: UslWeighting): UslFit {
  return bestOf(uslResiduals(points, weighting), AMDAHL_FACES)
}

function bestOf(data: UslResiduals, faces: readonly HeldShape[]): UslFit {
  const minima = faces.map((held) => ({ held, minimum: smallestSquares(data, held) }))
  const least = Math.min(...minima.map(({ minimum }) => minimum.squares))
  const isLeast = ({ squares }: UslMinimum): boolean => squares <= least * (1 + EQUAL_SHARE) + ROUNDING * data.energy
  const best = minima.find(({ minimum }) => isLeast(minimum))
  if (best === undefined) throw new Error(`no finite squares among ${data.targets.length} points`)
  const { squares, ...parameters } = best.minimum
  return {
    parameters,
    weightedSquares: squares,
    sigmas: data.sigmas,
    onBound: new Set(USL_COEFFICIENTS.filter((name) => name in best.held)),
  }
}

/** ∂X/∂γ, ∂X/∂α, ∂X/∂β. */
export function throughputGradient(usl: UslParameters, concurrency: number): UslParameters {
  const slowdown = rawSlowdown(usl.alpha, usl.beta, concurrency)
  const x = (usl.gamma * concurrency) / slowdown
  return {
    gamma: x / usl.gamma,
    alpha: (-x * (concurrency - 1)) / slowdown,
    beta: (-x * concurrency * (concurrency - 1)) / slowdown,
  }
}
