// Orders that a load was told, looked up in real tables, on the server that holds their shard.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeOrderId, ORDER_ID_EPOCH_MS } from '../contracts/order-id.ts'
import { asShard, type Shard, tableName } from '../contracts/shard.ts'
import { acknowledgedIds, lookUp } from './acknowledged-orders.ts'
import { startTwoServers, type TwoServers } from './fixtures/two-servers.setup.ts'

const SHARDS = [3, 40].map(asShard)
const idAt = (nth: number) =>
  composeOrderId({
    timestampMs: ORDER_ID_EPOCH_MS + 9_000_000_000 + nth,
    shard: SHARDS[nth % SHARDS.length] ?? asShard(3),
    worker: 1,
    sequence: 0,
  })

const tableOf = (shard: Shard) => `${servers.schemaOf(shard)}.${tableName('orders', shard)}`

let servers: TwoServers

beforeAll(async () => {
  servers = await startTwoServers('acknowledged')
  const { admin } = servers
  for (const shard of SHARDS) await admin.query(`CREATE TABLE ${tableOf(shard)} (order_id BIGINT PRIMARY KEY)`)
  for (let nth = 0; nth < 2500; nth++) {
    if (nth === 77) continue
    await admin.query(`INSERT INTO ${tableOf(SHARDS[nth % SHARDS.length] ?? asShard(3))} VALUES (?)`, [idAt(nth)])
  }
})

afterAll(() => servers?.drop())

describe('acknowledged orders', () => {
  it('are found in their tables, and the one that is not is named', async () => {
    const all = Array.from({ length: 2500 }, (_, nth) => idAt(nth))
    expect(await lookUp(servers.map, all)).toEqual({ acknowledged: 2500, missing: 1, examples: [idAt(77)] })
    expect(await lookUp(servers.map, all.slice(100))).toMatchObject({ missing: 0 })
  })

  it('are those that a right answer named', () => {
    const entry = { iteration: 1, flow: 'checkout', dueMs: 0, waitedMs: 0, lateMs: 0, totalMs: 1, serviceMs: 1 }
    const entries = [
      { ...entry, outcome: 'ok', idempotencyKey: 'a', orderId: '5' },
      { ...entry, outcome: 'status 503', idempotencyKey: 'b' },
      { ...entry, outcome: 'ok' },
    ]
    expect(acknowledgedIds(entries)).toEqual(['5'])
  })
})
