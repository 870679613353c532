// Weighted least squares with coefficients that cannot be negative, because work cannot be: y = X b, b ≥ 0.
//
// Lawson & Hanson's problem, solved by coordinate descent (convex, so it ends in the one minimum). Intervals come from the
// columns that are not held at zero, with Student's t; a column at its bound has none.

import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import { Matrix, pseudoInverse } from 'ml-matrix'

export interface Observation {
  readonly x: readonly number[]
  readonly y: number
  readonly weight: number
}

export interface Coefficient {
  readonly value: number
  /** 95 %; null: too few observations to tell. */
  readonly interval: { readonly low: number; readonly high: number } | null
}

const MOST_ROUNDS = 5_000
const SETTLED = 1e-12

export function nonnegativeRegression(observations: readonly Observation[]): readonly Coefficient[] {
  const columns = observations[0]?.x.length ?? 0
  const gram = Array.from({ length: columns }, (_, a) =>
    Array.from({ length: columns }, (__, b) => sum(observations, ({ x, weight }) => weight * at(x, a) * at(x, b))),
  )
  const moments = Array.from({ length: columns }, (_, a) =>
    sum(observations, ({ x, y, weight }) => weight * at(x, a) * y),
  )
  const values = descend(gram, moments)
  const free = values.flatMap((value, column) => (value > 0 ? [column] : []))
  // A coefficient at its bound was looked for as well.
  const degrees = observations.length - columns
  if (degrees < 1) return values.map((value) => ({ value, interval: null }))
  const residual = sum(observations, ({ x, y, weight }) => {
    const predicted = values.reduce((total, value, column) => total + value * at(x, column), 0)
    return weight * (y - predicted) ** 2
  })
  const covariance = pseudoInverse(new Matrix(free.map((a) => free.map((b) => gram[a]?.[b] ?? 0))))
  const reach = tQuantile(0.975, degrees) * Math.sqrt(residual / degrees)
  return values.map((value, column) => {
    const row = free.indexOf(column)
    if (row < 0) return { value, interval: null }
    const half = reach * Math.sqrt(Math.max(0, covariance.get(row, row)))
    return { value, interval: { low: Math.max(0, value - half), high: value + half } }
  })
}

function descend(gram: readonly (readonly number[])[], moments: readonly number[]): number[] {
  const values = moments.map(() => 0)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let moved = 0
    for (const [column, row] of gram.entries()) {
      const own = at(row, column)
      if (own <= 0) continue
      const others = row.reduce((total, value, other) => total + (other === column ? 0 : value * at(values, other)), 0)
      const next = Math.max(0, (at(moments, column) - others) / own)
      moved = Math.max(moved, Math.abs(next - at(values, column)) * Math.sqrt(own))
      values[column] = next
    }
    if (moved < SETTLED) break
  }
  return values
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0
}

function sum(observations: readonly Observation[], of: (observation: Observation) => number): number {
  return observations.reduce((total, observation) => total + of(observation), 0)
}
