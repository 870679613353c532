// Faults of every kind, each with what verification has to say about it: planted in the tables 05 and 06 and taken out again.

import { fillerColumn } from '../../contracts/filler-column.ts'
import { parseOrderId } from '../../contracts/order-id.ts'
import { columnSql } from '../../contracts/tables.ts'
import { LOWEST_ID } from './id-limits.ts'

export interface Plant {
  readonly check: string
  readonly what: RegExp
  readonly sql: (id: string) => readonly string[]
  readonly undo: (id: string) => readonly string[]
  readonly sample?: (id: string) => string
}

const swap = (table: string, set: string, unset: string) => ({
  sql: (order: string) => [`UPDATE ${table} SET ${set} WHERE order_id = ${order}`],
  undo: (order: string) => [`UPDATE ${table} SET ${unset} WHERE order_id = ${order}`],
  sample: (order: string) => `order ${order}`,
})
const without = (table: string) => ({
  sql: (order: string) => [
    `CREATE TABLE kept AS SELECT * FROM ${table} WHERE order_id = ${order}`,
    `DELETE FROM ${table} WHERE order_id = ${order}`,
  ],
  undo: () => [`INSERT INTO ${table} SELECT * FROM kept`, 'DROP TABLE kept'],
})
/** A whole table, out of the way. */
const lost = (table: string) => ({
  check: 'schema' as const,
  what: /table missing/,
  sql: () => [`RENAME TABLE ${table} TO kept`],
  undo: () => [`RENAME TABLE kept TO ${table}`],
  sample: () => table,
})
/** The same row again, with the sign bit set in its id: the lowest of all that route to this table. */
const belowZero = (table: string, otherColumns: string) => ({
  sql: (order: string) => [
    `INSERT INTO ${table} SELECT CAST(order_id | (1 << 63) AS SIGNED), ${otherColumns} FROM ${table} WHERE order_id = ${order}`,
  ],
  undo: () => [`DELETE FROM ${table} WHERE order_id < 0`],
})
const ORDER_COLUMNS =
  'user_id, status, channel, region, item_count, amount_cents, created_at_ms, updated_at_ms, version'
const PAYMENT_COLUMNS = 'payment_no, user_id, status, method, amount_cents, created_at_ms, updated_at_ms, version'
const withSign = (order: string) => `order ${BigInt(order) - 2n ** 63n}`

/** Of a running service, in shard 5, and a multiple of the modulus that weighs orders in the books. */
function idOfModulus(): bigint {
  for (let id = 1024n * 1_048_573n; ; id += 1024n * 1_048_573n) {
    const { shard, worker } = parseOrderId(id.toString())
    if (shard === 5 && worker > 0) return id
  }
}

/** Of the data set the faults are planted in. */
export const EXTRA_BYTES = 200

export const PLANTS: Readonly<Record<string, Plant>> = {
  'a lost order': {
    check: 'counts',
    what: /missing/,
    ...without('orders_05'),
    sample: (order) => `order ${order} is missing`,
  },
  'a lost item row': { check: 'books', what: /items/, ...without('order_items_05') },
  'a lost payment': { check: 'books', what: /exactly one payment/, ...without('payments_05') },
  'a lost key': {
    check: 'keys',
    what: /without their key/,
    sql: () => [
      'CREATE TABLE kept AS SELECT * FROM idempotency_keys_05 ORDER BY order_id DESC LIMIT 1',
      'DELETE FROM idempotency_keys_05 WHERE order_id = (SELECT order_id FROM kept)',
    ],
    undo: () => ['INSERT INTO idempotency_keys_05 SELECT * FROM kept', 'DROP TABLE kept'],
  },
  'a key without its order': {
    check: 'keys',
    what: /without their order/,
    sql: () => [`INSERT INTO idempotency_keys_05 VALUES (5, REPEAT('k', 16), REPEAT('r', 16), 1)`],
    undo: () => ['DELETE FROM idempotency_keys_05 WHERE order_id = 1'],
    sample: () => 'order 1',
  },
  'a lost table of keys': lost('idempotency_keys_05'),
  'an order too many': {
    check: 'counts',
    what: /too many/,
    // One millisecond later, same shard, worker 0.
    sql: (order) => [
      `INSERT INTO orders_05 SELECT order_id + 4194304 * 7, user_id, status, channel, region, item_count, amount_cents, created_at_ms + 7, updated_at_ms + 7, version FROM orders_05 WHERE order_id = ${order}`,
    ],
    undo: (order) => [`DELETE FROM orders_05 WHERE order_id = ${order} + 4194304 * 7`],
    sample: (order) => `order ${BigInt(order) + 4194304n * 7n} was never seeded`,
  },
  'a user of another shard': {
    check: 'shard-routing',
    what: /another shard/,
    ...swap('orders_05', 'user_id = user_id + 1', 'user_id = user_id - 1'),
  },
  'an id of another shard': {
    check: 'order-ids',
    what: /another table/,
    sql: (order) => [`UPDATE orders_05 SET order_id = order_id + 65536 WHERE order_id = ${order}`],
    undo: (order) => [`UPDATE orders_05 SET order_id = order_id - 65536 WHERE order_id = ${order} + 65536`],
    sample: (order) => `order ${BigInt(order) + 65536n}`,
  },
  'a time that is not the id’s': {
    check: 'order-ids',
    what: /time in the id/,
    ...swap('orders_05', 'created_at_ms = created_at_ms - 1', 'created_at_ms = created_at_ms + 1'),
  },
  'an amount changed': {
    check: 'books',
    what: /do not sum/,
    ...swap('orders_05', 'amount_cents = amount_cents + 1', 'amount_cents = amount_cents - 1'),
  },
  'a price changed': {
    check: 'books',
    what: /do not sum/,
    ...swap('order_items_05', 'unit_price_cents = unit_price_cents + 100', 'unit_price_cents = unit_price_cents - 100'),
  },
  'a line number skipped': {
    check: 'books',
    what: /not numbered/,
    ...swap('order_items_05', 'line_no = line_no + 10', 'line_no = line_no - 10'),
  },
  'an item count changed': {
    check: 'books',
    what: /item count/,
    ...swap('orders_05', 'item_count = item_count + 1', 'item_count = item_count - 1'),
  },
  'a payment of another amount': {
    check: 'books',
    what: /not the order’s amount/,
    ...swap('payments_05', 'amount_cents = amount_cents + 1', 'amount_cents = amount_cents - 1'),
  },
  'a payment of another user': {
    check: 'books',
    what: /different users/,
    ...swap('payments_05', 'user_id = user_id + 64', 'user_id = user_id - 64'),
  },
  'a payment status that does not fit': {
    check: 'books',
    what: /does not fit/,
    ...swap('payments_05', 'status = (status + 1) % 4', 'status = (status + 3) % 4'),
  },
  'a payment at another time': {
    check: 'books',
    what: /same moment/,
    ...swap('payments_05', 'created_at_ms = created_at_ms - 5', 'created_at_ms = created_at_ms + 5'),
  },
  'a second payment': {
    check: 'books',
    what: /exactly one payment/,
    sql: (order) => [
      `INSERT INTO payments_05 SELECT order_id, 2, user_id, status, method, amount_cents, created_at_ms, updated_at_ms, version FROM payments_05 WHERE order_id = ${order}`,
    ],
    undo: () => ['DELETE FROM payments_05 WHERE payment_no = 2'],
    sample: (order) => `order ${order}`,
  },
  'a payment that is not the first': {
    check: 'books',
    what: /exactly one payment/,
    ...swap('payments_05', 'payment_no = 2', 'payment_no = 1'),
  },
  'two errors of the same size, one up and one down': {
    check: 'books',
    what: /not the order’s amount/,
    sql: (order) => [
      `UPDATE payments_05 SET amount_cents = amount_cents + 1 WHERE order_id = ${order}`,
      `UPDATE payments_05 SET amount_cents = amount_cents - 1 WHERE order_id > ${order} LIMIT 1`,
    ],
    undo: (order) => [
      `UPDATE payments_05 SET amount_cents = amount_cents - 1 WHERE order_id = ${order}`,
      `UPDATE payments_05 SET amount_cents = amount_cents + 1 WHERE order_id > ${order} LIMIT 1`,
    ],
    sample: (order) => `order ${order}`,
  },
  'an order without items, whatever its id': {
    check: 'books',
    what: /has none/,
    sql: () => [`INSERT INTO orders_05 SELECT ${idOfModulus()}, ${ORDER_COLUMNS} FROM orders_05 LIMIT 1`],
    undo: () => [`DELETE FROM orders_05 WHERE order_id = ${idOfModulus()}`],
    sample: () => `order ${idOfModulus()}`,
  },
  'an order below zero': {
    check: 'counts',
    what: /too many/,
    ...belowZero('orders_05', ORDER_COLUMNS),
    sample: (order) => `${withSign(order)} was never seeded`,
  },
  'an order of the lowest id there is': {
    check: 'counts',
    what: /too many/,
    sql: () => [`INSERT INTO orders_05 SELECT ${LOWEST_ID}, ${ORDER_COLUMNS} FROM orders_05 LIMIT 1`],
    undo: () => [`DELETE FROM orders_05 WHERE order_id = ${LOWEST_ID}`],
    sample: () => `order ${LOWEST_ID} was never seeded`,
  },
  'an order id below zero': {
    check: 'order-ids',
    what: /not above 0/,
    ...belowZero('orders_05', ORDER_COLUMNS),
    sample: withSign,
  },
  'an order below zero that is not in the index': {
    check: 'search-index',
    what: /missing from the index/,
    ...belowZero('orders_05', ORDER_COLUMNS),
    sample: withSign,
  },
  'an item below zero': {
    check: 'counts',
    what: /too many/,
    ...belowZero('order_items_05', 'line_no, product_id, quantity, unit_price_cents'),
    sample: (order) => `${withSign(order)} was never seeded`,
  },
  'a payment below zero': {
    check: 'counts',
    what: /too many/,
    ...belowZero('payments_05', PAYMENT_COLUMNS),
    sample: (order) => `${withSign(order)} was never seeded`,
  },
  'an order changed in the future': {
    check: 'books',
    what: /after the end of the history/,
    ...swap('orders_05', 'updated_at_ms = 2 * updated_at_ms', 'updated_at_ms = updated_at_ms DIV 2'),
  },
  'a payment changed in the future': {
    check: 'books',
    what: /after the end of the history/,
    ...swap('payments_05', 'updated_at_ms = 2 * updated_at_ms', 'updated_at_ms = updated_at_ms DIV 2'),
  },
  'a row that is narrower': {
    check: 'width',
    what: /not the 200 bytes wider/,
    sql: (order) => [
      `CREATE TABLE kept AS SELECT order_id, filler FROM orders_05 WHERE order_id = ${order}`,
      `UPDATE orders_05 SET filler = LEFT(filler, 199) WHERE order_id = ${order}`,
    ],
    undo: () => ['UPDATE orders_05 o, kept k SET o.filler = k.filler WHERE o.order_id = k.order_id', 'DROP TABLE kept'],
    sample: (order) => `order ${order}`,
  },
  'a table that lost what makes it wide': {
    check: 'schema',
    what: /column missing/,
    sql: () => ['ALTER TABLE orders_05 DROP COLUMN filler'],
    undo: () => [`ALTER TABLE orders_05 ADD COLUMN ${columnSql(fillerColumn(EXTRA_BYTES))}`],
    sample: () => 'orders_05.filler',
  },
  'a negative amount': {
    check: 'books',
    what: /amount out of range/,
    ...swap('orders_05', 'amount_cents = -amount_cents', 'amount_cents = -amount_cents'),
  },
  'a time no calendar has': {
    check: 'order-ids',
    what: /time in the id/,
    ...swap(
      'payments_05',
      `created_at_ms = created_at_ms + ${2n ** 62n}, updated_at_ms = updated_at_ms + ${2n ** 62n}`,
      `created_at_ms = created_at_ms - ${2n ** 62n}, updated_at_ms = updated_at_ms - ${2n ** 62n}`,
    ),
  },
  'a price that no purse holds': {
    check: 'books',
    what: /do not sum/,
    ...swap(
      'order_items_05',
      `quantity = quantity + 3, unit_price_cents = unit_price_cents + ${2n ** 62n + 1n}`,
      `quantity = quantity - 3, unit_price_cents = unit_price_cents - ${2n ** 62n + 1n}`,
    ),
  },
  'a status out of range': {
    check: 'books',
    what: /out of range/,
    ...swap('orders_05', 'status = status + 20', 'status = status - 20'),
  },
  'an update before the creation': {
    check: 'books',
    what: /changed before it was created/,
    ...swap(
      'orders_05',
      'updated_at_ms = updated_at_ms - 100000000000',
      'updated_at_ms = updated_at_ms + 100000000000',
    ),
  },
  'a version the index has not': {
    check: 'search-index',
    what: /another version/,
    ...swap('orders_05', 'version = version + 1', 'version = version - 1'),
    sample: (order) => `order ${order}: version`,
  },
  'a product at another price': {
    check: 'catalogue',
    what: /missing or changed/,
    sql: () => ['UPDATE products SET price_cents = price_cents + 1 WHERE product_id = 17'],
    undo: () => ['UPDATE products SET price_cents = price_cents - 1 WHERE product_id = 17'],
    sample: () => 'product 17',
  },
  'a missing index': {
    check: 'schema',
    what: /secondary index missing/,
    sql: () => ['ALTER TABLE orders_06 DROP KEY user_orders'],
    undo: () => ['ALTER TABLE orders_06 ADD KEY user_orders (user_id, order_id)'],
    sample: () => 'orders_06.user_orders',
  },
  'a lost table': lost('payments_05'),
  'a lost catalogue': lost('products'),
  'lost checkpoints': lost('headroom_lanes'),
  'whales that order nothing': {
    check: 'skew',
    what: /whales/,
    sql: () =>
      [5, 6].flatMap((shard) => [
        `CREATE TABLE kept_${shard} AS SELECT order_id, user_id FROM orders_0${shard}`,
        `UPDATE orders_0${shard} SET user_id = ${64 + shard} WHERE user_id > 64 * 150`,
      ]),
    undo: () =>
      [5, 6].flatMap((shard) => [
        `UPDATE orders_0${shard} o, kept_${shard} k SET o.user_id = k.user_id WHERE o.order_id = k.order_id`,
        `DROP TABLE kept_${shard}`,
      ]),
  },
  'a seeding that never ended': {
    check: 'counts',
    what: /not come to its end/,
    sample: () => 'shard 6: ',
    sql: () => ['UPDATE headroom_lanes SET orders_done = orders_done - 1 WHERE shard = 6'],
    undo: () => ['UPDATE headroom_lanes SET orders_done = orders_done + 1 WHERE shard = 6'],
  },
}
