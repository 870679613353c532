// What the rungs below say of the next one, asked before it is measured.

import { availableParallelism } from 'node:os'
import type { RungFigures, TargetRung } from '../../contracts/capacity-model/full-tables.ts'
import type { HeldRate, LadderFlow, PoolKind, Rung, RungPool, RungPrediction } from '../../contracts/ladder.ts'
import { draftRung } from '../../generators/build-dataset.ts'
import { poolOf } from '../../measurements/ladder/ladder-pieces.ts'
import { predictRung } from '../../reports/capacity-model/full-tables/predict-rung.ts'
import { shardLoad } from '../../reports/capacity-model/full-tables/shard-load.ts'
import { isRefused } from '../../reports/capacity-model/refuse.ts'
import type { LadderJob } from './ladder-job.ts'

/** null: it has no answer. */
export type PredictRung = (
  rungsBelow: readonly RungFigures[],
  at: TargetRung,
) => Pick<RungPrediction, 'hitRatio' | 'p99Ms' | 'ratePerSecond'> | null

/** By the capacity model. */
export const predictByModel: PredictRung = (rungsBelow, at) => {
  const predicted = predictRung(rungsBelow, at)
  if (isRefused(predicted)) return null
  const { hitRatio, p99Ms, ratePerSecond } = predicted
  return { hitRatio: hitRatio.value, p99Ms, ratePerSecond }
}

export interface Predicted {
  readonly flow: LadderFlow
  readonly pool: PoolKind
  readonly poolPages: number
  /** null: no rung has been measured, so there is none in common. */
  readonly commonPerSecond: number | null
}

export function predictionFor(
  { predict, resolved, volume, shard, asked }: LadderJob,
  below: readonly Rung[],
  { orders, pages }: Pick<Rung, 'orders' | 'pages'>,
  { flow, pool, poolPages, commonPerSecond: ratePerSecond }: Predicted,
): RungPrediction | null {
  const figures = below.flatMap((rung) => figuresOf(rung, flow, pool) ?? [])
  const table = draftRung(volume, { seed: asked.seed, shard, orders }).shards[shard]
  if (figures.length === 0 || ratePerSecond === null || table === undefined) return null
  const { plan } = resolved
  const predicted = predict(figures, {
    orders,
    pages,
    poolPages,
    ratePerSecond,
    targetP99Ms: plan.targets[flow].p99Ms,
    cores: availableParallelism(),
    ...shardLoad(plan, table),
  })
  if (predicted === null) return null
  return { ...predicted, fromOrders: figures.map((rung) => rung.orders), atPerSecond: ratePerSecond }
}

/** null: something in it is not known. */
function figuresOf(rung: Rung, flow: LadderFlow, kind: PoolKind): RungFigures | null {
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
    holds: [...(measured.common?.repeats ?? []).flatMap(warmHold), ...coldHold(pool, flow)],
    highestRate: measured.highest,
    pageGetsPerRequest,
    missesPerRequest,
    mysqlCpuMsPerRequest,
    cpuMsPerRequest,
  }
}

function warmHold({ ratePerSecond, p99Ms, invalid }: HeldRate): RungFigures['holds'] {
  return p99Ms === null || invalid.length > 0 ? [] : [{ ratePerSecond, p99Ms }]
}

/** With its own reads: it tells what a read from the disk costs. */
function coldHold({ cold }: RungPool, flow: LadderFlow): RungFigures['holds'] {
  const held = cold?.[flow]
  if (held === undefined || held.missesPerRequest === null) return []
  return warmHold(held).map((one) => ({ ...one, missesPerRequest: held.missesPerRequest ?? 0 }))
}
