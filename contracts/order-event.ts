// What is told of an order beside a monolith, as an entry of a Redis stream: once for each version, again after a crash. Orders
// come mixed; of one order each version comes after the one before it.

import { ORDER_STATUSES, type OrderStatus } from './order.ts'
import { isOrderId, type OrderId } from './order-id.ts'

export const EVENT_STREAM = 'headroom:events:orders'
/** The oldest are dropped beyond about so many, read or not: who reads that late looks into the store. */
export const EVENT_STREAM_LENGTH = 20_000
/** Entries that a reader could make no sense of, with their reader. */
export const UNREADABLE_STREAM = 'headroom:events:unreadable'
export const UNREADABLE_STREAM_LENGTH = 1_000

/** JSON in the field `event` of an entry. */
export interface OrderEvent {
  readonly orderId: OrderId
  readonly version: number
  readonly userId: number
  readonly status: OrderStatus
  readonly amountCents: number
  /** When the order became so. */
  readonly atMs: number
}

/** undefined: this is none. Fields of a newer writer are no mistake. */
export function orderEventIn(text: string): OrderEvent | undefined {
  const { orderId, version, userId, status, amountCents, atMs } = parsed(text)
  const isWhole = [version, userId, amountCents, atMs].every(Number.isSafeInteger)
  if (!isWhole || typeof orderId !== 'string' || !isOrderId(orderId)) return undefined
  if (!(ORDER_STATUSES as readonly unknown[]).includes(status)) return undefined
  return { orderId, version, userId, status, amountCents, atMs } as OrderEvent
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return { ...JSON.parse(text) }
  } catch {
    return {}
  }
}
