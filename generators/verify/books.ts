// The books: items, payments and orders say the same. Compared without a join, by weighted sums over the same range of
// ids: if Σ w(id)·amount over orders equals Σ w(id)·quantity·price over items, then order by order the amounts agree,
// unless errors cancel to the digit under weights of six digits. Where sums differ, a join names the orders.

import { ORDER_STATUSES, PAYMENT_STATUS_OF, PAYMENT_STATUSES } from '../../contracts/order.ts'
import type { SeededFamily } from '../../contracts/shard.ts'

/**
 * 1 to the largest prime below 2^20: with 0, an order in a million would be in no book. Times terms below 2^42, it stays
 * within BIGINT: no value, however wrong, ends the query with an error. DIV, and not a shift, which would make it
 * unsigned: a negative amount is an error of the books. ABS, because a term may be unsigned: a negative id is one too.
 */
const WEIGHT = '(ABS(order_id DIV 1024) % 1048573 + 1)'
const TERM_MODULUS = 2 ** 42

/** A payment's status from its order's: four bits for each status of an order, the first one lowest. */
const paymentStatusOf = (status: string) => {
  const codes = ORDER_STATUSES.map((each) => PAYMENT_STATUSES.indexOf(PAYMENT_STATUS_OF[each]))
  return `((${codes.reduce((word, code, at) => word + code * 16 ** at, 0)} >> (4 * ${status})) & 15)`
}

/** Equal on both sides, or a book is wrong. */
export interface Book {
  readonly name: string
  readonly what: string
  /** Weighted terms per row. */
  readonly order: string
  readonly other: { readonly family: SeededFamily; readonly term: string }
  /** For the joined drill-down: i = sums of the order's items, p = each of its payments. */
  readonly differs: string
}

export const BOOKS: readonly Book[] = [
  {
    name: 'itemLines',
    what: 'number of items is not the order’s item count, or an order has none',
    order: 'item_count',
    other: { family: 'order_items', term: '1' },
    differs: 'i.line_count IS NULL OR i.line_count <> o.item_count',
  },
  {
    name: 'lineNumbers',
    what: 'item lines are not numbered 1, 2, 3 …',
    order: 'item_count * (item_count + 1) DIV 2',
    other: { family: 'order_items', term: 'line_no' },
    differs: 'i.line_sum IS NULL OR i.line_sum <> o.item_count * (o.item_count + 1) DIV 2',
  },
  {
    name: 'itemAmounts',
    what: 'items do not sum to the order’s amount',
    order: 'amount_cents',
    other: { family: 'order_items', term: `quantity * (unit_price_cents % ${TERM_MODULUS})` },
    differs: 'i.amount IS NULL OR i.amount <> o.amount_cents',
  },
  {
    name: 'payments',
    what: 'order without exactly one payment number 1',
    order: '1',
    // Numbers begin with 1: their sum is 1 where there is one payment, and it is number 1.
    other: { family: 'payments', term: 'payment_no' },
    differs: 'p.payment_no IS NULL OR p.payment_no <> 1',
  },
  {
    name: 'paymentAmounts',
    what: 'payment is not the order’s amount',
    order: 'amount_cents',
    other: { family: 'payments', term: 'amount_cents' },
    differs: 'p.amount_cents <> o.amount_cents',
  },
  {
    name: 'paymentUsers',
    what: 'payment and order have different users',
    order: 'user_id',
    other: { family: 'payments', term: 'user_id' },
    differs: 'p.user_id <> o.user_id',
  },
  {
    name: 'paymentStatuses',
    what: 'payment status does not fit the order’s status',
    order: paymentStatusOf('status'),
    other: { family: 'payments', term: 'status' },
    differs: `p.status <> ${paymentStatusOf('o.status')}`,
  },
  {
    name: 'paymentTimes',
    what: 'payment and order were not created at the same moment',
    order: 'created_at_ms',
    other: { family: 'payments', term: 'created_at_ms' },
    differs: 'p.created_at_ms <> o.created_at_ms',
  },
]

/** `SUM(…) AS name`, one for each book this family has a side of. */
export function bookSums(family: SeededFamily): readonly string[] {
  const sum = (term: string, name: string) => `SUM(${WEIGHT} * ((${term}) % ${TERM_MODULUS})) AS ${name}`
  if (family === 'orders') return BOOKS.map(({ order, name }) => sum(order, name))
  return BOOKS.filter(({ other }) => other.family === family).map(({ other, name }) => sum(other.term, name))
}

/** Orders of the range whose book is wrong. */
export function bookSamplesSql({ differs, other }: Book, shard: string, limit: number): string {
  const joined =
    other.family === 'order_items'
      ? `LEFT JOIN (SELECT order_id, COUNT(*) AS line_count, SUM(line_no) AS line_sum,
             SUM(quantity * CAST(unit_price_cents AS DECIMAL(20))) AS amount -- a wrong price may pass BIGINT
           FROM order_items_${shard} WHERE order_id BETWEEN ? AND ? GROUP BY order_id) i ON i.order_id = o.order_id`
      : `LEFT JOIN (SELECT * FROM payments_${shard} WHERE order_id BETWEEN ? AND ?) p ON p.order_id = o.order_id`
  return `SELECT o.order_id AS id FROM orders_${shard} o ${joined} WHERE o.order_id BETWEEN ? AND ? AND (${differs}) LIMIT ${limit}`
}
