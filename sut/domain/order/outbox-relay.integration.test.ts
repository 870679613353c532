// The relay against real engines: repeated, late, and impossible events.

import { createServer } from 'node:http'
import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ORDER_STATUSES } from '../../../contracts/order.ts'
import { composeOrderId, type OrderId, SEEDER_WORKER } from '../../../contracts/order-id.ts'
import { ORDER_INDEX, sliceOfOrder } from '../../../contracts/search-index.ts'
import { asShard, tableName } from '../../../contracts/shard.ts'
import { oneServer, type ShardMap } from '../../../contracts/shard-map.ts'
import { PARKED_TABLE } from '../../../contracts/tables.ts'
import { legacyOutbox } from '../../storage/legacy-store/legacy-outbox.ts'
import { MysqlPool } from '../../storage/mysql-pool.ts'
import type { OrderRow } from '../../storage/order-tables.ts'
import { shardedOutbox } from '../../storage/outbox-tables.ts'
import { REDRIVE_PARKED } from '../../storage/parked-events.ts'
import { reindexShard } from '../../storage/reindex-orders.ts'
import { migrate } from '../../storage/schema.ts'
import { SearchIndex } from '../../storage/search-index.ts'
import { bornOrder, movedTo, openTestStore, within } from '../../storage/two-stores.setup.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { removeOrderIndex, testDatabase } from '../../test-system.setup.ts'
import { OutboxRelay } from './outbox-relay.ts'
import { RelayMetrics } from './relay-metrics.ts'
import { MAX_ATTEMPTS } from './relay-outcomes.ts'

const SHARD = asShard(9)
const DOCUMENT = { user_id: 9, status: 0, channel: 0, region: 77, amount_cents: 1, created_at_ms: 1_700_000_000_000 }

let database: Awaited<ReturnType<typeof testDatabase>>
let map: ShardMap
let pool: MysqlPool
let index: SearchIndex
let relay: OutboxRelay
let client: Client

beforeAll(async () => {
  const engines = inject('engines')
  await removeOrderIndex(engines.elasticsearch.url)
  database = await testDatabase(engines.mysql.url)
  map = oneServer({ url: database.url })
  pool = new MysqlPool({ map, poolSize: 2, statementLimitMs: 30_000 }, new Metrics())
  await migrate(map)
  index = new SearchIndex(engines.elasticsearch.url)
  relay = relayTo(index)
  client = new Client({ node: engines.elasticsearch.url })
})
afterAll(async () => {
  await pool?.close()
  await index?.close()
  await client?.close()
  await database?.drop()
  await removeOrderIndex(inject('engines').elasticsearch.url)
})

function relayTo(target: Pick<SearchIndex, 'write'>, metrics = new Metrics()): OutboxRelay {
  return new OutboxRelay(
    shardedOutbox(pool.relay[0]!),
    target,
    new RelayMetrics(metrics),
    createLogger('test', 'silent'),
  )
}

/** An index that cannot take one order just now, and takes the others. */
function busyWith(orderId: string): Pick<SearchIndex, 'write'> {
  return {
    write: async (events) => {
      const outcomes = await index.write(events)
      return outcomes.map((outcome, position) =>
        events[position]?.orderId === orderId ? { kind: 'retry', reason: 'es_rejected_execution' } : outcome,
      )
    },
  }
}

const parked = () =>
  database.rows<{ order_id: string; reason: string; attempts: number; next_try_at_ms: string | null }>(
    `SELECT order_id, reason, attempts, next_try_at_ms FROM ${PARKED_TABLE} ORDER BY order_id`,
  )
const makeDue = () => database.rows(`UPDATE ${PARKED_TABLE} SET next_try_at_ms = 0 WHERE next_try_at_ms IS NOT NULL`)

async function write(orderId: string, version: number, document: object): Promise<void> {
  const sql = `INSERT INTO ${tableName('outbox', SHARD)} (order_id, version, document, created_at_ms) VALUES (?, ?, ?, ?)`
  await database.rows(sql, [orderId, version, JSON.stringify({ order_id: orderId, ...document }), Date.now()])
}

async function indexed(orderId: string, index = ORDER_INDEX) {
  await client.indices.refresh({ index })
  const answer = await client.search({
    index,
    query: { ids: { values: [orderId] } },
    docvalue_fields: ['status'],
    version: true,
  })
  const hit = answer.hits.hits[0]
  return hit && { version: hit._version, status: ORDER_STATUSES[hit.fields?.status?.[0]] }
}

const leftInOutbox = async () => (await database.rows(`SELECT event_id FROM ${tableName('outbox', SHARD)}`)).length

it('lets no late or repeated event undo a newer one, and removes them all', async () => {
  await write('1001', 3, { ...DOCUMENT, status: 2 })
  await relay.round()
  await write('1001', 1, { ...DOCUMENT, status: 0 })
  await write('1001', 3, { ...DOCUMENT, status: 2 })
  await write('1001', 2, { ...DOCUMENT, status: 1 })
  expect(await relay.round()).toEqual({ events: 3, left: 0, isFull: false })
  expect(await indexed('1001')).toEqual({ version: 3, status: 'shipped' })
  expect(await leftInOutbox()).toBe(0)
})

it('parks what the index refuses, with the reason, and tells the rest', async () => {
  await write('2001', 1, { ...DOCUMENT, unknown_field: 1 })
  await write('2002', 1, DOCUMENT)
  await write('2003', 1, { ...DOCUMENT, created_at_ms: 'yesterday' })
  await relay.round()
  expect(await indexed('2002')).toEqual({ version: 1, status: 'placed' })
  expect(await leftInOutbox()).toBe(0)
  const kept = await parked()
  expect(kept.map(({ order_id, next_try_at_ms }) => [order_id, next_try_at_ms])).toEqual([
    ['2001', null],
    ['2003', null],
  ])
  expect(kept[0]?.reason).toContain('unknown_field')
  await database.rows(`DELETE FROM ${PARKED_TABLE}`)
})

it('tells what the monolith’s own outbox holds, while its database decides', async () => {
  const legacy = await openTestStore('legacy', inject('engines'))
  const { lane } = legacy.pool.relay[0]!
  const teller = new OutboxRelay(
    legacyOutbox(lane),
    index,
    new RelayMetrics(new Metrics()),
    createLogger('test', 'silent'),
  )
  const born = bornOrder(640 + SHARD)
  await legacy.store.place(born, null, within())
  await legacy.store.change(born, movedTo(born, 'paid'), null, within())
  expect(await teller.round()).toEqual({ events: 2, left: 0, isFull: false })
  expect(await indexed(born.order.orderId)).toEqual({ version: 2, status: 'paid' })
  expect(await teller.round()).toMatchObject({ events: 0 })
  await legacy.close()
})

it('tries one that is not taken again at its time, out of the way of the others, and tells it late', async () => {
  const busy = relayTo(busyWith('2501'))
  await write('2501', 1, DOCUMENT)
  await write('2502', 1, DOCUMENT)
  expect(await busy.round()).toMatchObject({ events: 2, left: 0 })
  expect([await indexed('2502'), await leftInOutbox()]).toEqual([{ version: 1, status: 'placed' }, 0])
  expect(await parked()).toMatchObject([{ order_id: '2501', attempts: 1, next_try_at_ms: expect.any(String) }])
  expect(await relay.round()).toMatchObject({ events: 0 })
  await makeDue()
  expect(await relay.round()).toMatchObject({ events: 1, left: 0 })
  expect([await indexed('2501'), await parked()]).toEqual([{ version: 1, status: 'placed' }, []])
})

it('gives one that is never taken to a person, who can have it tried again', async () => {
  const busy = relayTo(busyWith('2601'))
  await write('2601', 1, DOCUMENT)
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    await write(`27${attempt + 10}`, 1, DOCUMENT)
    await busy.round()
    await makeDue()
  }
  expect(await parked()).toMatchObject([{ order_id: '2601', attempts: MAX_ATTEMPTS, next_try_at_ms: null }])
  await database.rows(REDRIVE_PARKED)
  await relay.round()
  expect([await indexed('2601'), await parked()]).toEqual([{ version: 1, status: 'placed' }, []])
})

it('tells one slice while another is closed, and that one once it is open again; no event needs a person', async () => {
  const closed = sliceOfOrder('2701' as OrderId)
  const timestampMs = Date.UTC(2031, 0, 9)
  const young = composeOrderId({ timestampMs, shard: SHARD, worker: SEEDER_WORKER, sequence: 0 })
  await write('2701', 1, DOCUMENT)
  await relay.round()
  await client.indices.close({ index: closed })
  try {
    await write('2701', 2, { ...DOCUMENT, status: 1 })
    await write(young, 1, DOCUMENT)
    expect(await relay.round()).toMatchObject({ events: 2, left: 0 })
    expect(await indexed(young, sliceOfOrder(young))).toEqual({ version: 1, status: 'placed' })
    expect(await parked()).toMatchObject([{ order_id: '2701', attempts: 1, next_try_at_ms: expect.any(String) }])
  } finally {
    await client.indices.open({ index: closed })
  }
  await makeDue()
  await relay.round()
  expect([await indexed('2701'), await parked()]).toEqual([{ version: 2, status: 'paid' }, []])
})

it('parks nothing while the index takes nothing at all, and shows how long that lasts', async () => {
  const metrics = new Metrics()
  const refusing = relayTo(
    { write: async (events) => events.map(() => ({ kind: 'retry', reason: 'cluster_block_exception' })) },
    metrics,
  )
  await write('2801', 1, DOCUMENT)
  await write('2802', 1, DOCUMENT)
  expect(await refusing.round()).toMatchObject({ events: 2, left: 2 })
  expect([await leftInOutbox(), await parked()]).toEqual([2, []])
  const lag = async () =>
    Number(/^headroom_relay_lag_seconds (.+)$/m.exec(await metrics.registry.metrics())?.[1] ?? Number.NaN)
  const first = await lag()
  await expect.poll(lag).toBeGreaterThan(first)
  await relay.round()
})

it('stops while the index stalls', async () => {
  await write('2901', 1, DOCUMENT)
  let asked = () => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  const stalled = createServer(() => asked())
  await new Promise<void>((resolve) => stalled.listen(0, '127.0.0.1', resolve))
  const address = stalled.address()
  const unresponsive = new SearchIndex(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  const stopping = relayTo(unresponsive)
  stopping.start()
  await isAsked
  const startedAtMs = performance.now()
  await stopping.stop()
  // Elasticsearch's own limit is 10 s a request, and a round may have two.
  expect(performance.now() - startedAtMs).toBeLessThan(8_000)
  stalled.closeAllConnections()
  stalled.close()
  await unresponsive.close()
  await relay.round()
})

it('leaves events where they are while the index is out of reach', async () => {
  await write('3001', 1, DOCUMENT)
  const unreachable = new SearchIndex('http://127.0.0.1:9')
  const blocked = relayTo(unreachable)
  await expect(blocked.round()).rejects.toThrow()
  expect(await leftInOutbox()).toBe(1)
  await unreachable.close()
  await relay.round()
  expect(await leftInOutbox()).toBe(0)
})

it('makes the slice with the right types when it is gone, instead of one of guessed types', async () => {
  const slice = sliceOfOrder('4001' as OrderId)
  await removeOrderIndex(inject('engines').elasticsearch.url)
  await write('4001', 1, DOCUMENT)
  await relay.round()
  const found = (await client.indices.get({ index: slice }))[slice]
  expect(found?.mappings).toMatchObject({ dynamic: 'strict', properties: { order_id: { type: 'long' } } })
  expect(Object.keys(found?.aliases ?? {})).toEqual([ORDER_INDEX])
})

it('can be told anew from MySQL, and keeps what it knows better', async () => {
  await removeOrderIndex(inject('engines').elasticsearch.url)
  const orders = tableName('orders', SHARD)
  const values = ['5001', '5002'].map((id) => `(${id}, 9, 1, 0, 77, 1, 100, 1700000000000, 1700000000000, 2)`)
  await database.rows(`INSERT INTO ${orders} VALUES ${values.join(', ')}`)
  await write('5002', 3, { ...DOCUMENT, status: 2 })
  await relay.round()
  const sources = {
    rows: (sql: string, asked: readonly unknown[]) => database.rows<OrderRow>(sql, asked),
    index,
    signal: new AbortController().signal,
  }
  expect(await reindexShard(sources, SHARD, () => {})).toEqual({ indexed: 1, known: 1, refused: [] })
  expect(await indexed('5001')).toEqual({ version: 2, status: 'paid' })
  expect(await indexed('5002')).toEqual({ version: 3, status: 'shipped' })
})
