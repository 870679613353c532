// What others are told of an order in the old format: a message on a Redis stream. It has no version and no id of its own, so its
// readers take the last one they see. Before a migration the monolith sends it after the commit, and one that is lost is never
// sent again; while one is under way every change of an order, through whichever interface, is stored with its message, which
// is sent once, after that of the version before, and again after a crash.

import { decimalOfCents } from './legacy-amount.ts'
import { rowStatusOfOrder } from './legacy-status.ts'
import { dateTimeText } from './legacy-text.ts'
import type { OrderStatus } from './order.ts'
import type { OrderEvent } from './order-event.ts'

export const LEGACY_STREAM = 'headroom:legacy:orders'
/** The oldest are dropped beyond about so many, read or not. */
export const LEGACY_STREAM_LENGTH = 100_000

export const LEGACY_EVENTS = ['ORDER_CREATED', 'ORDER_PAID', 'ORDER_CLOSED'] as const
export type LegacyEvent = (typeof LEGACY_EVENTS)[number]

/** JSON in the field `message` of an entry. */
export interface LegacyMessage {
  readonly event: LegacyEvent
  readonly orderNo: number
  readonly userId: number
  /** As `t_order` holds it: the mixed one. */
  readonly status: number
  readonly amount: string
  readonly time: string
}

/** Of nothing else the monolith ever told. */
const EVENT_OF: Partial<Readonly<Record<OrderStatus, LegacyEvent>>> = {
  placed: 'ORDER_CREATED',
  paid: 'ORDER_PAID',
  cancelled: 'ORDER_CLOSED',
}

/** null: the old format has no word for it. */
export function legacyMessageOf(order: OrderEvent, orderNo: number): LegacyMessage | null {
  const { userId, status, amountCents, atMs } = order
  const event = EVENT_OF[status]
  if (event === undefined) return null
  const amount = decimalOfCents(amountCents)
  return { event, orderNo, userId, status: rowStatusOfOrder(status), amount, time: dateTimeText(atMs) }
}
