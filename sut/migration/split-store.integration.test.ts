// Import, verification, comparison and repair where the sharded store lies on two servers.

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { legacyNumberOf } from '../../contracts/legacy-number.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { shardOf, tableName } from '../../contracts/shard.ts'
import { parseShardMap } from '../../contracts/shard-map.ts'
import type { SwitchState } from '../../contracts/switches.ts'
import { bothLedgers } from '../both-databases.ts'
import { MysqlPool } from '../storage/mysql-pool.ts'
import type { OrderSnapshot, OwnedOrderStore } from '../storage/order-store.ts'
import { openProgress } from '../storage/progress-table.ts'
import { prepareSchema } from '../storage/schema.ts'
import { shardedOrderStore } from '../storage/sharded-store/sharded-order-store.ts'
import {
  bornOrder,
  oldOrder,
  openTestStore,
  snapshotWith,
  type TestStore,
  within,
} from '../storage/two-stores.setup.ts'
import { beginMigration } from '../switches/begin-migration.ts'
import type { Ledgers } from '../switches/store-ledger.ts'
import { ANYBODY } from '../switches/two-ledgers.setup.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { testDatabase } from '../test-system.setup.ts'
import { beginOrGoOn, type ComparisonProgress, compareInFull } from './full-comparison.ts'
import { beginImport, type ImportProgress, importOrders } from './import-orders.ts'
import { verifyImport } from './verify-import.ts'

const { signal } = new AbortController()
const SNAPSHOTS = Array.from({ length: 640 }, (_, at) => {
  const born = bornOrder(1 + at)
  return oldOrder(snapshotWith(born, null), 1 + 2 * at)
})
const PER_ABSORB = 64
/** The first server holds shards 0 to 31. */
const isOnSecond = ({ order }: OrderSnapshot) => shardOf(order.userId) >= 32
const ONE_ON_EACH = [SNAPSHOTS.find((one) => !isOnSecond(one))!, SNAPSHOTS.find(isOnSecond)!]

let legacy: TestStore
let databases: Awaited<ReturnType<typeof testDatabase>>[] = []
let pool: MysqlPool
let sharded: OwnedOrderStore
let ledgers: Ledgers
let state: SwitchState

beforeAll(async () => {
  const engines = inject('engines')
  legacy = await openTestStore('legacy', engines)
  databases = [await testDatabase(engines.mysql.url), await testDatabase(engines.mysql.url)]
  const [home, second] = databases
  const { map } = parseShardMap({ url: home!.url }, `32-63=${second!.url}`)
  await prepareSchema(map)
  pool = new MysqlPool({ map, poolSize: 8, statementLimitMs: 20_000 }, new Metrics())
  sharded = shardedOrderStore(pool)
  ledgers = bothLedgers({ legacy: legacy.pool, sharded: pool })
  await beginMigration(ANYBODY, { ledgers, drain: async () => {} })
  state = { ...(await ledgers.legacy.read())!.state, phase: 'phase1' }
  for (let from = 0; from < SNAPSHOTS.length; from += PER_ABSORB) {
    await legacy.store.absorb(SNAPSHOTS.slice(from, from + PER_ABSORB), within())
  }
})
afterAll(async () => {
  await pool?.close()
  await legacy?.close()
  for (const database of databases) await database.drop()
})

const serverOf = (snapshot: OrderSnapshot) => databases[isOnSecond(snapshot) ? 1 : 0]!
const ordersTable = ({ order }: OrderSnapshot) => tableName('orders', shardOf(order.userId))

async function compared(isRepairing: boolean) {
  const progress = await openProgress<ComparisonProgress>(pool.home, 'comparison', within)
  const begun = beginOrGoOn(await progress.read(), state, () => crypto.randomUUID())
  const stores = { authority: legacy.store, other: sharded }
  return await compareInFull(begun, { stores, ledgers, progress, signal, onCompared: () => {} }, isRepairing)
}

it('orders are imported into the server of their shard, and both are verified', async () => {
  const progress = await openProgress<ImportProgress>(pool.home, 'import', within)
  const tools = { from: legacy.store, to: sharded, progress, signal, onOrders: () => {} }
  expect(await importOrders(beginImport(null, state), tools)).toMatchObject({ imported: SNAPSHOTS.length, parked: 0 })
  for (const snapshot of ONE_ON_EACH) {
    const rows = await serverOf(snapshot).rows(`SELECT order_id FROM ${ordersTable(snapshot)}`)
    expect(rows).toContainEqual({ order_id: snapshot.order.orderId })
  }
  const pools = { legacy: legacy.pool, sharded: pool }
  expect(await verifyImport(pools, Date.now(), [], signal)).toEqual([])
  // What is left aside is left aside on both sides.
  const aside = ONE_ON_EACH.map(({ order }) => order.orderId)
  expect(await verifyImport(pools, Date.now(), aside, signal)).toEqual([])
})

it('an old number is looked up on its user’s server alone, whatever became of the others', async () => {
  const [atHome, onSecond] = ONE_ON_EACH as [OrderSnapshot, OrderSnapshot]
  const nobody = 'mysql://nobody:x@127.0.0.1:1/nothing'
  const { map } = parseShardMap({ url: nobody }, `32-63=${databases[1]!.url}`)
  const halfPool = new MysqlPool({ map, poolSize: 8, statementLimitMs: 20_000 }, new Metrics())
  const half = shardedOrderStore(halfPool)
  try {
    const { userId, orderId } = onSecond.order
    expect(await half.numbered({ userId, legacyNo: onSecond.legacyNo }, within())).toBe(orderId)
    expect(await half.numbered({ userId, legacyNo: atHome.legacyNo }, within())).toBeNull()
    const bornAtHome = legacyNumberOf(bornOrder(atHome.order.userId).order.orderId)!
    expect(await half.numbered({ userId, legacyNo: bornAtHome }, within())).toBeNull()
    const ofHome = { userId: atHome.order.userId, legacyNo: atHome.legacyNo }
    await expect(half.numbered(ofHome, within())).rejects.toMatchObject({ code: 'unavailable' })
    expect(await sharded.numbered(ofHome, within())).toBe(atHome.order.orderId)
  } finally {
    await halfPool.close()
  }
})

it('a difference on either server is found, and repaired there', async () => {
  expect(await compared(false)).toMatchObject({ compared: SNAPSHOTS.length, differing: 0 })
  for (const snapshot of ONE_ON_EACH) {
    await serverOf(snapshot).rows(`UPDATE ${ordersTable(snapshot)} SET region = region + 1 WHERE order_id = ?`, [
      snapshot.order.orderId,
    ])
  }
  const found = await compared(false)
  const ids = (orders: readonly { readonly orderId: OrderId }[]) => orders.map(({ orderId }) => orderId).toSorted()
  expect(ids(found.differences)).toEqual(ids(ONE_ON_EACH.map(({ order }) => order)))
  expect(await compared(true)).toMatchObject({ repaired: 2, differing: 0 })
  expect((await ledgers.legacy.latestComparison())?.differences).toBe(0)
  expect((await ledgers.sharded.latestComparison())?.differences).toBe(0)
})
