// Old orders are given their ids: chunk by chunk, after a kill, and beside a monolith that pays one of them meanwhile.

import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { parseOrderId } from '../../../contracts/order-id.ts'
import { oneServer } from '../../../contracts/shard-map.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { testDatabase } from '../../test-system.setup.ts'
import { MysqlPool } from '../mysql-pool.ts'
import { migrate, withOwner } from '../schema.ts'
import { within } from '../two-stores.setup.ts'
import { countWithoutId, giveOrderIds } from './backfill.ts'
import { LEGACY_MIGRATIONS } from './legacy-migrations.ts'
import { legacyOrderStore } from './legacy-order-store.ts'
import { requireOrderIds } from './require-order-ids.ts'

const SECOND = '2025-06-01 12:00:00'
const SECOND_MS = Date.UTC(2025, 5, 1, 12)
/** More than one chunk. */
const ORDERS = 1_203

let database: Awaited<ReturnType<typeof testDatabase>>
let pool: MysqlPool

beforeAll(async () => {
  database = await testDatabase(inject('engines').legacyMysql.url)
  const map = oneServer({ url: database.url })
  await migrate(map, LEGACY_MIGRATIONS)
  pool = new MysqlPool({ map, poolSize: 4, statementLimitMs: 30_000 }, new Metrics())
})
afterAll(async () => {
  await pool?.close()
  await database?.drop()
})
/** As the old code left them: each payment right after its order; the last of each hundred was tried twice. */
beforeEach(async () => {
  await database.rows('DELETE FROM t_order')
  const rows = Array.from({ length: ORDERS }, (_, at) => {
    const id = 3 * at + 1
    const common = [at % 5, 0, 1, 7, 1, '9.95']
    const product = [id, 1, null, ...common, null, SECOND, SECOND]
    const payment = (nth: number) => [id + nth, 2, id, ...common, 1, SECOND, SECOND]
    return at % 100 === 99 ? [product, payment(1), payment(2)] : [product, payment(1)]
  })
  await database.rows(
    `INSERT INTO t_order (id, kind, parent_id, user_id, status, channel, region, item_count, amount, pay_method,
     create_time, update_time) VALUES ?`,
    [rows.flat()],
  )
})

const give = (onChunk?: (done: number) => void, signal = new AbortController().signal) =>
  giveOrderIds(pool.home, { signal, ...(onChunk && { onChunk }) })
const rowsOf = () =>
  database.rows<{ id: string; parent_id: string | null; user_id: string; order_id: string; payment_no: number }>(
    'SELECT id, parent_id, user_id, order_id, payment_no FROM t_order ORDER BY id',
  )

it('gives each order one id, of its second and shard, and its payments the same one', async () => {
  const chunks: number[] = []
  expect(await countWithoutId(pool.home)).toBe(ORDERS)
  expect(await give((done) => chunks.push(done))).toBe(ORDERS)
  expect(chunks.at(-1)).toBe(ORDERS)
  expect(await countWithoutId(pool.home)).toBe(0)
  const rows = await rowsOf()
  const products = rows.filter(({ parent_id }) => parent_id === null)
  expect(new Set(products.map(({ order_id }) => order_id)).size).toBe(ORDERS)
  for (const { order_id, user_id, payment_no } of products) {
    const { timestampMs, shard } = parseOrderId(order_id)
    expect([Math.floor(timestampMs / 1_000) * 1_000, shard, payment_no]).toEqual([SECOND_MS, Number(user_id), 0])
  }
  const orderIdOf = new Map(products.map(({ id, order_id }) => [id, order_id]))
  for (const { id, parent_id, order_id, payment_no } of rows) {
    if (parent_id === null) continue
    expect([order_id, payment_no]).toEqual([orderIdOf.get(parent_id), Number(id) - Number(parent_id)])
  }
})

it('goes on where it was killed, and leaves alone what has an id', async () => {
  const killed = new AbortController()
  await expect(give(() => killed.abort(), killed.signal)).rejects.toThrow()
  const before = (await rowsOf()).filter(({ order_id }) => order_id !== null)
  expect(before.length).toBeGreaterThan(0)
  expect(await give()).toBe(ORDERS - before.filter(({ parent_id }) => parent_id === null).length)
  const after = new Map((await rowsOf()).map((row) => [row.id, row]))
  for (const row of before) expect(after.get(row.id)).toEqual(row)
  expect(await give()).toBe(0)
})

it('makes whole orders of them, with the time of the last change', async () => {
  await database.rows(`UPDATE t_order SET status = 1, update_time = '2025-06-01 12:00:09' WHERE id IN (1, 2)`)
  await give()
  const store = legacyOrderStore(pool)
  const orderId = await store.numbered({ userId: 0, legacyNo: 1 }, within())
  expect(orderId).not.toBeNull()
  const { whole } = await store.snapshots(orderId ? [orderId] : [], within())
  expect(whole).toMatchObject([
    {
      legacyNo: 1,
      order: { status: 'paid', version: 1, updatedAtMs: SECOND_MS + 9_000 },
      payments: [{ paymentNo: 1, status: 'captured', createdAtMs: SECOND_MS, updatedAtMs: SECOND_MS + 9_000 }],
      key: null,
    },
  ])
})

it('names an order that is older than any id, and gives those before it theirs', async () => {
  await database.rows(`UPDATE t_order SET create_time = '2019-12-31 23:59:59' WHERE id = ${3 * 1_000 + 1}`)
  await expect(give()).rejects.toThrow('order 3001 of the monolith is older than an order id can say')
  expect(await countWithoutId(pool.home)).toBe(ORDERS - 1_000)
})

it('is followed by a column that takes no row without an id, once none is left', async () => {
  const [server] = oneServer({ url: database.url })
  expect(await withOwner(server, requireOrderIds)).toEqual({ kind: 'rows-without', firstId: '1' })
  await give()
  expect(await withOwner(server, requireOrderIds)).toEqual({ kind: 'required' })
  expect(await withOwner(server, requireOrderIds)).toEqual({ kind: 'required' })
  const old = `INSERT INTO t_order (kind, user_id, status, channel, region, item_count, amount, create_time, update_time)
    VALUES (1, 1, 0, 0, 0, 1, 1.00, NOW(), NOW())`
  await database.rows("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")
  await expect(database.rows(old)).rejects.toMatchObject({ code: 'ER_NO_DEFAULT_FOR_FIELD' })
  await database.rows('ALTER TABLE t_order MODIFY order_id BIGINT NULL')
})
