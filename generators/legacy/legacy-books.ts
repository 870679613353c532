// What a seeded monolith must hold, worked out from the formulas, against what its tables say: counts, sums and statuses of
// the orders that were seeded, and that the rows of one order belong together.

import type { Connection } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import { lastLegacyNumber } from '../../contracts/legacy-numbers.ts'
import {
  LEGACY_ITEMS_TABLE,
  LEGACY_KINDS,
  LEGACY_ORDERS_TABLE,
  LEGACY_USERS_TABLE,
} from '../../contracts/legacy-tables.ts'
import type { Plan } from '../../contracts/plan.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { rows } from '../store/mysql-connection.ts'
import { rowStatuses } from './legacy-rows.ts'

const ORDERS_AT_A_TIME = 20_000

/** Of rows that are alike in kind and status. */
interface Sums {
  rows: number
  amountCents: number
  /** From when they were made until their last change. */
  changedAfterSeconds: number
  /** When they were made, after the full hour: small enough for any number of rows. */
  pastHourSeconds: number
}

/** `1/3` → the product orders that are finished. */
type BooksByStatus = Map<string, Sums>

export interface LegacyFinding {
  readonly what: string
  readonly expected: string
  readonly found: string
}

const { product, payment } = LEGACY_KINDS

/** Every difference; none: what lies there are the orders of the data set. Live orders have higher numbers. */
export async function legacyFindings(
  connection: Connection,
  dataset: Dataset,
  plan: Plan,
  signal: AbortSignal,
): Promise<readonly LegacyFinding[]> {
  const expected = await expectedBooks(dataset, plan, signal)
  const found = await storedBooks(connection, lastLegacyNumber(dataset))
  const keys = [...new Set([...expected.keys(), ...found.keys()])].sort()
  const sums = keys.flatMap((key) => {
    const [kind, status] = key.split('/')
    const is = textOf(found.get(key))
    const should = textOf(expected.get(key))
    return is === should ? [] : [{ what: `rows of kind ${kind} with status ${status}`, expected: should, found: is }]
  })
  return [...sums, ...(await counted(connection, dataset))]
}

async function expectedBooks(dataset: Dataset, plan: Plan, signal: AbortSignal): Promise<BooksByStatus> {
  const books: BooksByStatus = new Map()
  for (const { shard, orders } of dataset.shards) {
    const cursor = new OrderCursor(dataset, plan, shard)
    cursor.seek(0)
    for (let row = 0; row < orders; row++) {
      if (row % ORDERS_AT_A_TIME === 0) {
        signal.throwIfAborted()
        await new Promise((resolve) => setImmediate(resolve))
      }
      cursor.next()
      const { productStatus, paymentStatus } = rowStatuses(cursor)
      add(books, `${product}/${productStatus}`, cursor, cursor.updatedAtMs)
      add(books, `${payment}/${paymentStatus}`, cursor, cursor.paymentUpdatedAtMs)
    }
  }
  return books
}

function add(books: BooksByStatus, key: string, { amountCents, createdAtMs }: OrderCursor, changedAtMs: number): void {
  const sums = books.get(key) ?? { rows: 0, amountCents: 0, changedAfterSeconds: 0, pastHourSeconds: 0 }
  const createdSecond = Math.floor(createdAtMs / 1000)
  sums.rows++
  sums.amountCents += amountCents
  sums.changedAfterSeconds += Math.floor(changedAtMs / 1000) - createdSecond
  sums.pastHourSeconds += createdSecond % 3600
  books.set(key, sums)
}

async function storedBooks(connection: Connection, lastNumber: number): Promise<BooksByStatus> {
  const found = await rows<{
    kind: number
    status: number
    counted: string
    cents: string
    changed_after: string
    past_hour: string
  }>(
    connection,
    `SELECT kind, status, COUNT(*) AS counted, CAST(SUM(amount) * 100 AS DECIMAL(30,0)) AS cents,
       SUM(TIMESTAMPDIFF(SECOND, create_time, update_time)) AS changed_after,
       SUM(60 * MINUTE(create_time) + SECOND(create_time)) AS past_hour
     FROM ${LEGACY_ORDERS_TABLE} WHERE id <= ? GROUP BY kind, status`,
    [lastNumber],
  )
  return new Map(
    found.map(({ kind, status, counted, cents, changed_after, past_hour }) => [
      `${kind}/${status}`,
      {
        rows: Number(counted),
        amountCents: Number(cents),
        changedAfterSeconds: Number(changed_after),
        pastHourSeconds: Number(past_hour),
      },
    ]),
  )
}

function textOf(sums: Sums | undefined): string {
  if (sums === undefined) return 'none'
  const { rows: counted, amountCents, changedAfterSeconds, pastHourSeconds } = sums
  return `${counted} rows of ${decimalOfCents(amountCents)}, ${pastHourSeconds} s past their hours, changed after ${changedAfterSeconds} s`
}

async function counted(connection: Connection, dataset: Dataset): Promise<readonly LegacyFinding[]> {
  const last = lastLegacyNumber(dataset)
  const checks: readonly (readonly [what: string, expected: number, sql: string, values: readonly unknown[]])[] = [
    [
      'items',
      dataset.rows.order_items,
      `SELECT COUNT(*) AS counted FROM ${LEGACY_ITEMS_TABLE} WHERE order_id <= ?`,
      [last],
    ],
    [
      'payments that are not of their order',
      0,
      `SELECT COUNT(*) AS counted FROM ${LEGACY_ORDERS_TABLE} p
       LEFT JOIN ${LEGACY_ORDERS_TABLE} o ON o.id = p.parent_id AND o.kind = ${product}
       WHERE p.kind = ${payment} AND p.id <= ? AND
         (o.id IS NULL OR o.id <> p.id - 1 OR o.user_id <> p.user_id OR o.amount <> p.amount OR o.create_time <> p.create_time)`,
      [last],
    ],
    [
      'orders that are not the sum of their items',
      0,
      `SELECT COUNT(*) AS counted FROM ${LEGACY_ORDERS_TABLE} o
       LEFT JOIN (SELECT order_id, COUNT(*) AS lines_of, SUM(quantity * unit_price) AS amount
         FROM ${LEGACY_ITEMS_TABLE} WHERE order_id <= ? GROUP BY order_id) i ON i.order_id = o.id
       WHERE o.kind = ${product} AND o.id <= ? AND
         (i.order_id IS NULL OR i.lines_of <> o.item_count OR i.amount <> o.amount)`,
      [last, last],
    ],
    [
      'orders of nobody',
      0,
      `SELECT COUNT(*) AS counted FROM ${LEGACY_ORDERS_TABLE} o LEFT JOIN ${LEGACY_USERS_TABLE} u ON u.id = o.user_id
       WHERE o.id <= ? AND u.id IS NULL`,
      [last],
    ],
    [
      'orders that are older than one with a lower number',
      0,
      `SELECT COUNT(*) AS counted FROM ${LEGACY_ORDERS_TABLE} o JOIN ${LEGACY_ORDERS_TABLE} later ON later.id = o.id + 2
       WHERE later.id <= ? AND later.create_time < o.create_time`,
      [last],
    ],
  ]
  const findings: LegacyFinding[] = []
  for (const [what, expected, sql, values] of checks) {
    const [row] = await rows<{ counted: string | number }>(connection, sql, values)
    const found = Number(row?.counted)
    if (found !== expected) findings.push({ what, expected: String(expected), found: String(found) })
  }
  return findings
}
