// The monolith's orders after a load: are the seeded ones still there, and those that were acknowledged? Asked of its one
// table, exactly.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Dataset } from '../contracts/dataset.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { lastLegacyNumber } from '../contracts/legacy-numbers.ts'
import { LEGACY_KINDS, LEGACY_ORDERS_TABLE } from '../contracts/legacy-tables.ts'
import type { AcknowledgedOrders, InvalidReason } from '../contracts/measurement.ts'
import type { OrderId } from '../contracts/order-id.ts'
import type { MysqlAddress } from '../contracts/shard-map.ts'
import type { Acknowledgement } from './acknowledged-orders.ts'
import { connectMysql } from './mysql-counters.ts'

const NUMBERS_PER_QUERY = 1000
const EXAMPLES_SHOWN = 10

/** What the new interfaces have placed, as its table knows it. What became of an order later is not looked up there. */
export function byOldNumber(acknowledged: readonly Acknowledgement[]): readonly Acknowledgement[] {
  return acknowledged
    .filter(({ settledAs }) => settledAs === null)
    .map((placed) => ({ ...placed, orderId: String(legacyNumberOf(placed.orderId as OrderId) ?? placed.orderId) }))
}

/** Throws when the table cannot be asked. */
export async function lookUpLegacy(
  address: MysqlAddress,
  acknowledged: readonly Acknowledgement[],
): Promise<AcknowledgedOrders> {
  const numbers = acknowledged.map(({ orderId }) => orderId)
  return await withConnection(address, (connection) => lookUpNumbers(connection, numbers))
}

/** null: every seeded order is there. Throws when the table cannot be asked. */
export async function missingLegacyOrders(address: MysqlAddress, dataset: Dataset): Promise<InvalidReason | null> {
  const [rows] = await withConnection(address, (connection) =>
    connection.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS counted FROM ${LEGACY_ORDERS_TABLE} WHERE kind = ? AND id <= ?`,
      [LEGACY_KINDS.product, lastLegacyNumber(dataset)],
    ),
  )
  const counted = Number(rows[0]?.counted)
  if (counted === dataset.rows.orders) return null
  const evidence = `${LEGACY_ORDERS_TABLE} holds ${counted} of ${dataset.rows.orders} seeded orders`
  return { code: 'data-incomplete', evidence }
}

async function withConnection<T>(address: MysqlAddress, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connectMysql(address)
  try {
    return await ask(connection)
  } finally {
    connection.destroy()
  }
}

async function lookUpNumbers(connection: Connection, numbers: readonly string[]): Promise<AcknowledgedOrders> {
  const found = new Set<string>()
  for (let at = 0; at < numbers.length; at += NUMBERS_PER_QUERY) {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT id FROM ${LEGACY_ORDERS_TABLE} WHERE kind = ? AND id IN (?)`,
      [LEGACY_KINDS.product, numbers.slice(at, at + NUMBERS_PER_QUERY)],
    )
    for (const { id } of rows) found.add(String(id))
  }
  const missing = numbers.filter((number) => !found.has(number))
  return { acknowledged: numbers.length, missing: missing.length, examples: missing.slice(0, EXAMPLES_SHOWN) }
}
