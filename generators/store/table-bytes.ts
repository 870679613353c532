// What the seeded tables take on disk, by InnoDB's own page counts (data and indexes; the tables were just analysed).

import type { Connection } from 'mysql2/promise'
import { SEEDED_FAMILIES, type Shard, tableName } from '../../contracts/shard.ts'
import { rows } from './mysql-connection.ts'

export interface TableBytes {
  readonly table: string
  readonly dataBytes: number
  readonly indexBytes: number
}

export async function tableBytes(connection: Connection, shards: readonly number[]): Promise<readonly TableBytes[]> {
  // MySQL 8 answers from a day-old cache unless told not to; MariaDB knows neither the cache nor the variable.
  await connection.query('SET SESSION information_schema_stats_expiry = 0').catch(() => {})
  const names = shards.flatMap((shard) => SEEDED_FAMILIES.map((family) => tableName(family, shard as Shard)))
  const found = await rows<{ name: string; data: number; indexes: number }>(
    connection,
    `SELECT table_name AS name, data_length AS data, index_length AS indexes
     FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)`,
    [names],
  )
  return found.map(({ name, data, indexes }) => ({ table: name, dataBytes: Number(data), indexBytes: Number(indexes) }))
}

export async function measuredTableBytes(connection: Connection, shards: readonly number[]): Promise<number> {
  const tables = await tableBytes(connection, shards)
  return tables.reduce((sum, { dataBytes, indexBytes }) => sum + dataBytes + indexBytes, 0)
}
