// What an order is in the monolith's tables: its statements. One database, so one text for all shards but the fence's.

import { decimalOfCents } from '../../../contracts/legacy-amount.ts'
import { legacyNumberOf } from '../../../contracts/legacy-number.ts'
import { rowStatusOfOrder, rowStatusOfPayment } from '../../../contracts/legacy-status.ts'
import {
  LEGACY_ITEMS_TABLE,
  LEGACY_KEYS_TABLE,
  LEGACY_ORDERS_TABLE,
  LEGACY_OUTBOX_TABLE,
} from '../../../contracts/legacy-tables.ts'
import type { Order, OrderItem, Payment } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import { ALL_SHARDS, shardOf } from '../../../contracts/shard.ts'
import { sqlOf } from '../columns.ts'
import { openEpochSql } from '../fence.ts'
import { type Change, marksOf } from '../guarded-write.ts'
import type { Statement } from '../mysql-lane.ts'
import type { NewOrder, OrderSnapshot, StoredKey, WriteGuard } from '../order-store.ts'
import { eventValues } from '../outbox-tables.ts'
import type { WholeOrder } from '../whole-order.ts'
import { datetimeOf, INSERT_ROWS, rowsOf } from './legacy-rows.ts'

const EVENT_COLUMNS = 'order_id, version, document, created_at_ms'
const INSERT_EVENT = `INSERT INTO ${LEGACY_OUTBOX_TABLE} (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?)`
const INSERT_FENCED_EVENT = ALL_SHARDS.map(
  (shard) => `INSERT INTO ${LEGACY_OUTBOX_TABLE} (epoch, ${EVENT_COLUMNS}) VALUES (${openEpochSql(shard)}, ?, ?, ?, ?)`,
)
const INSERT_KEY = `INSERT INTO ${LEGACY_KEYS_TABLE} (user_id, key_hash, request_hash, order_id) VALUES (?, ?, ?, ?)`
const INSERT_ITEMS = `INSERT INTO ${LEGACY_ITEMS_TABLE} (order_id, line_no, product_id, quantity, unit_price) VALUES ?`
const DELETE_OWN_ITEMS = `DELETE items FROM ${LEGACY_ORDERS_TABLE} AS ordered
  JOIN ${LEGACY_ITEMS_TABLE} AS items ON items.order_id = ordered.id
  WHERE ordered.order_id = ? AND ordered.payment_no = 0`
/** Whoever deleted its row may have left them. */
const DELETE_ITEMS_OF_NUMBER = `DELETE FROM ${LEGACY_ITEMS_TABLE} WHERE order_id = ?`
const DELETE_KEY = `DELETE FROM ${LEGACY_KEYS_TABLE} WHERE order_id = ?`
const DELETE_ROWS = `DELETE FROM ${LEGACY_ORDERS_TABLE} WHERE order_id = ?`
/** The monolith's own, by which it knows a form that is sent twice: no other store has it. */
const KEEP_TOKEN = `SET @submit_token = (SELECT submit_token FROM ${LEGACY_ORDERS_TABLE} WHERE order_id = ? AND payment_no = 0)`
const PUT_TOKEN_BACK = `UPDATE ${LEGACY_ORDERS_TABLE} SET submit_token = @submit_token WHERE order_id = ? AND payment_no = 0`
const UPDATE_ROW = `UPDATE ${LEGACY_ORDERS_TABLE} SET status = ?, version = ?, update_time = ?, updated_at_ms = ?
  WHERE order_id = ? AND payment_no = ?`
const UPDATE_ROW_AS_READ = `${UPDATE_ROW} AND user_id = ? AND version = ?`

/** The event comes first: with a guard it holds the fence. */
export function placementStatements(
  { order, items, payment, key }: NewOrder,
  guard: WriteGuard | null,
): readonly Statement[] {
  const legacyNo = legacyNumberOf(order.orderId)
  if (legacyNo === null) throw new RangeError(`order ${order.orderId} was born without an old number`)
  return [
    eventInsert(order, guard),
    keyInsert(key, order.orderId),
    ...wholeInserts(order, items, [payment], legacyNo),
    ...marksOf(order, guard),
  ]
}

export function changeOf(before: WholeOrder, after: WholeOrder, guard: WriteGuard | null): Change {
  return {
    updates: [
      asRead(rowUpdate(after.order, rowStatusOfOrder(after.order.status), 0), before.order),
      asRead(paymentUpdate(after.payment), before.payment),
    ],
    event: eventInsert(after.order, guard),
    isFenced: guard !== null,
    marks: marksOf(after.order, guard),
  }
}

/** No event: the search index is told by the store that decided. */
export function absorbInserts({ order, items, payments, legacyNo, key }: OrderSnapshot): readonly Statement[] {
  return [...wholeInserts(order, items, payments, legacyNo), ...(key ? [keyInsert(key, order.orderId)] : [])]
}

export function absorbUpdates(
  { order, payments, legacyNo }: OrderSnapshot,
  present: ReadonlySet<number>,
): readonly Statement[] {
  const [, ...paymentRows] = rowsOf(order, payments, legacyNo)
  const added = paymentRows.filter((_, at) => !present.has(payments[at]?.paymentNo ?? 0))
  return [
    rowUpdate(order, rowStatusOfOrder(order.status), 0),
    ...payments.filter(({ paymentNo }) => present.has(paymentNo)).map(paymentUpdate),
    ...(added.length > 0 ? [{ sql: INSERT_ROWS, values: [added] }] : []),
  ]
}

export function absorbReplaces(snapshot: OrderSnapshot): readonly Statement[] {
  const orderId = BigInt(snapshot.order.orderId)
  return [
    { sql: KEEP_TOKEN, values: [orderId] },
    { sql: DELETE_OWN_ITEMS, values: [orderId] },
    { sql: DELETE_ITEMS_OF_NUMBER, values: [snapshot.legacyNo] },
    { sql: DELETE_KEY, values: [orderId] },
    { sql: DELETE_ROWS, values: [orderId] },
    ...absorbInserts(snapshot),
    { sql: PUT_TOKEN_BACK, values: [orderId] },
  ]
}

function wholeInserts(
  order: Order,
  items: readonly OrderItem[],
  payments: readonly Payment[],
  legacyNo: number,
): readonly Statement[] {
  const lines = items.map((item) => [
    legacyNo,
    item.lineNo,
    item.productId,
    item.quantity,
    decimalOfCents(item.unitPriceCents),
  ])
  return [
    { sql: INSERT_ROWS, values: [rowsOf(order, payments, legacyNo)] },
    ...(lines.length > 0 ? [{ sql: INSERT_ITEMS, values: [lines] }] : []),
  ]
}

function eventInsert(order: Order, guard: WriteGuard | null): Statement {
  const values = eventValues(order)
  return guard
    ? { sql: sqlOf(INSERT_FENCED_EVENT, shardOf(order.userId)), values: [guard.epoch, ...values] }
    : { sql: INSERT_EVENT, values }
}

function keyInsert({ userId, keyHash, requestHash }: StoredKey, orderId: OrderId): Statement {
  return { sql: INSERT_KEY, values: [userId, keyHash, requestHash, BigInt(orderId)] }
}

function paymentUpdate(payment: Payment): Statement {
  return rowUpdate(payment, rowStatusOfPayment(payment.status), payment.paymentNo)
}

function rowUpdate(of: Order | Payment, status: number, paymentNo: number): Statement {
  const { version, updatedAtMs, orderId } = of
  return {
    sql: UPDATE_ROW,
    values: [status, version, datetimeOf(updatedAtMs), updatedAtMs, BigInt(orderId), paymentNo],
  }
}

/** Matches no row when the order is no longer what was read. */
function asRead({ values }: Statement, { userId, version }: Order | Payment): Statement {
  return { sql: UPDATE_ROW_AS_READ, values: [...values, userId, version] }
}
