// The order index in Elasticsearch: time, region and status over all shards. MySQL stays the source of truth, so the
// documents carry no _source: a hit gives the order id and doc values; the version is the order row's (external).

import { CHANNELS, ORDER_STATUSES, type Order } from './order.ts'

export const ORDER_INDEX = 'orders'

/** Replicas and refresh of the running system; a bulk load may turn both off and restores them from here. */
export const ORDER_INDEX_SETTINGS = {
  number_of_shards: 1,
  number_of_replicas: 0,
  refresh_interval: '1s',
} as const

/** What one bulk line carries; `_id` is the order id, `version` the row's with `version_type: external`. */
export interface OrderDocument {
  /** The id again as a doc value (the `_id` field cannot be sorted by): breaks ties within one millisecond. */
  readonly order_id: string
  readonly user_id: number
  readonly status: number
  readonly channel: number
  readonly region: number
  readonly amount_cents: number
  readonly created_at_ms: number
}

export const ORDER_INDEX_MAPPING = {
  dynamic: 'strict',
  _source: { enabled: false },
  properties: {
    order_id: { type: 'long', index: false },
    user_id: { type: 'long' },
    status: { type: 'byte' },
    channel: { type: 'byte' },
    region: { type: 'short' },
    amount_cents: { type: 'long', index: false },
    created_at_ms: { type: 'date', format: 'epoch_millis' },
  },
} as const

export function orderDocument(order: Order): OrderDocument {
  return {
    order_id: order.orderId,
    user_id: order.userId,
    status: ORDER_STATUSES.indexOf(order.status),
    channel: CHANNELS.indexOf(order.channel),
    region: order.region,
    amount_cents: order.amountCents,
    created_at_ms: order.createdAtMs,
  }
}
