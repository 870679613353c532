// The monolith's tables against the orders that they were made from: every one of them, and after interruptions too.

import { type Connection, createConnection } from 'mysql2/promise'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { centsOfDecimal } from '../../contracts/legacy-amount.ts'
import { legacyNoOf } from '../../contracts/legacy-numbers.ts'
import { orderStatusOfRow, paymentStatusOfRow } from '../../contracts/legacy-status.ts'
import { dateTimeText } from '../../contracts/legacy-text.ts'
import { ORDER_STATUSES, PAYMENT_STATUSES } from '../../contracts/order.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { SHARD_COUNT } from '../../contracts/shard.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { readStoredDataset } from '../store/dataset-store.ts'
import { connect, rows } from '../store/mysql-connection.ts'
import { legacyFindings } from './legacy-books.ts'
import { type LegacySeedDeps, type LegacySeedOptions, seedLegacy } from './seed-legacy.ts'

let connection: Connection
let admin: Connection
let url: string
const schema = `headroom_legacy_seed_${process.pid}`

beforeEach(async () => {
  const given = process.env.HEADROOM_TEST_LEGACY_MYSQL_URL
  if (!given) throw new Error('vitest’s global set-up gives the engines: run npm test')
  admin = await createConnection(given)
  await admin.query(`CREATE DATABASE ${schema}`)
  url = Object.assign(new URL(given), { pathname: `/${schema}` }).href
  connection = await connect({ url })
})
afterEach(async () => {
  await connection.end()
  await admin.query(`DROP DATABASE IF EXISTS ${schema}`)
  await admin.end()
})

function options(changes: Partial<LegacySeedOptions> = {}): LegacySeedOptions {
  return {
    volume: smallVolume(150),
    seed: 1,
    scale: 1,
    timeBudgetSeconds: 60,
    reset: false,
    ifEmpty: false,
    ...changes,
  }
}

function deps(changes: Partial<LegacySeedDeps> = {}): LegacySeedDeps {
  return {
    address: { url },
    freeDiskBytes: 1e12,
    memoryBytes: 1e12,
    signal: new AbortController().signal,
    say: () => {},
    startProgress: () => ({ update: () => {}, stop: () => {} }),
    ...changes,
  }
}

/** Of the items without their own numbers, which the server gives as it likes. */
async function checksums(): Promise<Readonly<Record<string, string>>> {
  const found = await rows<{ Table: string; Checksum: string }>(connection, 'CHECKSUM TABLE t_order, t_product, t_user')
  const [items] = await rows<{ checksum: string }>(
    connection,
    `SELECT CONCAT(COUNT(*), '/', BIT_XOR(CRC32(CONCAT_WS('/', order_id, line_no, product_id, quantity, unit_price))))
       AS checksum FROM t_order_item`,
  )
  const whole = found.map(({ Table, Checksum }) => [Table.split('.').at(-1), String(Checksum)])
  return Object.fromEntries([...whole, ['t_order_item', items?.checksum]])
}

interface StoredRow {
  readonly id: string
  readonly kind: number
  readonly parent_id: string | null
  readonly user_id: string
  readonly status: number
  readonly channel: number
  readonly region: number
  readonly item_count: number
  readonly amount: string
  readonly pay_method: number | null
  readonly created: string
  readonly updated: string
}

describe('seeding the monolith', () => {
  it('writes orders that map back to those of the plan, one by one', async () => {
    const { dataset, outcome, rowsWritten, findings } = await seedLegacy(options(), deps())
    expect([outcome, findings]).toEqual(['seeded', []])
    const { orders, order_items } = dataset.rows
    const users = dataset.shards.reduce((sum, table) => sum + table.users + table.whales, 0)
    expect(rowsWritten).toBe(2 * orders + order_items + users)
    expect(await readStoredDataset(connection)).toMatchObject({ state: 'finished', dataset })

    const stored = await rows<StoredRow>(
      connection,
      `SELECT id, kind, parent_id, user_id, status, channel, region, item_count, amount, pay_method,
         DATE_FORMAT(create_time, '%Y-%m-%d %H:%i:%s') AS created, DATE_FORMAT(update_time, '%Y-%m-%d %H:%i:%s') AS updated
       FROM t_order ORDER BY id`,
    )
    const byId = new Map(stored.map((row) => [Number(row.id), row]))
    const items = await rows<{ order_id: string; product_id: number; quantity: number; unit_price: string }>(
      connection,
      'SELECT * FROM t_order_item ORDER BY order_id, line_no',
    )
    const itemsOf = new Map<number, typeof items>()
    for (const item of items) {
      const number = Number(item.order_id)
      itemsOf.set(number, [...(itemsOf.get(number) ?? []), item])
    }
    expect(stored).toHaveLength(2 * orders)
    for (let shard = 0; shard < SHARD_COUNT; shard++) {
      const order = new OrderCursor(dataset, SMALL_PLAN, shard)
      order.seek(0)
      for (let row = 0; row < (dataset.shards[shard]?.orders ?? 0); row++) {
        order.next()
        const { userId, createdAtMs } = order
        const number = legacyNoOf(dataset, { orderId: order.orderId as OrderId, userId, createdAtMs })
        const product = byId.get(number)
        const payment = byId.get(number + 1)
        expect(orderStatusOfRow(product?.status ?? -1)).toBe(ORDER_STATUSES[order.status])
        expect(paymentStatusOfRow(payment?.status ?? -1)).toBe(PAYMENT_STATUSES[order.paymentStatus])
        expect(product).toMatchObject({
          kind: 1,
          parent_id: null,
          user_id: String(userId),
          channel: order.channel,
          region: order.region,
          item_count: order.itemCount,
          created: dateTimeText(createdAtMs),
          updated: dateTimeText(order.updatedAtMs),
        })
        expect(payment).toMatchObject({
          kind: 2,
          parent_id: String(number),
          user_id: String(userId),
          pay_method: order.method,
          amount: product?.amount,
          updated: dateTimeText(order.paymentUpdatedAtMs),
        })
        expect(centsOfDecimal(product?.amount ?? '')).toBe(order.amountCents)
        const lines = itemsOf.get(number) ?? []
        expect(lines.map(({ product_id, quantity }) => [product_id, quantity])).toEqual(
          Array.from({ length: order.itemCount }, (_, line) => [order.productIds[line], order.quantities[line]]),
        )
      }
    }
  })

  it('makes the same tables in one run and after interruptions, and writes nothing the second time', async () => {
    const big = options({ volume: smallVolume(2_500) })
    const whole = await seedLegacy(big, deps())
    const before = await checksums()
    await seedLegacy({ ...big, volume: smallVolume(20), reset: true }, deps())
    expect(await checksums()).not.toEqual(before)
    for (const stopAt of [1, 3_000, 200_000]) {
      const controller = new AbortController()
      const update = (done: number) => {
        if (done >= stopAt) controller.abort(new Error('interrupted'))
      }
      const interrupted = seedLegacy(
        { ...big, reset: stopAt === 1 },
        deps({ signal: controller.signal, startProgress: () => ({ update, stop: () => {} }) }),
      )
      await expect(interrupted).rejects.toThrow('interrupted')
    }
    expect(await readStoredDataset(connection)).toMatchObject({ state: 'seeding' })
    const last = await seedLegacy(big, deps())
    expect(last).toMatchObject({ outcome: 'seeded', findings: [] })
    expect(last.rowsWritten).toBeLessThan(whole.rowsWritten)
    expect(await checksums()).toEqual(before)
    expect(await seedLegacy(big, deps())).toMatchObject({ outcome: 'already-there', rowsWritten: 0, findings: null })
  })

  it.each([
    ['seed', { seed: 2 }],
    ['scale', { scale: 0.5 }],
  ])('refuses another %s until told to reset', async (_, change) => {
    await seedLegacy(options(), deps())
    await expect(seedLegacy(options(change), deps())).rejects.toMatchObject({
      what: 'these tables hold another data set',
    })
    expect(await seedLegacy(options({ ...change, ifEmpty: true }), deps())).toMatchObject({ outcome: 'already-there' })
    expect(await seedLegacy(options({ ...change, reset: true }), deps())).toMatchObject({
      outcome: 'seeded',
      findings: [],
    })
  })

  it('refuses orders that it did not write', async () => {
    await seedLegacy(options(), deps())
    await connection.query('DROP TABLE headroom_dataset, headroom_lanes')
    await expect(seedLegacy(options(), deps())).rejects.toMatchObject({
      what: 'the tables hold rows that this seeder did not write',
    })
  })

  it.each([
    ['a status', 'UPDATE t_order SET status = 9 WHERE id = 2001'],
    ['an amount', 'UPDATE t_order SET amount = amount + 0.01 WHERE id = 2001'],
    ['a second of a time', 'UPDATE t_order SET update_time = update_time + INTERVAL 1 SECOND WHERE id = 2002'],
    ['a payment of another order', 'UPDATE t_order SET parent_id = 1 WHERE id = 2002'],
    ['an item', 'DELETE FROM t_order_item WHERE order_id = 2001 AND line_no = 1'],
    ['a quantity', 'UPDATE t_order_item SET quantity = quantity + 1 WHERE order_id = 2001 AND line_no = 1'],
    ['an order', 'DELETE FROM t_order WHERE id IN (2001, 2002)'],
    ['a user', 'DELETE FROM t_user WHERE id = (SELECT user_id FROM t_order WHERE id = 2001)'],
  ])('finds that %s is not as it was made', async (_, fault) => {
    const { dataset } = await seedLegacy(options(), deps())
    await connection.query(fault)
    const findings = await legacyFindings(connection, dataset, SMALL_PLAN, new AbortController().signal)
    expect(findings).not.toEqual([])
  })

  it('takes no live order for one of its own', async () => {
    const { dataset } = await seedLegacy(options(), deps())
    await connection.query(
      "INSERT INTO t_order (kind, user_id, status, channel, region, item_count, amount, create_time, update_time) VALUES (1, 64, 0, 0, 0, 1, '1.00', NOW(), NOW())",
    )
    expect(await legacyFindings(connection, dataset, SMALL_PLAN, new AbortController().signal)).toEqual([])
  })
})
