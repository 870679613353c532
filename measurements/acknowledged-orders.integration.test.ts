// Orders that a load was told, looked up in real tables.

import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { EngineEndpoint } from '../contracts/engines.ts'
import { composeOrderId, ORDER_ID_EPOCH_MS } from '../contracts/order-id.ts'
import { asShard, tableName } from '../contracts/shard.ts'
import { acknowledgedIds, lookUp } from './acknowledged-orders.ts'
import { connectMysql } from './mysql-counters.ts'

const SCHEMA = `headroom_acknowledged_${process.pid}`
const SHARDS = [3, 40].map(asShard)
const idAt = (nth: number) =>
  composeOrderId({
    timestampMs: ORDER_ID_EPOCH_MS + 9_000_000_000 + nth,
    shard: SHARDS[nth % SHARDS.length] ?? asShard(3),
    worker: 1,
    sequence: 0,
  })

let admin: Connection
let endpoint: EngineEndpoint

beforeAll(async () => {
  const { mysql } = inject('engines')
  admin = await connectMysql(mysql)
  await admin.query(`CREATE DATABASE ${SCHEMA}`)
  const url = new URL(mysql.url)
  url.pathname = `/${SCHEMA}`
  endpoint = { ...mysql, url: url.href }
  for (const shard of SHARDS) {
    await admin.query(`CREATE TABLE ${SCHEMA}.${tableName('orders', shard)} (order_id BIGINT PRIMARY KEY)`)
  }
  for (let nth = 0; nth < 2500; nth++) {
    if (nth === 77) continue
    const table = tableName('orders', SHARDS[nth % SHARDS.length] ?? asShard(3))
    await admin.query(`INSERT INTO ${SCHEMA}.${table} VALUES (?)`, [idAt(nth)])
  }
})

afterAll(async () => {
  await admin.query(`DROP DATABASE IF EXISTS ${SCHEMA}`)
  admin.destroy()
})

describe('acknowledged orders', () => {
  it('are found in their tables, and the one that is not is named', async () => {
    const all = Array.from({ length: 2500 }, (_, nth) => idAt(nth))
    expect(await lookUp(endpoint, all)).toEqual({ acknowledged: 2500, missing: 1, examples: [idAt(77)] })
    expect(await lookUp(endpoint, all.slice(100))).toMatchObject({ missing: 0 })
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
