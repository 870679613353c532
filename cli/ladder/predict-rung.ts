// What the rungs below say of the next one, asked before it is measured.

import type { LadderFlow, PoolKind, Rung, RungFlow, RungPrediction } from '../../contracts/ladder.ts'
import { poolOf } from '../../measurements/ladder/ladder-pieces.ts'

/** Of one flow at one rung with one pool. */
export interface RungFigures {
  readonly flow: LadderFlow
  readonly orders: number
  /** Used pages of 16 KiB of the shard's tables. */
  readonly pages: number
  readonly poolPages: number
  /** Repeats at the common rate. */
  readonly holds: readonly { readonly ratePerSecond: number; readonly p99Ms: number }[]
  readonly highestRate: { readonly ratePerSecond: number; readonly low: number; readonly high: number | null } | null
  readonly pageGetsPerRequest: number
  readonly missesPerRequest: number
  readonly mysqlCpuMsPerRequest: number
  readonly cpuMsPerRequest: number
}

export interface PredictionOf {
  readonly orders: number
  readonly pages: number
  readonly poolPages: number
  /** At which the p99 is asked for. */
  readonly ratePerSecond: number
  readonly recencyExponent: number
}

/** null: it has no answer. */
export type PredictRung = (
  rungsBelow: readonly RungFigures[],
  at: PredictionOf,
) => Pick<RungPrediction, 'hitRatio' | 'p99Ms' | 'ratePerSecond'> | null

export function predictionFor(
  predict: PredictRung,
  below: readonly Rung[],
  { flow, pool }: { readonly flow: LadderFlow; readonly pool: PoolKind },
  at: PredictionOf,
): RungPrediction | null {
  const figures = below.flatMap((rung) => figuresOf(rung, flow, pool) ?? [])
  const predicted = figures.length === 0 ? null : predict(figures, at)
  if (predicted === null) return null
  return { ...predicted, fromOrders: figures.map(({ orders }) => orders), atPerSecond: at.ratePerSecond }
}

/** null: something in it is not known. */
export function figuresOf(rung: Rung, flow: LadderFlow, kind: PoolKind): RungFigures | null {
  const pool = poolOf(rung, kind)
  const measured = pool?.flows[flow]
  if (pool === undefined || measured === undefined) return null
  const { pageGetsPerRequest, missesPerRequest, mysqlCpuMsPerRequest, cpuMsPerRequest } = measured
  if (pageGetsPerRequest === null || missesPerRequest === null) return null
  if (mysqlCpuMsPerRequest === null || cpuMsPerRequest === null) return null
  return {
    flow,
    orders: rung.orders,
    pages: rung.pages,
    poolPages: pool.poolPages,
    holds: repeatsOf(measured),
    highestRate: measured.highest,
    pageGetsPerRequest,
    missesPerRequest,
    mysqlCpuMsPerRequest,
    cpuMsPerRequest,
  }
}

function repeatsOf({ common }: RungFlow): RungFigures['holds'] {
  const sound = (common?.repeats ?? []).filter(({ invalid }) => invalid.length === 0)
  return sound.flatMap(({ ratePerSecond, p99Ms }) => (p99Ms === null ? [] : [{ ratePerSecond, p99Ms }]))
}
