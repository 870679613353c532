// The seeded orders' numbers in the monolith: as an AUTO_INCREMENT would have given them, one after the other in time, each
// payment's row right after its order's. A number is a pure function of the order, so a load need not look it up.

import { type Dataset, type SeededShard, wholeOrdersOf } from './dataset.ts'
import {
  draw,
  HOUR_MS,
  offsetInHourMs,
  rowsBeforeHourEnd,
  type SeededOrder,
  STREAM,
  streamKey,
} from './seeded-order.ts'
import { shardOf } from './shard.ts'

/** Of the order that so many seeded ones came before, all tables together. */
export function legacyNumber(ordersBefore: number): { readonly orderNo: number; readonly paymentNo: number } {
  return { orderNo: 2 * ordersBefore + 1, paymentNo: 2 * ordersBefore + 2 }
}

/** The highest number that was seeded: what comes later belongs to live orders. */
export function lastLegacyNumber({ rows }: Pick<Dataset, 'rows'>): number {
  return 2 * rows.orders
}

/** What the old interfaces call a seeded order. */
export function legacyNoOf(dataset: Dataset, { userId, createdAtMs }: SeededOrder): number {
  const shard = shardOf(userId)
  const before = dataset.shards.reduce((sum, table) => sum + rowsBefore(dataset, table, createdAtMs, shard), 0)
  return legacyNumber(before).orderNo
}

/** Orders of the whole data set before the first of an hour, which is counted from 0. */
export function ordersBeforeHour(dataset: Dataset, hour: number): number {
  return dataset.shards.reduce((sum, table) => sum + rowsBeforeHour(dataset, table, hour), 0)
}

/** Rows of one table before its first of that hour. */
export function rowsBeforeHour(dataset: Dataset, table: SeededShard, hour: number): number {
  return Math.min(table.orders, rowsBeforeHourEnd(dataset.cumulativeOrdersByHour, wholeOrdersOf(table), hour - 1))
}

/** Rows of a table before an order of `shard` at that time: of the same millisecond, those of lower shards. */
function rowsBefore(dataset: Dataset, table: SeededShard, timeMs: number, shard: number): number {
  const hour = Math.floor((timeMs - dataset.startMs) / HOUR_MS)
  const first = rowsBeforeHour(dataset, table, hour)
  const whole = wholeOrdersOf(table)
  const rowsInHour =
    rowsBeforeHourEnd(dataset.cumulativeOrdersByHour, whole, hour) -
    rowsBeforeHourEnd(dataset.cumulativeOrdersByHour, whole, hour - 1)
  if (rowsInHour <= 0) return first
  const offsetMs = timeMs - dataset.startMs - hour * HOUR_MS
  const nth = slotAt(offsetMs, rowsInHour)
  const jitter = draw(streamKey(dataset.seed, STREAM.jitter, table.shard), first + nth)
  const nthOffsetMs = offsetInHourMs(nth, rowsInHour, jitter)
  const isBefore = nthOffsetMs < offsetMs || (nthOffsetMs === offsetMs && table.shard < shard)
  return Math.min(table.orders, first + nth + (isBefore ? 1 : 0))
}

/** The last row of the hour whose slot has begun by then: all before it lie before, all after it after. */
function slotAt(offsetMs: number, rowsInHour: number): number {
  const slotMs = HOUR_MS / rowsInHour
  const startsBy = (row: number) => Math.floor(row * slotMs) <= offsetMs
  // Division may be off by one where a slot begins.
  let row = Math.min(rowsInHour - 1, Math.floor(offsetMs / slotMs) + 1)
  while (row > 0 && !startsBy(row)) row--
  return row
}
