// The table of the ladder in MySQL: counted, its pages, its pool, and the pool warmed up.

import type { Connection } from 'mysql2/promise'
import { SEEDED_FAMILIES, type Shard, tableName } from '../../contracts/shard.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import { connect, rows } from '../../generators/store/mysql-connection.ts'
import { tableBytes } from '../../generators/store/table-bytes.ts'

export const PAGE_BYTES = 16 * 1024

export interface PoolFacts {
  readonly poolBytes: number
  readonly poolPages: number
  readonly flushMethod: string
}

export async function withMysql<T>(address: MysqlAddress, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(address)
  try {
    return await use(connection)
  } finally {
    connection.destroy()
  }
}

/** Of the shard's tables, indexes included, by InnoDB's own count: they were just analysed. */
export async function usedPages(connection: Connection, shard: Shard): Promise<number> {
  const tables = await tableBytes(connection, [shard])
  return Math.round(tables.reduce((sum, { dataBytes, indexBytes }) => sum + dataBytes + indexBytes, 0) / PAGE_BYTES)
}

export async function poolFacts(connection: Connection): Promise<PoolFacts> {
  const [settings] = await rows<{ size: string; method: string }>(
    connection,
    'SELECT @@innodb_buffer_pool_size AS size, @@innodb_flush_method AS method',
  )
  const [total] = await rows<{ Value: string }>(connection, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_total'")
  return {
    poolBytes: Number(settings?.size ?? 0),
    poolPages: Number(total?.Value ?? 0),
    flushMethod: String(settings?.method ?? 'unknown'),
  }
}

/**
 * Reads what the load is about to ask for most, so that its first minute is not spent on filling the pool: of each table
 * the newest part, and of its indexes all. `part` of the rows: 1 where everything fits.
 */
export async function warmPool(connection: Connection, shard: Shard, part: number): Promise<void> {
  const from = part >= 1 ? '0' : await idAt(connection, tableName('orders', shard), 1 - part)
  for (const family of SEEDED_FAMILIES) {
    const table = tableName(family, shard)
    await rows(connection, `SELECT COUNT(*) FROM ${table} FORCE INDEX (PRIMARY) WHERE order_id >= ?`, [from])
    for (const { name } of TABLE_SHAPES[family].secondaryIndexes) {
      await rows(connection, `SELECT COUNT(*) FROM ${table} FORCE INDEX (${name})`)
    }
  }
}

/** The order id that lies so far between the first and the last, in time. */
async function idAt(connection: Connection, orders: string, share: number): Promise<string> {
  const [ends] = await rows<{ first: string; last: string }>(
    connection,
    `SELECT MIN(order_id) AS first, MAX(order_id) AS last FROM ${orders}`,
  )
  const [first, last] = [BigInt(ends?.first ?? 0), BigInt(ends?.last ?? 0)]
  return String(first + ((last - first) * BigInt(Math.round(share * 1e6))) / 1_000_000n)
}
