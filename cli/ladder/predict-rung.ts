// What the rungs below say of the next one, asked before it is measured.

import { availableParallelism } from 'node:os'
import { listQuerySchema } from '../../contracts/gateway-api.ts'
import type { HeldRate, LadderFlow, PoolKind, Rung, RungPool, RungPrediction } from '../../contracts/ladder.ts'
import type { ActivityClass, Whales } from '../../contracts/plan.ts'
import { RECENCY_EXPONENT } from '../../contracts/seeded-choice.ts'
import { draftRung } from '../../generators/build-dataset.ts'
import { meanItemsPerOrder } from '../../generators/rows/order-cursor.ts'
import { poolOf } from '../../measurements/ladder/ladder-pieces.ts'
import type { LadderJob } from './ladder-job.ts'

interface ShardFill {
  readonly orders: number
  /** Used pages of 16 KiB of the shard's tables, indexes included. */
  readonly pages: number
  readonly poolPages: number
}

/** Of one flow at one rung with one pool. */
export interface RungFigures extends ShardFill {
  readonly flow: LadderFlow
  /** Repeats, each of a process of its own; a cold one with what it read. */
  readonly holds: readonly {
    readonly ratePerSecond: number
    readonly p99Ms: number
    readonly missesPerRequest?: number
  }[]
  readonly highestRate: { readonly ratePerSecond: number; readonly low: number; readonly high: number | null } | null
  readonly pageGetsPerRequest: number
  readonly missesPerRequest: number
  readonly mysqlCpuMsPerRequest: number
  readonly cpuMsPerRequest: number
}

/** The rung that is asked about, and who asks for which of its rows. */
export interface TargetRung extends ShardFill {
  readonly ratePerSecond: number
  readonly targetP99Ms: number
  readonly cores: number
  readonly recencyExponent: number
  readonly listLimit: number
  /** Of this shard, whales apart. */
  readonly users: number
  readonly activity: readonly ActivityClass[]
  readonly whales: Whales
  readonly itemsPerOrder: number
  readonly extraBytesPerRow: number
}

/** null: it has no answer. */
export type PredictRung = (
  rungsBelow: readonly RungFigures[],
  at: TargetRung,
) => Pick<RungPrediction, 'hitRatio' | 'p99Ms' | 'ratePerSecond'> | null

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
  if (figures.length === 0 || ratePerSecond === null) return null
  const { plan } = resolved
  const predicted = predict(figures, {
    orders,
    pages,
    poolPages,
    ratePerSecond,
    targetP99Ms: plan.targets[flow].p99Ms,
    cores: availableParallelism(),
    recencyExponent: RECENCY_EXPONENT,
    listLimit: listQuerySchema.properties.limit.default,
    users: draftRung(volume, { seed: asked.seed, shard, orders }).shards[shard]?.users ?? 0,
    activity: plan.users.activity,
    whales: { count: volume.whalesByTable[shard] ?? 0, shareOfOrders: volume.whaleShareByTable[shard] ?? 0 },
    itemsPerOrder: meanItemsPerOrder(plan),
    extraBytesPerRow: 0,
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
