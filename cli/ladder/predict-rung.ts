// What the rungs below say of the next one, asked before it is measured.

import type { RungFigures, TargetRung } from '../../contracts/capacity-model/full-tables.ts'
import type { LadderFlow, PoolKind, Rung, RungFlow, RungPrediction } from '../../contracts/ladder.ts'
import { poolOf } from '../../measurements/ladder/ladder-pieces.ts'
import { predictRung } from '../../reports/capacity-model/full-tables/predict-rung.ts'
import { isRefused } from '../../reports/capacity-model/refuse.ts'

/** null: they are too few, or say too little. */
export function predictionFor(
  below: readonly Rung[],
  { flow, pool }: { readonly flow: LadderFlow; readonly pool: PoolKind },
  at: TargetRung,
): RungPrediction | null {
  const figures = below.flatMap((rung) => figuresOf(rung, flow, pool) ?? [])
  const predicted = figures.length === 0 ? null : predictRung(figures, at)
  if (predicted === null || isRefused(predicted)) return null
  const { hitRatio, p99Ms, ratePerSecond } = predicted
  return {
    hitRatio: hitRatio.value,
    p99Ms,
    ratePerSecond,
    fromOrders: figures.map(({ orders }) => orders),
    atPerSecond: at.ratePerSecond,
  }
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
