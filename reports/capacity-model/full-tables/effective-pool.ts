// Which share of the pool behaves as the model says: pages that are kept free, undo and dictionary take some, and the list
// is not quite the model's. Each rung that reads from disk says a share: the modelled pool that misses as often as was
// measured ÷ the pool. Their mean, with what is known of such shares before anything was measured.

import type { Estimate, RungFigures } from '../../../contracts/capacity-model/full-tables.ts'
import { holdsAll, poolForMisses } from '../midpoint-pool.ts'
import type { PageTouches } from './page-touches.ts'
import { estimateAround, tFor } from './student.ts'

/** Standard deviations of ln(share): of its mean before it was measured, and between the rungs of one pool. */
const PRIOR = { mean: 0.1, betweenRungs: 0.04, degrees: 8 } as const
/** Fewer or more misses than this share of the touches say nothing about the pool's size. */
const TELLING = { least: 0.005, most: 0.9 } as const

export interface MeasuredTouches {
  readonly rung: RungFigures
  readonly touches: PageTouches
}

export interface EffectivePool {
  /** null: the rungs contradict each other. */
  readonly share: Estimate | null
  /** Its interval in standard errors, to one side. */
  readonly reach: number
  /** Misses that a pool larger than the data was left with. */
  readonly residue: number
}

export function effectivePool(measured: readonly MeasuredTouches[]): EffectivePool {
  const fitting = measured.filter(({ rung, touches }) => holdsAll(touches.bins, rung.poolPages))
  const logs = measured.flatMap(({ rung, touches }) => {
    const share = rung.missesPerRequest / touches.touches
    if (fitting.some((one) => one.rung === rung) || share < TELLING.least || share > TELLING.most) return []
    return [Math.log(poolForMisses(touches.bins, rung.missesPerRequest) / rung.poolPages)]
  })
  return { ...shareOf(logs), residue: mean(fitting.map(({ rung }) => rung.missesPerRequest)) }
}

function shareOf(logs: readonly number[]): Pick<EffectivePool, 'share' | 'reach'> {
  const spread = logs.reduce((sum, log) => sum + (log - mean(logs)) ** 2, 0)
  const degrees = PRIOR.degrees + Math.max(0, logs.length - 1)
  const variance = (PRIOR.degrees * PRIOR.betweenRungs ** 2 + spread) / degrees
  const precision = logs.length + variance / PRIOR.mean ** 2
  const centre = (logs.length * mean(logs)) / precision
  const reach = tFor(degrees)
  return { share: estimateAround(Math.exp(centre), reach * Math.sqrt(variance * (1 + 1 / precision))), reach }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
