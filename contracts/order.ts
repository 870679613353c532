// The order domain: what a user buys, and its payment. A product order and a payment order have two statuses.

import type { OrderId } from './order-id.ts'

/** Stored as the position in this list: append only. */
export const ORDER_STATUSES = ['placed', 'paid', 'shipped', 'completed', 'cancelled', 'refunded'] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** Stored as the position in this list: append only. */
export const PAYMENT_STATUSES = ['pending', 'captured', 'voided', 'refunded'] as const
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

/** Which payment status each order status allows: the books that `verify` checks. */
export const PAYMENT_STATUS_OF: Readonly<Record<OrderStatus, PaymentStatus>> = {
  placed: 'pending',
  paid: 'captured',
  shipped: 'captured',
  completed: 'captured',
  cancelled: 'voided',
  refunded: 'refunded',
}

/** Stored as the position in this list: append only. */
export const CHANNELS = ['app', 'web', 'mini-program'] as const
export type Channel = (typeof CHANNELS)[number]

/** Stored as the position in this list: append only. */
export const PAYMENT_METHODS = ['wallet', 'card', 'bank-transfer'] as const
export type PaymentMethod = (typeof PAYMENT_METHODS)[number]

export interface OrderItem {
  readonly lineNo: number
  readonly productId: number
  readonly quantity: number
  readonly unitPriceCents: number
}

export interface Payment {
  readonly orderId: OrderId
  /** 1 for the first attempt. */
  readonly paymentNo: number
  readonly userId: number
  readonly status: PaymentStatus
  readonly method: PaymentMethod
  readonly amountCents: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

export interface Order {
  readonly orderId: OrderId
  readonly userId: number
  readonly status: OrderStatus
  readonly channel: Channel
  /** Index into the plan's regions. */
  readonly region: number
  readonly itemCount: number
  readonly amountCents: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** Grows by one with every change; Elasticsearch's external version. */
  readonly version: number
}
