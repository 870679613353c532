// What is particular to the monolith's tables: what the old code sees of a new order, and what the store makes of what the old
// code did.

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { legacyNumberOf, paymentRowId } from '../../../contracts/legacy-number.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import { SCHEMA_TABLE } from '../../../contracts/schema-version.ts'
import { oneServer } from '../../../contracts/shard-map.ts'
import { testDatabase } from '../../test-system.setup.ts'
import type { OrderStore } from '../order-store.ts'
import { migrate, requireSchema } from '../schema.ts'
import { bornOrder, movedTo, openTestStore, snapshotWith, type TestStore, within } from '../two-stores.setup.ts'
import { legacyKeyTable } from './legacy-key-table.ts'
import { LEGACY_MIGRATIONS } from './legacy-migrations.ts'

let test: TestStore
let store: OrderStore
const placed = async (userId: number) => {
  const born = bornOrder(userId)
  expect(await store.place(born, null, within())).toBe('stored')
  return born
}
const rowsOf = (orderId: OrderId) =>
  test.rows<Record<string, unknown>>(
    `SELECT id, kind, parent_id, status, amount, CAST(create_time AS CHAR) AS created,
     CAST(update_time AS CHAR) AS updated FROM t_order WHERE order_id = ? ORDER BY payment_no`,
    [orderId],
  )

beforeAll(async () => {
  test = await openTestStore('legacy', inject('engines'))
  store = test.store
})
afterAll(() => test?.close())

it('writes a new order as the old code knows orders: two rows, one status, decimals and whole seconds', async () => {
  const born = await placed(7)
  const number = String(legacyNumberOf(born.order.orderId))
  const second = new Date(born.order.createdAtMs).toISOString().slice(0, 19).replace('T', ' ')
  const amount = (born.order.amountCents / 100).toFixed(2)
  const ofBoth = { amount, created: second, updated: second, status: 0 }
  expect(await rowsOf(born.order.orderId)).toEqual([
    { ...ofBoth, id: number, kind: 1, parent_id: null },
    { ...ofBoth, id: String(paymentRowId(Number(number), 1)), kind: 2, parent_id: number },
  ])
  const items = await test.rows('SELECT line_no, unit_price FROM t_order_item WHERE order_id = ?', [number])
  expect(items).toMatchObject([{ line_no: 1, unit_price: '9.95' }, { line_no: 2 }])
})

it('believes the second of the creation too, as the old code shows no other: another time zone is another time', async () => {
  const born = await placed(9)
  await test.rows('UPDATE t_order SET create_time = create_time + INTERVAL 8 HOUR WHERE order_id = ?', [
    born.order.orderId,
  ])
  const found = await store.find(born.order, within())
  const createdAtMs = Math.floor(born.order.createdAtMs / 1_000) * 1_000 + 8 * 3_600_000
  expect(found).toEqual({
    order: { ...born.order, createdAtMs },
    items: born.items,
    payment: { ...born.payment, createdAtMs },
  })
})

it('believes the second that the old code wrote, where the milliseconds beside it are of an earlier change', async () => {
  const born = await placed(8)
  await test.rows(
    `UPDATE t_order SET status = 1, version = version + 1, update_time = '2026-12-24 18:00:01' WHERE order_id = ?`,
    [born.order.orderId],
  )
  const found = await store.find(born.order, within())
  const updatedAtMs = Date.UTC(2026, 11, 24, 18, 0, 1)
  expect(found?.order).toEqual({ ...born.order, status: 'paid', version: 2, updatedAtMs })
  expect(found?.payment).toMatchObject({ status: 'captured', version: 2, updatedAtMs })
})

it('has the old code overtake a change that was decided before it', async () => {
  const born = await placed(9)
  await test.rows('UPDATE t_order SET status = 9, version = version + 1 WHERE order_id = ?', [born.order.orderId])
  expect(await store.change(born, movedTo(born, 'paid'), null, within())).toBe('overtaken')
})

it('shows a pair that has no counterpart as it is, and neither bends nor hides it', async () => {
  const born = await placed(10)
  await test.rows('UPDATE t_order SET status = 9 WHERE order_id = ? AND payment_no = 0', [born.order.orderId])
  await test.rows('UPDATE t_order SET status = 1 WHERE order_id = ? AND payment_no = 1', [born.order.orderId])
  expect(await store.find(born.order, within())).toMatchObject({
    order: { status: 'cancelled' },
    payment: { status: 'captured' },
  })
})

it.each([
  ['an unknown status', 'UPDATE t_order SET status = 7 WHERE order_id = ?', 'status 7 is not one of a product order'],
  ['no payment', 'DELETE FROM t_order WHERE order_id = ? AND payment_no = 1', null],
  ['no product', 'DELETE FROM t_order WHERE order_id = ? AND payment_no = 0', 'it has a payment and no product'],
  ['no method', 'UPDATE t_order SET pay_method = NULL WHERE order_id = ?', 'its payment has no method'],
])('says of an order with %s why it is none, and gives the others', async (_, spoil, reason) => {
  const [spoilt, sound] = [await placed(11), await placed(11)]
  await test.rows(spoil, [spoilt.order.orderId])
  const { whole, unreadable } = await store.snapshots([spoilt.order.orderId, sound.order.orderId], within())
  // An order without a payment is read; who absorbs it parks it.
  if (reason === null) expect(whole.map(({ payments }) => payments.length).toSorted()).toEqual([0, 1])
  else expect(unreadable).toEqual([{ orderId: spoilt.order.orderId, reason }])
  expect(whole.map(({ order }) => order.orderId)).toContain(sound.order.orderId)
})

it('leaves rows alone that have no order id yet', async () => {
  await test.rows(
    `INSERT INTO t_order (id, kind, user_id, status, channel, region, item_count, amount, create_time, update_time)
     VALUES (1, 1, 12, 0, 0, 0, 0, 1.00, NOW(), NOW()), (2, 2, 12, 0, 0, 0, 0, 1.00, NOW(), NOW())`,
  )
  const born = await placed(12)
  expect(await store.list({ userId: 12, limit: 10 }, within())).toEqual([born.order])
  expect(await store.numbered({ userId: 12, legacyNo: 1 }, within())).toBeNull()
})

it('forgets the oldest keys, as many as it is told to, and no order of theirs', async () => {
  const born = [await placed(13), await placed(13), await placed(13)]
  const [first, , third] = born.map(({ order }) => BigInt(order.orderId)) as [bigint, bigint, bigint]
  const keys = legacyKeyTable(test.pool.home)
  expect(await keys.oldest(first, within())).toBe(String(first))
  expect(await keys.forgetOldest({ fromId: first, beforeId: third, limit: 1 }, within())).toBe(1)
  expect(await keys.forgetOldest({ fromId: first, beforeId: third, limit: 9 }, within())).toBe(1)
  expect(await keys.oldest(first, within())).toBe(String(third))
  expect(await store.storedAnswer(born[1]!.key, within())).toBeNull()
  expect(await keys.oldest(third + 1n, within())).toBeUndefined()
  expect(await store.list({ userId: 13, limit: 10 }, within())).toHaveLength(3)
})

it('is prepared once, again after a kill, and beside rows that are there', async () => {
  const database = await testDatabase(inject('engines').legacyMysql.url)
  const map = oneServer({ url: database.url })
  await migrate(map, LEGACY_MIGRATIONS.slice(0, 1))
  await database.rows(
    `INSERT INTO t_order (kind, user_id, status, channel, region, item_count, amount, create_time, update_time)
     VALUES (1, 12, 0, 0, 0, 0, 1.00, NOW(), NOW()), (2, 12, 0, 0, 0, 0, 1.00, NOW(), NOW())`,
  )
  expect(await migrate(map, LEGACY_MIGRATIONS)).toBe(LEGACY_MIGRATIONS.length - 1)
  await database.rows(`DELETE FROM ${SCHEMA_TABLE} WHERE version > 1`)
  await expect(requireSchema(map[0], LEGACY_MIGRATIONS)).rejects.toThrow('at version 1')
  expect(await migrate(map, LEGACY_MIGRATIONS)).toBe(LEGACY_MIGRATIONS.length - 1)
  await expect(requireSchema(map[0], LEGACY_MIGRATIONS)).resolves.toBeUndefined()
  expect(await database.rows('SELECT order_id, payment_no, version FROM t_order')).toEqual([
    { order_id: null, payment_no: 0, version: 1 },
    { order_id: null, payment_no: 0, version: 1 },
  ])
  await database.drop()
})

it('keeps through a repair by which form the monolith knows an order', async () => {
  const born = await placed(10)
  const { orderId } = born.order
  await test.rows("UPDATE t_order SET submit_token = 'form-7' WHERE order_id = ? AND payment_no = 0", [orderId])
  const right = { ...born, items: born.items.slice(1) }
  const [repaired] = await test.store.overwrite([snapshotWith(right, born.key)], within())
  expect(repaired?.outcome).toBe('stored')
  expect(await store.find(born.order, within())).toMatchObject({ items: right.items })
  const rows = await test.rows('SELECT submit_token FROM t_order WHERE order_id = ? ORDER BY payment_no', [orderId])
  expect(rows).toEqual([{ submit_token: 'form-7' }, { submit_token: null }])
})
