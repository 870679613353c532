// A chunk of one shard: its rows of three tables and its checkpoint are one transaction.

import type { Readable } from 'node:stream'
import type { Connection } from 'mysql2/promise'
import { ORDER_ID_EPOCH_MS, TIMESTAMP_SHIFT } from '../../contracts/order-id.ts'
import { SEEDED_FAMILIES, type SeededFamily, type Shard, tableName } from '../../contracts/shard.ts'
import { sentColumns } from '../rows/row-formats.ts'
import { explained } from '../store/mysql-connection.ts'
import { loadRows } from './load-rows.ts'

const DDL_BUFFER_BYTES = 32 * 1024 * 1024

/**
 * unique_checks and foreign_key_checks stay on: there is nothing to check, and switching both off sends MariaDB into its
 * bulk insert for empty tables (MDEV-515), which sorts what is sorted already and costs a third more CPU here.
 */
export async function prepareSession(connection: Connection): Promise<void> {
  await connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")
  // Asks for a privilege that an application account may lack; with the binary log the load is slower, not wrong.
  await connection.query('SET SESSION sql_log_bin = 0').catch(() => {})
  // For the index build; MySQL only. MariaDB's buffer is a setting of the server (engines/mysql-settings.ts).
  await connection.query(`SET SESSION innodb_ddl_buffer_size = ${DDL_BUFFER_BYTES}`).catch(() => {})
}

/** In this order: `updated_at_ms` was sent as time since `created_at_ms`. */
const TIMES = `SET created_at_ms = (order_id >> ${TIMESTAMP_SHIFT}) + ${ORDER_ID_EPOCH_MS},
  updated_at_ms = created_at_ms + updated_at_ms`

/** Rows in the format `load` of rows/row-formats.ts. */
export interface TableSource {
  readonly rows: number
  stream(): Readable
}

export interface Chunk {
  readonly shard: number
  readonly tables: Readonly<Record<SeededFamily, TableSource>>
  /** Runs after the rows and before COMMIT; what it throws rolls the chunk back. */
  readonly beforeCommit: () => Promise<void>
}

export async function loadChunk(connection: Connection, { shard, tables, beforeCommit }: Chunk): Promise<void> {
  try {
    await connection.query('START TRANSACTION')
    for (const family of SEEDED_FAMILIES) await loadTable(connection, family, shard as Shard, tables[family])
    await beforeCommit()
    await connection.query('COMMIT')
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {}) // a lost connection rolls back by itself
    throw explained(error)
  }
}

async function loadTable(connection: Connection, family: SeededFamily, shard: Shard, source: TableSource) {
  const columns = sentColumns(family)
  const derive = columns.includes('updated_at_ms') ? TIMES : ''
  const { rows } = source
  await loadRows(connection, { table: tableName(family, shard), columns, derive, rows, stream: () => source.stream() })
}
