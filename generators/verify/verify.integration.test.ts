// A planted fault of every kind, and verification finds it: this one, and with its sample.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeOrderId } from '../../contracts/order-id.ts'
import { ORDER_INDEX, ORDER_INDEX_SETTINGS } from '../../contracts/search-index.ts'
import { seededOrder } from '../../contracts/seeded-order.ts'
import { asShard } from '../../contracts/shard.ts'
import { type ScratchStores, scratchStores, seedDeps, seedOptions } from '../scratch-stores.fixture.ts'
import { seed } from '../seed.ts'
import { SMALL_PLAN } from '../small-volume.fixture.ts'
import { readStoredDataset } from '../store/dataset-store.ts'
import { searchClient } from '../store/search-index.ts'
import { MAX_HITS } from './search-window.ts'
import { type VerifyReport, verify } from './verify.ts'

let scratch: ScratchStores
let search: ReturnType<typeof searchClient>
/** Row 100 of shard 5. */
let id: string

beforeAll(async () => {
  scratch = await scratchStores('verify')
  search = searchClient(scratch.stores.elasticsearchUrl ?? '')
  const { dataset } = await seed(seedOptions(), seedDeps(scratch.stores))
  id = seededOrder(dataset, asShard(5), 100).orderId
})
afterAll(async () => {
  await search.close()
  await scratch.remove()
})

async function report(shards: readonly number[] = [5, 6]): Promise<VerifyReport> {
  const { stores, startProgress, say } = seedDeps(scratch.stores)
  const journalFile = join(tmpdir(), `headroom-verify-${process.pid}.ndjson`)
  const signal = new AbortController().signal
  return verify(
    { plan: SMALL_PLAN, planHash: 'small', shards },
    { stores, cores: 2, journalFile, signal, say, startProgress },
  )
}

interface Plant {
  readonly check: string
  readonly what: RegExp
  readonly sql: (id: string) => readonly string[]
  readonly undo: (id: string) => readonly string[]
  readonly sample?: (id: string) => string
}

const swap = (table: string, set: string, unset: string) => ({
  sql: (order: string) => [`UPDATE ${table} SET ${set} WHERE order_id = ${order}`],
  undo: (order: string) => [`UPDATE ${table} SET ${unset} WHERE order_id = ${order}`],
  sample: (order: string) => `order ${order}`,
})
const without = (table: string) => ({
  sql: (order: string) => [
    `CREATE TABLE kept AS SELECT * FROM ${table} WHERE order_id = ${order}`,
    `DELETE FROM ${table} WHERE order_id = ${order}`,
  ],
  undo: () => [`INSERT INTO ${table} SELECT * FROM kept`, 'DROP TABLE kept'],
})

const PLANTS: Readonly<Record<string, Plant>> = {
  'a lost order': {
    check: 'counts',
    what: /missing/,
    ...without('orders_05'),
    sample: (order) => `order ${order} is missing`,
  },
  'a lost item row': { check: 'books', what: /items/, ...without('order_items_05') },
  'a lost payment': { check: 'books', what: /exactly one payment/, ...without('payments_05') },
  'an order too many': {
    check: 'counts',
    what: /too many/,
    // One millisecond later, same shard, worker 0.
    sql: (order) => [
      `INSERT INTO orders_05 SELECT order_id + 4194304 * 7, user_id, status, channel, region, item_count, amount_cents, created_at_ms + 7, updated_at_ms + 7, version FROM orders_05 WHERE order_id = ${order}`,
    ],
    undo: (order) => [`DELETE FROM orders_05 WHERE order_id = ${order} + 4194304 * 7`],
    sample: (order) => `order ${BigInt(order) + 4194304n * 7n} was never seeded`,
  },
  'a user of another shard': {
    check: 'shard-routing',
    what: /another shard/,
    ...swap('orders_05', 'user_id = user_id + 1', 'user_id = user_id - 1'),
  },
  'an id of another shard': {
    check: 'order-ids',
    what: /another table/,
    sql: (order) => [`UPDATE orders_05 SET order_id = order_id + 65536 WHERE order_id = ${order}`],
    undo: (order) => [`UPDATE orders_05 SET order_id = order_id - 65536 WHERE order_id = ${order} + 65536`],
    sample: (order) => `order ${BigInt(order) + 65536n}`,
  },
  'a time that is not the id’s': {
    check: 'order-ids',
    what: /time in the id/,
    ...swap('orders_05', 'created_at_ms = created_at_ms - 1', 'created_at_ms = created_at_ms + 1'),
  },
  'an amount changed': {
    check: 'books',
    what: /do not sum/,
    ...swap('orders_05', 'amount_cents = amount_cents + 1', 'amount_cents = amount_cents - 1'),
  },
  'a price changed': {
    check: 'books',
    what: /do not sum/,
    ...swap('order_items_05', 'unit_price_cents = unit_price_cents + 100', 'unit_price_cents = unit_price_cents - 100'),
  },
  'a line number skipped': {
    check: 'books',
    what: /not numbered/,
    ...swap('order_items_05', 'line_no = line_no + 10', 'line_no = line_no - 10'),
  },
  'an item count changed': {
    check: 'books',
    what: /item count/,
    ...swap('orders_05', 'item_count = item_count + 1', 'item_count = item_count - 1'),
  },
  'a payment of another amount': {
    check: 'books',
    what: /not the order’s amount/,
    ...swap('payments_05', 'amount_cents = amount_cents + 1', 'amount_cents = amount_cents - 1'),
  },
  'a payment of another user': {
    check: 'books',
    what: /different users/,
    ...swap('payments_05', 'user_id = user_id + 64', 'user_id = user_id - 64'),
  },
  'a payment status that does not fit': {
    check: 'books',
    what: /does not fit/,
    ...swap('payments_05', 'status = (status + 1) % 4', 'status = (status + 3) % 4'),
  },
  'a payment at another time': {
    check: 'books',
    what: /same moment/,
    ...swap('payments_05', 'created_at_ms = created_at_ms - 5', 'created_at_ms = created_at_ms + 5'),
  },
  'a second payment': {
    check: 'books',
    what: /exactly one payment/,
    sql: (order) => [
      `INSERT INTO payments_05 SELECT order_id, 2, user_id, status, method, amount_cents, created_at_ms, updated_at_ms, version FROM payments_05 WHERE order_id = ${order}`,
    ],
    undo: () => ['DELETE FROM payments_05 WHERE payment_no = 2'],
    sample: (order) => `order ${order}`,
  },
  'a negative amount': {
    check: 'books',
    what: /amount out of range/,
    ...swap('orders_05', 'amount_cents = -amount_cents', 'amount_cents = -amount_cents'),
  },
  'a time no calendar has': {
    check: 'order-ids',
    what: /time in the id/,
    ...swap(
      'payments_05',
      `created_at_ms = created_at_ms + ${2n ** 62n}, updated_at_ms = updated_at_ms + ${2n ** 62n}`,
      `created_at_ms = created_at_ms - ${2n ** 62n}, updated_at_ms = updated_at_ms - ${2n ** 62n}`,
    ),
  },
  'a status out of range': {
    check: 'books',
    what: /out of range/,
    ...swap('orders_05', 'status = status + 20', 'status = status - 20'),
  },
  'an update before the creation': {
    check: 'books',
    what: /changed before it was created/,
    ...swap(
      'orders_05',
      'updated_at_ms = updated_at_ms - 100000000000',
      'updated_at_ms = updated_at_ms + 100000000000',
    ),
  },
  'a version the index has not': {
    check: 'search-index',
    what: /another version/,
    ...swap('orders_05', 'version = version + 1', 'version = version - 1'),
    sample: (order) => `order ${order}: version`,
  },
  'a product at another price': {
    check: 'catalogue',
    what: /missing or changed/,
    sql: () => ['UPDATE products SET price_cents = price_cents + 1 WHERE product_id = 17'],
    undo: () => ['UPDATE products SET price_cents = price_cents - 1 WHERE product_id = 17'],
    sample: () => 'product 17',
  },
  'a missing index': {
    check: 'schema',
    what: /secondary index missing/,
    sql: () => ['ALTER TABLE orders_06 DROP KEY user_orders'],
    undo: () => ['ALTER TABLE orders_06 ADD KEY user_orders (user_id, order_id)'],
    sample: () => 'orders_06.user_orders',
  },
  'a lost table': {
    check: 'schema',
    what: /table missing/,
    sql: () => ['RENAME TABLE payments_05 TO kept'],
    undo: () => ['RENAME TABLE kept TO payments_05'],
    sample: () => 'payments_05',
  },
  'a lost catalogue': {
    check: 'schema',
    what: /table missing/,
    sql: () => ['RENAME TABLE products TO kept'],
    undo: () => ['RENAME TABLE kept TO products'],
    sample: () => 'products',
  },
  'whales that order nothing': {
    check: 'skew',
    what: /whales/,
    sql: () =>
      [5, 6].flatMap((shard) => [
        `CREATE TABLE kept_${shard} AS SELECT order_id, user_id FROM orders_0${shard}`,
        `UPDATE orders_0${shard} SET user_id = ${64 + shard} WHERE user_id > 64 * 150`,
      ]),
    undo: () =>
      [5, 6].flatMap((shard) => [
        `UPDATE orders_0${shard} o, kept_${shard} k SET o.user_id = k.user_id WHERE o.order_id = k.order_id`,
        `DROP TABLE kept_${shard}`,
      ]),
  },
  'a seeding that never ended': {
    check: 'counts',
    what: /not come to its end/,
    sample: () => 'shard 6: ',
    sql: () => ['UPDATE headroom_lanes SET orders_done = orders_done - 1 WHERE shard = 6'],
    undo: () => ['UPDATE headroom_lanes SET orders_done = orders_done + 1 WHERE shard = 6'],
  },
}

describe('verify', () => {
  it('finds nothing wrong with what the seeder wrote', async () => {
    const { ok, findings, searchCompared, liveOrders, tables } = await report([...Array(64).keys()])
    expect(findings).toEqual([])
    expect({ ok, searchCompared, liveOrders }).toEqual({ ok: true, searchCompared: true, liveOrders: 0 })
    expect(tables).toHaveLength(192)
  })

  it.each(Object.entries(PLANTS))('finds %s', async (_, { check, what, sql, undo, sample }) => {
    for (const statement of sql(id)) await scratch.connection.query(statement)
    const { ok, findings } = await report()
    for (const statement of undo(id)) await scratch.connection.query(statement)
    expect(ok).toBe(false)
    const found = findings.find((finding) => finding.check === check && what.test(finding.what))
    expect(found, JSON.stringify(findings)).toBeDefined()
    if (sample) expect(found?.samples.join()).toContain(sample(id))
  })

  it('finds nothing but the lost table where no shard is whole', async () => {
    await scratch.connection.query('RENAME TABLE orders_05 TO kept')
    const { findings, skew, tables, searchCompared } = await report([5])
    await scratch.connection.query('RENAME TABLE kept TO orders_05')
    expect(findings).toEqual([expect.objectContaining({ check: 'schema', samples: ['orders_05'] })])
    expect({ skew, tables, searchCompared }).toEqual({ skew: null, tables: [], searchCompared: false })
  })

  it('finds an index without the settings of the running system', async () => {
    const { refresh_interval, number_of_replicas } = ORDER_INDEX_SETTINGS
    const set = (index: { refresh_interval: string; number_of_replicas: number }) =>
      search.indices.putSettings({ index: ORDER_INDEX, settings: { index } })
    await set({ refresh_interval: '-1', number_of_replicas: number_of_replicas + 1 })
    const { findings } = await report()
    await set({ refresh_interval, number_of_replicas })
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'schema',
        where: ORDER_INDEX,
        samples: ['refresh_interval -1 instead of 1s', 'number_of_replicas 1 instead of 0'],
      }),
    ])
  })

  it('finds what running services did not index, though it is more than one search answer holds', async () => {
    const { endMs } = (await readStoredDataset(scratch.connection))?.dataset ?? { endMs: 0 }
    const live = Array.from({ length: MAX_HITS + 50 }, (_, at) => {
      const timestampMs = endMs + 86_400_000 + at
      const orderId = composeOrderId({ timestampMs, shard: asShard(5), worker: 9, sequence: 0 })
      return [orderId, 69, 0, 0, 0, 1, 100, timestampMs, timestampMs, 1]
    })
    await scratch.connection.query('INSERT INTO orders_05 VALUES ?', [live])
    const { findings, liveOrders } = await report()
    await scratch.connection.query('DELETE FROM orders_05 WHERE (order_id >> 10) & 63 = 9')
    expect(liveOrders).toBe(live.length)
    expect(findings).toContainEqual(
      expect.objectContaining({ what: 'orders missing from the index', count: live.length }),
    )
  })

  it('finds a lost document, and one without an order', async () => {
    const stranger = (BigInt(id) + 4194304n * 3n).toString()
    await search.delete({ index: ORDER_INDEX, id, refresh: true })
    const { dataset } = (await readStoredDataset(scratch.connection)) ?? {}
    const { userId, createdAtMs } = seededOrder(dataset!, asShard(5), 100)
    const document = {
      order_id: stranger,
      user_id: userId,
      status: 0,
      channel: 0,
      region: 0,
      amount_cents: 1,
      created_at_ms: createdAtMs + 3,
    }
    await search.index({ index: ORDER_INDEX, id: stranger, refresh: true, document })
    const { findings } = await report()
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'search-index',
        what: 'orders missing from the index',
        samples: [`order ${id}`],
      }),
      expect.objectContaining({
        check: 'search-index',
        what: 'documents without an order',
        samples: [`document ${stranger}`],
      }),
    ])
  })

  it('continues a stopped verification and keeps what it had found', async () => {
    const { stores, startProgress } = seedDeps(scratch.stores)
    const journalFile = join(tmpdir(), `headroom-verify-stopped-${process.pid}.ndjson`)
    const controller = new AbortController()
    const said: string[] = []
    const run = (signal: AbortSignal, progress = startProgress) =>
      verify(
        { plan: SMALL_PLAN, planHash: 'small', shards: [...Array(64).keys()] },
        { stores, cores: 2, journalFile, signal, say: (line) => void said.push(line), startProgress: progress },
      )
    let updates = 0
    const stopAfter = () => ({
      update: () => {
        if (++updates === 40) controller.abort(new Error('stopped'))
      },
      stop: () => {},
    })
    await expect(run(controller.signal, stopAfter)).rejects.toThrow('stopped')
    await run(new AbortController().signal)
    expect(said.join()).toMatch(/Continuing: 4\d of/)
  })

  it('finds that the index is gone', async () => {
    await search.indices.delete({ index: ORDER_INDEX })
    const { ok, findings, searchCompared } = await report()
    expect({ ok, searchCompared }).toEqual({ ok: false, searchCompared: false })
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'search-index', what: 'there is no search index' }),
    )
  })

  it('refuses a database that was never seeded, and another plan', async () => {
    await expect(
      verify(
        { plan: SMALL_PLAN, planHash: 'other', shards: [0] },
        { ...seedDeps(scratch.stores), journalFile: join(tmpdir(), 'unused') },
      ),
    ).rejects.toMatchObject({ what: 'the data set was seeded from another plan' })
    await scratch.connection.query('DELETE FROM headroom_dataset')
    await expect(report()).rejects.toMatchObject({ what: 'there is no seeded data set to verify' })
  })
})
