// Orders that a load was told, looked up in real tables, on the server that holds their shard.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ORDER_STATUSES, type OrderStatus, PAYMENT_STATUSES, type PaymentStatus } from '../contracts/order.ts'
import { composeOrderId, ORDER_ID_EPOCH_MS } from '../contracts/order-id.ts'
import { asShard, type Shard, tableName } from '../contracts/shard.ts'
import { createTableSql } from '../contracts/tables.ts'
import { type Acknowledgement, acknowledgements, lookUp } from './acknowledged-orders.ts'
import { startTwoServers, type TwoServers } from './fixtures/two-servers.setup.ts'

const SHARDS = [3, 40].map(asShard)
const idAt = (nth: number) =>
  composeOrderId({
    timestampMs: ORDER_ID_EPOCH_MS + 9_000_000_000 + nth,
    shard: shardAt(nth),
    worker: 1,
    sequence: 0,
  })

const shardAt = (nth: number) => SHARDS[nth % SHARDS.length] ?? asShard(3)
const tableOf = (shard: Shard, family: 'orders' | 'payments' = 'orders') =>
  `${servers.schemaOf(shard)}.${tableName(family, shard)}`

/** Rows as the services write them; what is not said is 0. */
async function write(nth: number, order: OrderStatus, payment: PaymentStatus): Promise<void> {
  const write = (family: 'orders' | 'payments', columns: Record<string, string | number>) =>
    servers.admin.query(`INSERT IGNORE INTO ${tableOf(shardAt(nth), family)} SET ?`, [columns])
  await write('orders', { order_id: idAt(nth), status: ORDER_STATUSES.indexOf(order) })
  await write('payments', { order_id: idAt(nth), payment_no: 1, status: PAYMENT_STATUSES.indexOf(payment) })
}

let servers: TwoServers

beforeAll(async () => {
  servers = await startTwoServers('acknowledged')
  const { admin } = servers
  for (const shard of SHARDS) {
    for (const family of ['orders', 'payments'] as const) {
      const create = createTableSql(family, shard, { secondaryIndexes: false })
      await admin.query(create.replace(tableName(family, shard), tableOf(shard, family)))
    }
  }
  for (let nth = 0; nth < 2500; nth++) if (nth !== 77) await write(nth, 'placed', 'pending')
})

afterAll(() => servers?.drop())

const placed = (nth: number): Acknowledgement => ({ orderId: idAt(nth), settledAs: null })
const settled = (nth: number, settledAs: OrderStatus): Acknowledgement => ({ orderId: idAt(nth), settledAs })

describe('acknowledged orders', () => {
  it('are found in their tables, and the one that is not is named', async () => {
    const all = Array.from({ length: 2500 }, (_, nth) => placed(nth))
    expect(await lookUp(servers.map, all)).toEqual({ acknowledged: 2500, missing: 1, examples: [idAt(77)] })
    expect(await lookUp(servers.map, all.slice(100))).toMatchObject({ missing: 0 })
  })

  it('are what their users were told: order and payment, on every server', async () => {
    const states = [
      ['paid', 'captured'],
      ['cancelled', 'voided'],
      ['paid', 'pending'],
      ['placed', 'captured'],
      ['placed', 'pending'],
      ['cancelled', 'voided'],
    ] as const
    for (const [at, [order, payment]] of states.entries()) await write(3000 + at, order, payment)
    const told = [
      settled(3000, 'paid'),
      settled(3001, 'cancelled'),
      settled(3002, 'paid'),
      settled(3003, 'paid'),
      settled(3004, 'paid'),
      settled(3005, 'paid'),
      settled(3006, 'paid'),
    ]
    const wrong = [3002, 3003, 3004, 3005, 3006]
    expect(await lookUp(servers.map, [...wrong.map(placed), ...told])).toEqual({
      acknowledged: 5,
      missing: 1,
      examples: [idAt(3006)],
      settled: { acknowledged: 7, wrong: 5, examples: wrong.map(idAt) },
    })
  })

  it('that one server lost are lost, whatever one that does not answer holds; else nobody knows', async () => {
    const [home, other] = servers.map
    const away = { ...other!, url: 'mysql://nobody@127.0.0.1:9/none', socketPath: undefined }
    // Even ones lie in the home server's shard.
    const lost = [placed(0), placed(9000), placed(1)]
    expect(await lookUp([home!, away], lost)).toEqual({ acknowledged: 2, missing: 1, examples: [idAt(9000)] })
    await expect(lookUp([home!, away], [placed(0), placed(1)])).rejects.toThrow(/ECONNREFUSED/)
  })

  it('are those that a right answer named', () => {
    const entry = { iteration: 1, flow: 'checkout', dueMs: 0, waitedMs: 0, lateMs: 0, totalMs: 1, serviceMs: 1 }
    const entries = [
      { ...entry, outcome: 'ok', idempotencyKey: 'a', orderId: '5' },
      { ...entry, outcome: 'status 503', idempotencyKey: 'b' },
      { ...entry, outcome: 'ok' },
      { ...entry, flow: 'pay', outcome: 'ok', orderId: '5' },
      { ...entry, flow: 'cancel', outcome: 'status 503', orderId: '6' },
    ]
    expect(acknowledgements(entries)).toEqual([
      { orderId: '5', settledAs: null },
      { orderId: '5', settledAs: 'paid' },
    ])
  })
})
