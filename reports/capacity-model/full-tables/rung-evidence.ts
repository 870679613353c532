// What the laws of the rungs rest on: each rung's figures beside the pages its requests touch, and the same of the target.

import type { RungFigures, TargetRung } from '../../../contracts/capacity-model/full-tables.ts'
import type { PoolTimes } from '../midpoint-pool.ts'
import type { PageTouches } from './page-touches.ts'
import type { RepeatedHolds } from './repeated-holds.ts'
import type { RungWork } from './rung-terms.ts'

interface RungPages {
  readonly touches: PageTouches
  /** Of the pool's pages, as its size was corrected. */
  readonly times: PoolTimes
}

export interface MeasuredRung extends RungPages {
  readonly rung: RungFigures
  /** At the common rate. */
  readonly holds: readonly RepeatedHolds[]
}

export interface Target extends RungPages {
  readonly at: TargetRung
  readonly misses: number
  /** Standard deviation of the misses ÷ misses. */
  readonly missesError: number
  /** Of the rungs below: the laws are centred there. */
  readonly largest: MeasuredRung
  /** Of one read from the disk; null: nobody measured it. */
  readonly missMs: number | null
}

/** Of a machine's speed from one rung to the next, hours later: standard deviation ÷ speed. */
export const DRIFT = 0.03

/**
 * Relative error of the laws per doubling of the rows beyond the largest rung, as a standard deviation: what simulated
 * ladders of known truth showed beyond the errors of the fit (bench/full-tables.ts, docs/model/accuracy.md).
 */
export const MODEL_ERROR_PER_DOUBLING = { p99: 0.02, rate: 0.02 } as const

export function doublingsBeyond({ at, largest }: Target): number {
  return Math.max(0, Math.log2(at.orders / largest.rung.orders))
}

export function workOf({ rung, touches }: Pick<MeasuredRung, 'rung' | 'touches'>): RungWork {
  return { orders: rung.orders, touches: touches.touches, reads: rung.missesPerRequest }
}

export function targetWork({ at, touches, misses }: Target): RungWork {
  return { orders: at.orders, touches: touches.touches, reads: misses }
}
