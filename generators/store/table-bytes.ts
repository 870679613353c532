// What the seeded tables take on disk, by InnoDB's own page counts (data and indexes; the tables were just analysed).

import type { Connection } from 'mysql2/promise'
import { type Shard, STORED_FAMILIES, type StoredFamily, tableName } from '../../contracts/shard.ts'
import { rows } from './mysql-connection.ts'

export interface TableBytes {
  readonly family: StoredFamily
  readonly shard: number
  readonly dataBytes: number
  readonly indexBytes: number
}

export async function tableBytes(connection: Connection, shards: readonly number[]): Promise<readonly TableBytes[]> {
  // MySQL 8 answers from a day-old cache unless told not to; MariaDB knows neither the cache nor the variable.
  await connection.query('SET SESSION information_schema_stats_expiry = 0').catch(() => {})
  const tables = new Map<string, { readonly family: StoredFamily; readonly shard: number }>(
    shards.flatMap((shard) => STORED_FAMILIES.map((family) => [tableName(family, shard as Shard), { family, shard }])),
  )
  const found = await rows<{ name: string; data: number; indexes: number }>(
    connection,
    `SELECT table_name AS name, data_length AS data, index_length AS indexes
     FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)`,
    [[...tables.keys()]],
  )
  return found.flatMap(({ name, data, indexes }) => {
    const table = tables.get(name)
    return table ? [{ ...table, dataBytes: Number(data), indexBytes: Number(indexes) }] : []
  })
}

/** Data and indexes of each family's tables together. */
export async function measuredTableBytes(
  connection: Connection,
  shards: readonly number[],
): Promise<Readonly<Record<StoredFamily, number>>> {
  const bytes = { orders: 0, order_items: 0, payments: 0, idempotency_keys: 0 }
  for (const { family, dataBytes, indexBytes } of await tableBytes(connection, shards)) {
    bytes[family] += dataBytes + indexBytes
  }
  return bytes
}
