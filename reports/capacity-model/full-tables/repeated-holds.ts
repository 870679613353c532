// Repeats of one rung at one rate: their mean p99, and how far repeats lie apart, pooled over all rungs.

import type { RungFigures } from '../../../contracts/capacity-model/full-tables.ts'

export interface RepeatedHolds {
  /** Pages read from the disk per request meanwhile. */
  readonly misses: number
  readonly p99Ms: number
  readonly repeats: number
  /** Σ (p99 ÷ mean − 1)². */
  readonly squaredSpread: number
}

/** Holds count for a rate when theirs is within this share of it. */
const SAME_RATE = 0.05
/** Relative standard deviation of p99 between repeats before any were seen, and how many repeats that is worth. */
const BEFORE = { sd: 0.05, degrees: 4 } as const

/** Those at a rate; cold and warm ones apart, by their misses. */
export function repeatedHolds(rung: RungFigures, ratePerSecond: number): readonly RepeatedHolds[] {
  const groups = new Map<number, number[]>()
  for (const hold of rung.holds) {
    if (Math.abs(hold.ratePerSecond / ratePerSecond - 1) > SAME_RATE) continue
    const misses = hold.missesPerRequest ?? rung.missesPerRequest
    groups.set(misses, [...(groups.get(misses) ?? []), hold.p99Ms])
  }
  return [...groups].map(([misses, values]) => {
    const p99Ms = values.reduce((sum, value) => sum + value, 0) / values.length
    const squaredSpread = values.reduce((sum, value) => sum + (value / p99Ms - 1) ** 2, 0)
    return { misses, p99Ms, repeats: values.length, squaredSpread }
  })
}

export interface RepeatSpread {
  readonly sd: number
  readonly degrees: number
}

export function repeatSpread(groups: readonly RepeatedHolds[]): RepeatSpread {
  const degrees = groups.reduce<number>((sum, { repeats }) => sum + repeats - 1, BEFORE.degrees)
  const squares = groups.reduce<number>(
    (sum, { squaredSpread }) => sum + squaredSpread,
    BEFORE.degrees * BEFORE.sd ** 2,
  )
  return { sd: Math.sqrt(squares / degrees), degrees }
}
