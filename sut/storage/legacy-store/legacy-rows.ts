// Rows of t_order as orders and payments, and back. What a row says is read as it stands; a row that says what nobody knows
// is an error with its reason, never a guess.

import { centsOfDecimal, decimalOfCents } from '../../../contracts/legacy-amount.ts'
import { paymentRowId } from '../../../contracts/legacy-number.ts'
import {
  orderStatusOfRow,
  paymentStatusOfRow,
  rowStatusOfOrder,
  rowStatusOfPayment,
} from '../../../contracts/legacy-status.ts'
import { LEGACY_KINDS, LEGACY_ORDERS_TABLE } from '../../../contracts/legacy-tables.ts'
import { CHANNELS, type Order, type OrderItem, PAYMENT_METHODS, type Payment } from '../../../contracts/order.ts'
import { type OrderId, parseOrderId } from '../../../contracts/order-id.ts'
import type { SqlValue } from '../mysql-connection.ts'
import { nameAt } from '../name-at.ts'

/** BIGINT and DECIMAL arrive as text. */
export interface LegacyRow {
  readonly id: string
  readonly order_id: OrderId
  readonly payment_no: number
  readonly user_id: string
  readonly status: number
  readonly channel: number
  readonly region: number
  readonly item_count: number
  readonly amount: string
  readonly pay_method: number | null
  readonly created_s: number | string
  readonly updated_s: number | string
  readonly created_at_ms: string | null
  readonly updated_at_ms: string | null
  readonly version: number
}

export interface LegacyItemRow {
  readonly order_id: OrderId
  readonly line_no: number
  readonly product_id: number
  readonly quantity: number
  readonly unit_price: string
}

/** The session's time zone is UTC. */
export const ROW_COLUMNS = `id, order_id, payment_no, user_id, status, channel, region, item_count, amount, pay_method,
  UNIX_TIMESTAMP(create_time) AS created_s, UNIX_TIMESTAMP(update_time) AS updated_s, created_at_ms, updated_at_ms, version`

export const INSERT_ROWS = `INSERT INTO ${LEGACY_ORDERS_TABLE} (id, kind, parent_id, user_id, status, channel, region,
  item_count, amount, pay_method, create_time, update_time, order_id, payment_no, version, created_at_ms, updated_at_ms)
  VALUES ?`

export function orderOfRow(row: LegacyRow): Order {
  const status = orderStatusOfRow(row.status)
  if (!status) throw new RangeError(`status ${row.status} is not one of a product order`)
  return {
    orderId: row.order_id,
    userId: Number(row.user_id),
    status,
    channel: nameAt(CHANNELS, row.channel),
    region: row.region,
    itemCount: row.item_count,
    amountCents: centsOfDecimal(row.amount),
    createdAtMs: exactMs(parseOrderId(row.order_id).timestampMs, row.created_s),
    updatedAtMs: exactMs(millisecondsOf(row.updated_at_ms), row.updated_s),
    version: row.version,
  }
}

export function paymentOfRow(row: LegacyRow): Payment {
  const status = paymentStatusOfRow(row.status)
  if (!status) throw new RangeError(`status ${row.status} is not one of a payment order`)
  if (row.pay_method === null) throw new RangeError('its payment has no method')
  return {
    orderId: row.order_id,
    paymentNo: row.payment_no,
    userId: Number(row.user_id),
    status,
    method: nameAt(PAYMENT_METHODS, row.pay_method),
    amountCents: centsOfDecimal(row.amount),
    createdAtMs: exactMs(millisecondsOf(row.created_at_ms), row.created_s),
    updatedAtMs: exactMs(millisecondsOf(row.updated_at_ms), row.updated_s),
    version: row.version,
  }
}

export function itemOfRow(row: LegacyItemRow): OrderItem {
  return {
    lineNo: row.line_no,
    productId: row.product_id,
    quantity: row.quantity,
    unitPriceCents: centsOfDecimal(row.unit_price),
  }
}

/** The product's row and that of each payment, as `INSERT_ROWS` takes them. */
export function rowsOf(order: Order, payments: readonly Payment[], legacyNo: number): readonly (readonly SqlValue[])[] {
  const { orderId, userId, channel, region, itemCount } = order
  const ofBoth = [CHANNELS.indexOf(channel), region, itemCount]
  const rowOf = (cells: {
    readonly id: SqlValue
    readonly kind: number
    readonly parent: number | null
    readonly status: number
    readonly method: number | null
    readonly paymentNo: number
    readonly of: Order | Payment
  }): readonly SqlValue[] => [
    cells.id,
    cells.kind,
    cells.parent,
    userId,
    cells.status,
    ...ofBoth,
    decimalOfCents(cells.of.amountCents),
    cells.method,
    datetimeOf(cells.of.createdAtMs),
    datetimeOf(cells.of.updatedAtMs),
    BigInt(orderId),
    cells.paymentNo,
    cells.of.version,
    cells.of.createdAtMs,
    cells.of.updatedAtMs,
  ]
  return [
    rowOf({
      id: legacyNo,
      kind: LEGACY_KINDS.product,
      parent: null,
      status: rowStatusOfOrder(order.status),
      // How it was paid is said by the payment's row alone.
      method: null,
      paymentNo: 0,
      of: order,
    }),
    ...payments.map((payment) =>
      rowOf({
        id: paymentRowId(legacyNo, payment.paymentNo),
        kind: LEGACY_KINDS.payment,
        parent: legacyNo,
        status: rowStatusOfPayment(payment.status),
        method: PAYMENT_METHODS.indexOf(payment.method),
        paymentNo: payment.paymentNo,
        of: payment,
      }),
    ),
  ]
}

/** In UTC, cut at the second. */
export function datetimeOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')
}

/**
 * The row's own second counts, as the old code reads and moves no other: where it is another than that of the milliseconds
 * beside it, these are those of an earlier change, or the row was set to another time zone.
 */
function exactMs(beside: number | null, seconds: number | string): number {
  const startMs = 1_000 * Number(seconds)
  return beside !== null && beside - startMs >= 0 && beside - startMs < 1_000 ? beside : startMs
}

function millisecondsOf(text: string | null): number | null {
  return text === null ? null : Number(text)
}
