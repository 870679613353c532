// The monolith's one status for two flows, told apart: which pair of row statuses is which pair of order and payment status.
// A pair that is not in this table has no counterpart: such an order is parked with its rows, never bent into another.

import { LEGACY_STATUS } from './legacy-tables.ts'
import type { OrderStatus, PaymentStatus } from './order.ts'

interface StatusPair {
  /** Of the product's row, and of the row of the last attempt to pay. */
  readonly productRow: number
  readonly paymentRow: number
  readonly order: OrderStatus
  readonly payment: PaymentStatus
}

const { open, paid, shipped, finished, refunded, closed } = LEGACY_STATUS

const STATUS_PAIRS: readonly StatusPair[] = [
  { productRow: open, paymentRow: open, order: 'placed', payment: 'pending' },
  { productRow: paid, paymentRow: paid, order: 'paid', payment: 'captured' },
  { productRow: shipped, paymentRow: paid, order: 'shipped', payment: 'captured' },
  { productRow: finished, paymentRow: paid, order: 'completed', payment: 'captured' },
  { productRow: closed, paymentRow: closed, order: 'cancelled', payment: 'voided' },
  { productRow: refunded, paymentRow: refunded, order: 'refunded', payment: 'refunded' },
]

const ORDER_OF_ROW = new Map(STATUS_PAIRS.map(({ productRow, order }) => [productRow, order]))
const PAYMENT_OF_ROW = new Map(STATUS_PAIRS.map(({ paymentRow, payment }) => [paymentRow, payment]))
const ROW_OF_ORDER = new Map(STATUS_PAIRS.map(({ productRow, order }) => [order, productRow]))
const ROW_OF_PAYMENT = new Map(STATUS_PAIRS.map(({ paymentRow, payment }) => [payment, paymentRow]))

/** undefined: no row of a product has this status. */
export function orderStatusOfRow(status: number): OrderStatus | undefined {
  return ORDER_OF_ROW.get(status)
}

/** undefined: no row of a payment has this status. */
export function paymentStatusOfRow(status: number): PaymentStatus | undefined {
  return PAYMENT_OF_ROW.get(status)
}

export function rowStatusOfOrder(status: OrderStatus): number {
  return ROW_OF_ORDER.get(status) as number
}

export function rowStatusOfPayment(status: PaymentStatus): number {
  return ROW_OF_PAYMENT.get(status) as number
}

export function isStatusPair(order: OrderStatus, payment: PaymentStatus): boolean {
  return STATUS_PAIRS.some((pair) => pair.order === order && pair.payment === payment)
}
