// The pieces of a rung, each done for real and written into what was there. Work on the table is in studies.ts.

import { availableParallelism } from 'node:os'
import type { Ladder, LadderFlow, PoolKind, Rung, RungPool } from '../../contracts/ladder.ts'
import type { TableFacts } from '../../contracts/measurement.ts'
import { ALL_SHARDS } from '../../contracts/shard.ts'
import { freeDiskBytes, memoryBytes } from '../../engines/machine.ts'
import { openPlace } from '../../engines/place.ts'
import { fillRung, makeSearchIndex } from '../../generators/fill-rung.ts'
import { sizeText } from '../../generators/predict-size.ts'
import { targetsOf } from '../../measurements/cut-step.ts'
import { poolOf, rungOf } from '../../measurements/ladder/ladder-pieces.ts'
import { searchSecondsAt } from '../../measurements/ladder/ladder-times.ts'
import {
  heldRate,
  heldSteps,
  hitRatio,
  idleCores,
  NOTHING_IDLE,
  rungFlow,
} from '../../measurements/ladder/rung-figures.ts'
import { commonRate, holdsOf, provablePerSecond } from '../../measurements/ladder/rung-rates.ts'
import { type CountedTables, countTables } from '../../measurements/tables.ts'
import { prepareSchema } from '../../sut/storage/schema.ts'
import { startProgress } from '../progress.ts'
import { storesOf } from '../with-stores.ts'
import type { LadderJob } from './ladder-job.ts'
import { openPool, warmedPool } from './ladder-pool.ts'
import { PAGE_BYTES, usedPages, withMysql } from './ladder-tables.ts'
import { measurePiece } from './measure-piece.ts'
import { predictionFor } from './predict-rung.ts'

const WARM_UP_SECONDS = 6

/** The table, as it is at this rung, whatever it was before. */
export async function fillTable({ system, context, volume, shard, asked }: LadderJob, orders: number, reset: boolean) {
  const { say, signal } = context
  if (system.poolBytes !== system.fillPoolBytes) await system.restart(system.fillPoolBytes)
  const { stores } = storesOf(system.engines)
  const filled = await fillRung(
    { volume, seed: asked.seed, shard, orders, reset },
    {
      stores: { ...stores, elasticsearchUrl: null },
      freeDiskBytes: freeDiskBytes(openPlace().home),
      memoryBytes: memoryBytes(),
      cores: availableParallelism(),
      signal,
      say,
      startProgress,
    },
  )
  await makeSearchIndex(system.engines.elasticsearch.url, filled.dataset)
  await prepareSchema(system.map)
  return filled
}

export async function fillPiece(job: LadderJob, ladder: Ladder, orders: number, reset: boolean): Promise<Ladder> {
  const { system, context, shard } = job
  const { say, signal } = context
  const { dataset, seconds } = await fillTable(job, orders, reset)
  say('  counting every row (COUNT(*))')
  const { tables, countedAt } = await countTables(system.map, signal)
  const counted = ownRows(tables, shard)
  const { order_items: orderItems, payments } = dataset.rows
  if (counted.orders !== orders || counted.orderItems !== orderItems || counted.payments !== payments) {
    throw new Error(`the rung holds ${JSON.stringify(counted)}, of ${JSON.stringify(dataset.rows)}`)
  }
  const pages = await withMysql(system.engines.mysql, (connection) => usedPages(connection, shard))
  say(`  counted: ${rowsText(counted)}; ${sizeText(pages * PAGE_BYTES)} of pages`)
  const rung: Rung = { orders, counted, countedAt, pages, fillSeconds: seconds, pools: [] }
  return { ...ladder, rungs: [...ladder.rungs, rung] }
}

/** From an empty pool on: its prediction is written first. */
export async function coldPiece(
  job: LadderJob,
  ladder: Ladder,
  { orders, pool }: { readonly orders: number; readonly pool: PoolKind },
  write: (ladder: Ladder) => Promise<void>,
): Promise<Ladder> {
  const { flows } = job.asked
  const rung = known(rungOf(ladder, orders), 'rung')
  const opened = await openPool(job, ladder, rung, pool)
  if (opened.wantedBytes > 1.05 * opened.poolBytes)
    job.context.say(
      `  this machine cannot hold it all in memory: a pool of ${sizeText(opened.poolBytes)}, of ${sizeText(opened.wantedBytes)}`,
    )
  const announced: RungPool = {
    pool,
    ...opened,
    predicted: predictions(job, ladder, rung, pool, opened.poolPages),
    idleCores: NOTHING_IDLE,
    cold: null,
    coldEvidence: null,
    hitRatio: null,
    flows: {},
  }
  await write(withPool(ladder, orders, announced))
  const rates = flows.map((flow) => {
    const { commonPerSecond, sharePerSecond } = known(ladder.rates[flow], 'rate')
    return [flow, commonPerSecond ?? Math.max(sharePerSecond, provablePerSecond(job.resolved, flow, ladder.times))]
  })
  const { folder, measurements } = await measurePiece(job, {
    orders,
    pool,
    what: 'cold',
    loads: flows,
    rung: {
      kind: 'cold',
      idleFirst: true,
      ratesPerSecond: Object.fromEntries(rates),
      seconds: ladder.times.coldSeconds,
    },
    counted: countedOf(job, rung),
  })
  const { steps } = measurements
  const cold = flows.flatMap((flow) => heldSteps(steps, flow, 'cold').map((step) => [flow, heldRate(step, flow)]))
  return withPool(ladder, orders, {
    ...announced,
    idleCores: idleCores(steps),
    cold: Object.fromEntries(cold),
    coldEvidence: folder,
  })
}

export async function flowPiece(
  job: LadderJob,
  ladder: Ladder,
  { orders, pool: kind, flow }: { readonly orders: number; readonly pool: PoolKind; readonly flow: LadderFlow },
): Promise<Ladder> {
  const rung = known(rungOf(ladder, orders), 'rung')
  const pool = known(poolOf(rung, kind), 'pool')
  await warmedPool(job, ladder, rung, pool)
  const rates = known(ladder.rates[flow], 'rate')
  const { times } = ladder
  const of = { rates, provable: provablePerSecond(job.resolved, flow, times), times }
  const piece = await measurePiece(job, {
    orders,
    pool: kind,
    what: flow,
    loads: [flow],
    rung: {
      kind: 'warm',
      warmUpSeconds: WARM_UP_SECONDS,
      searchSeconds: searchSecondsAt(orders, ladder.asked, times),
      holds: (highest) => holdsOf(of, highest),
    },
    counted: countedOf(job, rung),
  })
  const measured = rungFlow(piece.measurements, {
    flow,
    targets: targetsOf(job.resolved),
    idle: pool.idleCores,
    evidence: piece.folder,
  })
  const common = commonRate(of, piece.measurements.results[0]?.highest)
  const flows = { ...pool.flows, [flow]: measured }
  const next = withPool(ladder, orders, { ...pool, flows, hitRatio: hitRatio(flows) })
  return { ...next, rates: { ...ladder.rates, [flow]: { ...rates, commonPerSecond: common } } }
}

function predictions(job: LadderJob, { rungs, rates }: Ladder, rung: Rung, pool: PoolKind, poolPages: number) {
  const below = rungs.filter(({ orders }) => orders < rung.orders)
  const each = job.asked.flows.map((flow) => {
    const commonPerSecond = rates[flow]?.commonPerSecond ?? null
    return [flow, predictionFor(job, below, rung, { flow, pool, poolPages, commonPerSecond })]
  })
  return Object.fromEntries(each) as RungPool['predicted']
}

function withPool(ladder: Ladder, orders: number, pool: RungPool): Ladder {
  const rungs = ladder.rungs.map((rung) => {
    if (rung.orders !== orders) return rung
    return { ...rung, pools: [...rung.pools.filter((one) => one.pool !== pool.pool), pool] }
  })
  return { ...ladder, rungs }
}

/** Counted when the rung was filled, and proven then; what checkouts add since is looked up by its id. */
export function countedOf({ shard }: LadderJob, { counted, countedAt }: Rung): CountedTables {
  const none = { orders: 0, orderItems: 0, payments: 0 }
  return { tables: ALL_SHARDS.map((one) => ({ shard: one, ...(one === shard ? counted : none) })), countedAt }
}

function ownRows(tables: readonly TableFacts[], shard: number): Rung['counted'] {
  const { orders = 0, orderItems = 0, payments = 0 } = tables.find((table) => table.shard === shard) ?? {}
  return { orders, orderItems, payments }
}

function rowsText({ orders, orderItems, payments }: Rung['counted']): string {
  const [o, i, p] = [orders, orderItems, payments].map((count) => count.toLocaleString('en'))
  return `${o} orders, ${i} items, ${p} payments`
}

/** Pieces are done in order, so what a later one needs is there. */
function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the ladder has no such ${what}`)
  return value
}
