// The relay against real engines: repeated, late, and impossible events.

import { Client } from '@elastic/elasticsearch'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ORDER_STATUSES } from '../../../contracts/order.ts'
import { ORDER_INDEX } from '../../../contracts/search-index.ts'
import { asShard, tableName } from '../../../contracts/shard.ts'
import { oneServer, type ShardMap } from '../../../contracts/shard-map.ts'
import { MysqlPool } from '../../storage/mysql-pool.ts'
import { PARKED_TABLE } from '../../storage/outbox-tables.ts'
import { ensureSchema } from '../../storage/schema.ts'
import { SearchIndex } from '../../storage/search-index.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { removeOrderIndex, testDatabase } from '../../test-system.setup.ts'
import { OutboxRelay, RelayMetrics } from './outbox-relay.ts'

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
  await ensureSchema(map)
  index = new SearchIndex(engines.elasticsearch.url)
  relay = new OutboxRelay(pool.relay[0]!, index, new RelayMetrics(new Metrics()), createLogger('test', 'silent'))
  client = new Client({ node: engines.elasticsearch.url })
})
afterAll(async () => {
  await pool?.close()
  await index?.close()
  await client?.close()
  await database?.drop()
  await removeOrderIndex(inject('engines').elasticsearch.url)
})

async function write(orderId: string, version: number, document: object): Promise<void> {
  const sql = `INSERT INTO ${tableName('outbox', SHARD)} (order_id, version, document, created_at_ms) VALUES (?, ?, ?, ?)`
  await database.rows(sql, [orderId, version, JSON.stringify({ order_id: orderId, ...document }), Date.now()])
}

async function indexed(orderId: string) {
  await client.indices.refresh({ index: ORDER_INDEX })
  const answer = await client.search({
    index: ORDER_INDEX,
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
  const parked = await database.rows<{ order_id: string; reason: string }>(
    `SELECT order_id, reason FROM ${PARKED_TABLE} ORDER BY order_id`,
  )
  expect(parked.map(({ order_id }) => order_id)).toEqual(['2001', '2003'])
  expect(parked[0]?.reason).toContain('unknown_field')
})

it('leaves events where they are while the index is out of reach', async () => {
  await write('3001', 1, DOCUMENT)
  const unreachable = new SearchIndex('http://127.0.0.1:9')
  const blocked = new OutboxRelay(
    pool.relay[0]!,
    unreachable,
    new RelayMetrics(new Metrics()),
    createLogger('test', 'silent'),
  )
  await expect(blocked.round()).rejects.toThrow()
  expect(await leftInOutbox()).toBe(1)
  await unreachable.close()
  await relay.round()
  expect(await leftInOutbox()).toBe(0)
})

it('makes the index with the right types when it is gone, instead of one of guessed types', async () => {
  await client.indices.delete({ index: ORDER_INDEX })
  await write('4001', 1, DOCUMENT)
  await relay.round()
  const mapping = await client.indices.getMapping({ index: ORDER_INDEX })
  expect(mapping[ORDER_INDEX]?.mappings).toMatchObject({
    dynamic: 'strict',
    properties: { order_id: { type: 'long' } },
  })
})
