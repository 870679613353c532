// What makes a request dearer from rung to rung, as columns of a law that is centred on the largest rung below: the depth
// of the trees and colder caches of the processor (per doubling of the rows), rows to collect (a list grows with its
// user's orders until its page is full), and pages read from the disk.

import type { RungTerm } from './rung-law.ts'

export interface RungWork {
  readonly orders: number
  /** Leaf pages a request touches. */
  readonly touches: number
  /** Pages a request reads from the disk; for a percentile, those that count there. */
  readonly reads: number
}

/** Relative to the level, per doubling of the rows: a fourth level of a tree, or caches that hold less, are within it. */
const DEPTH_SD = 0.02
/** Share of the level that is work per row; a list of one row is not much cheaper than one of twenty, or it is. */
const ROWS_PRIOR = { mean: 0.3, sd: 0.4 } as const
/** Of the time of a read that was measured: reads queue, and differ. */
const READ_PRIOR = { mean: 1.2, sd: 0.5 } as const

export function workColumns(work: RungWork, largest: RungWork): readonly number[] {
  return [1, Math.log2(work.orders / largest.orders), work.touches / largest.touches - 1, work.reads]
}

export const READS_COLUMN = 3

/** `level`: what is measured, about; `readMs`: of one read, null: not known. */
export function workTerms(level: number, readMs: number | null): readonly RungTerm[] {
  const known = readMs === null ? null : { mean: READ_PRIOR.mean * readMs, sd: READ_PRIOR.sd * readMs }
  return [
    { name: 'level', prior: null, canBeNegative: false },
    { name: 'rows of the table', prior: { mean: 0, sd: DEPTH_SD * level }, canBeNegative: true },
    {
      name: 'rows of the answer',
      prior: { mean: ROWS_PRIOR.mean * level, sd: ROWS_PRIOR.sd * level },
      canBeNegative: false,
    },
    { name: 'reads from disk', prior: known, canBeNegative: false },
  ]
}
