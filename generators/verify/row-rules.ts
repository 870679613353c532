// What must hold of every single row: each rule is the SQL condition of a row that breaks it.

import type { Dataset } from '../../contracts/dataset.ts'
import { FILLER_COLUMN } from '../../contracts/filler-column.ts'
import {
  CHANNELS,
  ORDER_STATUSES,
  type OrderStatus,
  PAYMENT_METHODS,
  PAYMENT_STATUS_OF,
  PAYMENT_STATUSES,
} from '../../contracts/order.ts'
import { ORDER_ID_EPOCH_MS } from '../../contracts/order-id.ts'
import { type SeededFamily, SHARD_COUNT } from '../../contracts/shard.ts'
import type { CheckName } from './finding.ts'

export interface RowRule {
  readonly check: CheckName
  readonly what: string
  /** True for a row that breaks the rule, in this shard of a history that ends then. */
  readonly broken: (shard: number, endMs: number) => string
}

/** Rows of the seeder carry worker 0 in their id; those of running services another. */
export const IS_SEEDED = '((order_id >> 10) & 63) = 0'

/** What a running service makes of an order that the seeder left open or paid, with its version then; not later than now. */
const CHANGED_TO = [
  ['paid', 2],
  ['cancelled', 2],
  ['refunded', 3],
] as const satisfies readonly (readonly [OrderStatus, number])[]
const CLOCKS_APART_SECONDS = 60
const changedByService = (codeOf: (status: OrderStatus) => number) => {
  const changed = CHANGED_TO.map(([status, version]) => `status = ${codeOf(status)} AND version = ${version}`)
  return `(${changed.join(' OR ')}) AND updated_at_ms <= (UNIX_TIMESTAMP() + ${CLOCKS_APART_SECONDS}) * 1000`
}

const ID_TIME_MS = `((order_id >> 22) + ${ORDER_ID_EPOCH_MS})`

const routedById: RowRule = {
  check: 'order-ids',
  what: 'order id routes to another table',
  broken: (shard) => `((order_id >> 16) & 63) <> ${shard}`,
}
const positive: RowRule = {
  check: 'order-ids',
  what: 'order id is not above 0',
  broken: () => 'order_id <= 0',
}
const routedByUser: RowRule = {
  check: 'shard-routing',
  what: 'user belongs to another shard',
  broken: (shard) => `user_id % ${SHARD_COUNT} <> ${shard}`,
}
const inTime: RowRule = {
  check: 'books',
  what: 'changed before it was created, or version below 1',
  broken: () => 'updated_at_ms < created_at_ms OR version < 1',
}
const inHistory = (codeOf: (status: OrderStatus) => number): RowRule => ({
  check: 'books',
  what: 'changed after the end of the history, and not by a running service',
  broken: (_shard, endMs) => `${IS_SEEDED} AND updated_at_ms > ${endMs} AND NOT (${changedByService(codeOf)})`,
})
const idTime: RowRule = {
  check: 'order-ids',
  what: 'time in the id is not the time of creation, or the sequence is not 0',
  broken: () => `${IS_SEEDED} AND (${ID_TIME_MS} <> created_at_ms OR (order_id & 1023) <> 0)`,
}

/** Of a data set whose orders are so much wider than their columns. */
export function rowRules(family: SeededFamily, { extraBytesPerRow = 0 }: Pick<Dataset, 'extraBytesPerRow'>) {
  const isWide = family === 'orders' && extraBytesPerRow > 0
  return isWide ? [...ROW_RULES.orders, asWide(extraBytesPerRow)] : ROW_RULES[family]
}

/** Also of a running service: the table fills the column, whoever writes. */
function asWide(extraBytesPerRow: number): RowRule {
  return {
    check: 'width',
    what: `row is not the ${extraBytesPerRow} bytes wider that the plan says`,
    broken: () => `LENGTH(${FILLER_COLUMN}) <> ${extraBytesPerRow}`,
  }
}

const ROW_RULES: Readonly<Record<SeededFamily, readonly RowRule[]>> = {
  orders: [
    positive,
    routedById,
    routedByUser,
    inTime,
    inHistory((status) => ORDER_STATUSES.indexOf(status)),
    idTime,
    {
      check: 'books',
      what: 'status, channel, item count or amount out of range',
      broken: () =>
        `NOT (status BETWEEN 0 AND ${ORDER_STATUSES.length - 1} AND channel BETWEEN 0 AND ${CHANNELS.length - 1}` +
        ' AND item_count >= 1 AND amount_cents > 0 AND region >= 0)',
    },
  ],
  order_items: [
    positive,
    routedById,
    {
      check: 'books',
      what: 'product, quantity or price out of range',
      broken: () => 'NOT (product_id >= 1 AND quantity >= 1 AND unit_price_cents >= 1 AND line_no >= 1)',
    },
  ],
  payments: [
    positive,
    routedById,
    routedByUser,
    inTime,
    inHistory((status) => PAYMENT_STATUSES.indexOf(PAYMENT_STATUS_OF[status])),
    idTime,
    {
      check: 'books',
      what: 'payment number, status or method out of range',
      broken: () =>
        `NOT (payment_no >= 1 AND status BETWEEN 0 AND ${PAYMENT_STATUSES.length - 1}` +
        ` AND method BETWEEN 0 AND ${PAYMENT_METHODS.length - 1})`,
    },
  ],
}
