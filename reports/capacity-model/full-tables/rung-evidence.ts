// What the laws of the rungs rest on: each rung's figures beside the work a request is there, and the work at the target.

import type { RungFigures } from '../../../contracts/capacity-model/full-tables.ts'
import type { RepeatedHolds } from './repeated-holds.ts'
import type { RungWork } from './rung-terms.ts'

export interface MeasuredRung {
  readonly rung: RungFigures
  readonly work: RungWork
  /** At the common rate. */
  readonly holds: readonly RepeatedHolds[]
}

export interface TargetWork {
  readonly work: RungWork
  /** Standard deviation of its misses. */
  readonly missesError: number
  /** Of the largest rung below: the laws are centred there. */
  readonly largest: RungWork
  readonly ratePerSecond: number
  readonly targetP99Ms: number
  readonly cores: number
  /** Of one read from the disk; null: nobody measured it. */
  readonly missMs: number | null
}

/** Of a machine's speed from one rung to the next, hours later: standard deviation ÷ speed. */
export const DRIFT = 0.03

/**
 * Relative error of the laws per doubling of the rows beyond the largest rung, as a standard deviation: what simulated
 * ladders of known truth showed beyond the errors of the fit (`npm run bench:ladder`, docs/model/accuracy.md).
 */
export const MODEL_ERROR_PER_DOUBLING = { p99: 0.04, rate: 0.03 } as const

export function doublingsBeyond({ work, largest }: TargetWork): number {
  return Math.max(0, Math.log2(work.orders / largest.orders))
}
