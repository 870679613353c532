// The order index in Elasticsearch: time, region and status over all shards. MySQL stays the source of truth, so the
// documents carry no _source: a hit gives the order id and doc values; the version is the order row's (external).
//
// It is cut by time: the orders of a quarter (UTC, by the time in their id) lie in a slice of their own, `orders-2026-q4`. A
// search asks the slices of its range only, an index shard stays far below Lucene's 2^31 documents, and old quarters leave
// whole. `orders` is the alias over all of them.

import { CHANNELS, ORDER_STATUSES, type Order } from './order.ts'
import { type OrderId, parseOrderId } from './order-id.ts'

/** The alias: for reading only, since a document's slice follows from its order. */
export const ORDER_INDEX = 'orders'
export const ORDER_SLICES = 'orders-*'

/**
 * Replicas and refresh of the running system; a bulk load may turn both off and restores them from here. Primaries of a new
 * slice: at 200 million documents a shard, which is what Elastic advises, 600 million orders a quarter.
 */
export const ORDER_INDEX_SETTINGS = {
  number_of_shards: 3,
  number_of_replicas: 0,
  refresh_interval: '1s',
} as const

export interface Slice {
  readonly index: string
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
}

const MONTHS_PER_SLICE = 3

export function sliceAt(createdAtMs: number): Slice {
  const date = new Date(createdAtMs)
  const year = date.getUTCFullYear()
  const quarter = Math.floor(date.getUTCMonth() / MONTHS_PER_SLICE)
  return {
    index: `${ORDER_INDEX}-${year}-q${quarter + 1}`,
    fromMs: Date.UTC(year, MONTHS_PER_SLICE * quarter),
    toMs: Date.UTC(year, MONTHS_PER_SLICE * (quarter + 1)),
  }
}

/** An order's time is in its id. */
export function sliceOfOrder(orderId: OrderId): string {
  return sliceAt(parseOrderId(orderId).timestampMs).index
}

/** Oldest first. `toMs` is exclusive. */
export function slicesBetween(fromMs: number, toMs: number): readonly Slice[] {
  const slices: Slice[] = []
  for (let atMs = fromMs; atMs < toMs; ) {
    const slice = sliceAt(atMs)
    slices.push(slice)
    atMs = slice.toMs
  }
  return slices
}

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

/** With it, the first document of a quarter makes its slice, with these types and under the alias. */
export const ORDER_TEMPLATE_NAME = 'headroom-orders'
export const ORDER_TEMPLATE = {
  index_patterns: [ORDER_SLICES],
  priority: 100,
  template: { settings: ORDER_INDEX_SETTINGS, mappings: ORDER_INDEX_MAPPING, aliases: { [ORDER_INDEX]: {} } },
} as const
