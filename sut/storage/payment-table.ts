// payments_NN. The first row of an order is written with the order, in its transaction, and changes with it.

import { PAYMENT_METHODS, PAYMENT_STATUSES, type Payment } from '../../contracts/order.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { shardOf } from '../../contracts/shard.ts'
import { insertSql, sqlOf, sqlPerShard } from './columns.ts'
import type { Statement } from './mysql-lane.ts'
import { nameAt } from './name-at.ts'

export interface PaymentRow {
  readonly order_id: OrderId
  readonly payment_no: number
  readonly user_id: string
  readonly status: number
  readonly method: number
  readonly amount_cents: string
  readonly created_at_ms: string
  readonly updated_at_ms: string
  readonly version: number
}

const INSERT = insertSql('payments', 'one')
const UPDATE_STATUS = sqlPerShard(
  'payments',
  (table) =>
    `UPDATE ${table} SET status = ?, version = version + 1, updated_at_ms = ?
     WHERE order_id = ? AND payment_no = ? AND version = ?`,
)
export function paymentInsert(payment: Payment): Statement {
  const values = [
    BigInt(payment.orderId),
    payment.paymentNo,
    payment.userId,
    PAYMENT_STATUSES.indexOf(payment.status),
    PAYMENT_METHODS.indexOf(payment.method),
    payment.amountCents,
    payment.createdAtMs,
    payment.updatedAtMs,
    payment.version,
  ]
  return { sql: sqlOf(INSERT, shardOf(payment.userId)), values }
}

/** Matches no row when the payment is no longer what `before` says. */
export function paymentUpdate(before: Payment, after: Payment): Statement {
  const values = [
    PAYMENT_STATUSES.indexOf(after.status),
    after.updatedAtMs,
    BigInt(before.orderId),
    before.paymentNo,
    before.version,
  ]
  return { sql: sqlOf(UPDATE_STATUS, shardOf(before.userId)), values }
}

export function paymentOf(row: PaymentRow): Payment {
  return {
    orderId: row.order_id,
    paymentNo: row.payment_no,
    userId: Number(row.user_id),
    status: nameAt(PAYMENT_STATUSES, row.status),
    method: nameAt(PAYMENT_METHODS, row.method),
    amountCents: Number(row.amount_cents),
    createdAtMs: Number(row.created_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    version: row.version,
  }
}
