// Keys within their window give the stored answer; afterwards they are forgotten, and the same key is a new order.

import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest'
import { KEY_WINDOW_MS, lowestOrderIdAt } from '../../../contracts/idempotency.ts'
import { composeOrderId, type OrderId, parseOrderId, SEEDER_WORKER } from '../../../contracts/order-id.ts'
import { asShard } from '../../../contracts/shard.ts'
import { oneServer } from '../../../contracts/shard-map.ts'
import { databaseNowMs } from '../../storage/database-clock.ts'
import { keyInsert, keyTablesOf, selectKeyedOrder, storedKeyOf } from '../../storage/idempotency-table.ts'
import { MysqlPool } from '../../storage/mysql-pool.ts'
import { migrate } from '../../storage/schema.ts'
import { shardedOrderStore } from '../../storage/sharded-store/sharded-order-store.ts'
import { NO_MIGRATION_BOARD } from '../../switches/no-migration-board.ts'
import { type CallContext, contextFor } from '../../telemetry/call-context.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { testDatabase } from '../../test-system.setup.ts'
import { KeyExpiry, KeyExpiryMetrics } from './key-expiry.ts'
import { OrderPlacement } from './place-order.ts'
import { SwitchedStores } from './switched-stores.ts'

const SHARD = asShard(9)
const USER = 64 * 5 + 9
const NOW_MS = Date.UTC(2026, 5, 1)
const REQUEST = {
  userId: USER,
  requestHash: 'ab'.repeat(32),
  channel: 'app',
  region: 1,
  paymentMethod: 'card',
  items: [{ lineNo: 1, productId: 1, quantity: 2, unitPriceCents: 150 }],
} as const

let database: Awaited<ReturnType<typeof testDatabase>>
let pool: MysqlPool
let expiry: KeyExpiry
let nowMs: (context: CallContext) => Promise<number> = async () => NOW_MS
let historyEndMs: number | null = null
let sequence = 0
const metrics = new Metrics()
const context = () => contextFor('test', 20_000)
const idAt = (timestampMs: number, worker = 1) =>
  composeOrderId({ timestampMs, shard: SHARD, worker, sequence: sequence++ % 1000 })
const place = (key: string, timestampMs: number) => {
  const ids = { next: async () => ({ orderId: idAt(timestampMs), timestampMs }) }
  const sides = { sharded: { store: shardedOrderStore(pool), ids } }
  const stores = new SwitchedStores({ sides, board: NO_MIGRATION_BOARD })
  return new OrderPlacement(stores).place({ ...REQUEST, idempotencyKey: key }, context())
}

beforeAll(async () => {
  database = await testDatabase(inject('engines').mysql.url)
  const map = oneServer({ url: database.url })
  await migrate(map)
  pool = new MysqlPool({ map, poolSize: 8, statementLimitMs: 20_000 }, metrics)
  expiry = new KeyExpiry({
    tables: keyTablesOf({ lane: pool.upkeep[0]!.lane, shards: [SHARD] }),
    nowMs: (within) => nowMs(within),
    historyEndMs: async () => historyEndMs,
    metrics: new KeyExpiryMetrics(metrics),
    logger: createLogger('test', 'silent'),
  })
})
afterEach(() => {
  nowMs = async () => NOW_MS
  vi.useRealTimers()
})
afterAll(async () => {
  await pool?.close()
  await database?.drop()
})

it('answers a key of the window as it did at first, forgets it afterwards, and then takes it for a new order', async () => {
  const [young, old] = [randomUUID(), randomUUID()]
  const first = await place(young, NOW_MS - KEY_WINDOW_MS + 1)
  await database.rows('UPDATE orders_09 SET status = 1 WHERE order_id = ?', [first.orderId])
  const forgotten = await place(old, NOW_MS - KEY_WINDOW_MS - 1)
  expect(await expiry.round()).toBe(1)
  expect(await place(young, NOW_MS)).toEqual(first)
  expect((await place(old, NOW_MS)).orderId).not.toBe(forgotten.orderId)
})

it('forgets more than one delete holds, leaves the keys of generated history, and tells what is overdue', async () => {
  await database.rows('DELETE FROM idempotency_keys_09')
  const dayMs = 86_400_000
  const insert = async (timestampMs: number) => {
    const { sql, values } = keyInsert(storedKeyOf(USER, randomUUID(), REQUEST.requestHash), idAt(timestampMs))
    await database.rows(sql, values)
  }
  for (let count = 0; count < 10; count++) await insert(NOW_MS - 30 * dayMs)
  for (let count = 0; count < 620; count++) await insert(NOW_MS - 10 * dayMs + count)
  historyEndMs = NOW_MS - 20 * dayMs
  expect(await expiry.round()).toBe(620)
  const left = await database.rows<{ order_id: string }>('SELECT order_id FROM idempotency_keys_09')
  expect(left).toHaveLength(10)
  expect(left.every(({ order_id }) => BigInt(order_id) < lowestOrderIdAt(NOW_MS - 20 * dayMs))).toBe(true)
  expect(await metrics.registry.getSingleMetricAsString('headroom_keys_overdue_seconds')).toContain(
    'headroom_keys_overdue_seconds 0',
  )
})

it('leaves the keys of generated orders while nobody knows where their history ends, as while a seeder runs', async () => {
  await database.rows('DELETE FROM idempotency_keys_09')
  for (const worker of [SEEDER_WORKER, 1]) {
    const orderId = idAt(NOW_MS - 2 * KEY_WINDOW_MS, worker)
    const { sql, values } = keyInsert(storedKeyOf(USER, randomUUID(), REQUEST.requestHash), orderId)
    await database.rows(sql, values)
  }
  historyEndMs = null
  expect(await expiry.round()).toBe(1)
  const left = await database.rows<{ order_id: string }>('SELECT order_id FROM idempotency_keys_09')
  expect(left.map(({ order_id }) => parseOrderId(order_id as OrderId).worker)).toEqual([SEEDER_WORKER])
})

it('forgets nothing that a client may still repeat because a process has a clock that is days ahead', async () => {
  await database.rows('DELETE FROM idempotency_keys_09')
  const lane = pool.upkeep[0]!.lane
  nowMs = (within) => databaseNowMs(lane, within)
  const key = randomUUID()
  const placedAtMs = await databaseNowMs(lane, context())
  const placed = await place(key, placedAtMs)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + KEY_WINDOW_MS + 86_400_000 })
  expect(await expiry.round()).toBe(0)
  expect(await place(key, placedAtMs)).toEqual(placed)
})

it('keeps nothing of a key but its hash', async () => {
  const key = randomUUID()
  await place(key, NOW_MS)
  const keyOf = (userId: number) => storedKeyOf(userId, key, REQUEST.requestHash)
  expect(await selectKeyedOrder(pool, keyOf(USER), context())).toMatchObject({ amountCents: 300 })
  expect(await selectKeyedOrder(pool, keyOf(USER + 64), context())).toBeNull()
  const rows = await database.rows<Record<string, unknown>>('SELECT * FROM idempotency_keys_09')
  expect(JSON.stringify(rows)).not.toContain(key)
})
