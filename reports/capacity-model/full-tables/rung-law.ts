// A law over few rungs: y = Σ b·x with relative errors that are known, fitted by weighted least squares together with what
// is known of the coefficients beforehand (a normal prior is one more observation), and work that cannot be negative held
// at zero. D. Lindley, A. Smith, "Bayes Estimates for the Linear Model" (1972).

import { inverse, Matrix } from 'ml-matrix'

export interface RungObservation {
  readonly x: readonly number[]
  readonly y: number
  /** Standard deviation of y ÷ y. */
  readonly relativeError: number
}

export interface RungTerm {
  readonly name: string
  /** null: nothing is known beforehand. */
  readonly prior: { readonly mean: number; readonly sd: number } | null
  readonly canBeNegative: boolean
}

export interface RungLaw {
  readonly coefficients: readonly number[]
  readonly atBound: readonly string[]
  /** Value and standard error of the law itself, without the error of one more measurement. */
  readonly at: (x: readonly number[]) => { readonly value: number; readonly standardError: number }
}

export function fitRungLaw(observations: readonly RungObservation[], terms: readonly RungTerm[]): RungLaw {
  const weighted = observations.map((one) => ({ ...one, weight: 1 / (one.relativeError * one.y) ** 2 }))
  const columns = terms.flatMap(({ prior }, column) =>
    prior !== null || observations.some(({ x }) => at(x, column) !== 0) ? [column] : [],
  )
  const free = solve(weighted, terms, columns)
  const bounded = withinBounds(weighted, terms, columns)
  const excess = lackOfFit(observations, terms, columns, bounded.coefficients)
  return {
    ...bounded,
    // Of the fit without bounds: what was held at zero is as uncertain as before.
    at: (x) => {
      const row = Matrix.rowVector(columns.map((column) => at(x, column)))
      const variance = row.mmul(free.covariance).mmul(row.transpose()).get(0, 0)
      return {
        value: bounded.coefficients.reduce((sum, coefficient, column) => sum + coefficient * at(x, column), 0),
        standardError: Math.sqrt(Math.max(0, variance) * excess),
      }
    },
  }
}

interface Weighted extends RungObservation {
  readonly weight: number
}

/** Negative coefficients are held at zero, one after the other. */
function withinBounds(
  observations: readonly Weighted[],
  terms: readonly RungTerm[],
  columns: readonly number[],
): Pick<RungLaw, 'coefficients' | 'atBound'> {
  const { coefficients } = solve(observations, terms, columns)
  const negative = columns.find((column) => at(coefficients, column) < 0 && terms[column]?.canBeNegative === false)
  if (negative === undefined) return { coefficients, atBound: [] }
  const left = columns.filter((column) => column !== negative)
  const law = withinBounds(observations, terms, left)
  return { ...law, atBound: [terms[negative]?.name ?? '', ...law.atBound] }
}

function solve(observations: readonly Weighted[], terms: readonly RungTerm[], columns: readonly number[]) {
  const normal = new Matrix(
    columns.map((a) =>
      columns.map((b) => {
        const known = terms[a]?.prior
        const prior = a === b && known ? 1 / known.sd ** 2 : 0
        return prior + observations.reduce((sum, { x, weight }) => sum + weight * at(x, a) * at(x, b), 0)
      }),
    ),
  )
  const moments = columns.map((a) => {
    const known = terms[a]?.prior
    const prior = known ? known.mean / known.sd ** 2 : 0
    return prior + observations.reduce((sum, { x, y, weight }) => sum + weight * at(x, a) * y, 0)
  })
  const covariance = invert(normal)
  const fitted = covariance.mmul(Matrix.columnVector(moments)).to1DArray()
  return { covariance, coefficients: terms.map((_, column) => at(fitted, columns.indexOf(column))) }
}

/** Inverse after scaling to a diagonal of ones: columns of very different size do not cost digits. */
function invert(normal: Matrix): Matrix {
  const scale = normal.diagonal().map((value) => 1 / Math.sqrt(value))
  const scaled = Matrix.zeros(normal.rows, normal.columns)
  for (let a = 0; a < normal.rows; a++) {
    for (let b = 0; b < normal.columns; b++) scaled.set(a, b, normal.get(a, b) * at(scale, a) * at(scale, b))
    scaled.set(a, a, 1 + RIDGE)
  }
  const inverted = inverse(scaled)
  for (let a = 0; a < normal.rows; a++) {
    for (let b = 0; b < normal.columns; b++) inverted.set(a, b, inverted.get(a, b) * at(scale, a) * at(scale, b))
  }
  return inverted
}

/** Keeps columns that the rungs cannot tell apart from dividing by zero; what is lost is far below any error. */
const RIDGE = 1e-10

/**
 * Birge's ratio: χ² of observations and priors ÷ its degrees of freedom, where that is above 1. Rungs that lie further off
 * the law than their errors allow widen every interval.
 */
function lackOfFit(
  observations: readonly RungObservation[],
  terms: readonly RungTerm[],
  columns: readonly number[],
  coefficients: readonly number[],
): number {
  const free = columns.filter((column) => terms[column]?.prior === null).length
  const degrees = observations.length - free
  if (degrees < 1) return 1
  const ofRungs = observations.reduce((sum, { x, y, relativeError }) => {
    const predicted = coefficients.reduce((total, coefficient, column) => total + coefficient * at(x, column), 0)
    return sum + ((y - predicted) / (relativeError * y)) ** 2
  }, 0)
  const ofPriors = columns.reduce((sum, column) => {
    const prior = terms[column]?.prior
    return prior ? sum + ((at(coefficients, column) - prior.mean) / prior.sd) ** 2 : sum
  }, 0)
  return Math.max(1, (ofRungs + ofPriors) / degrees)
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0
}
