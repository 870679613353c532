// The databases that a process works with: the sharded one; and the monolith's beside it, where there is one to move from.

import type { Dataset } from '../contracts/dataset.ts'
import { hasBegun, type Migration, openMigration } from './migration.ts'
import { selectDataset } from './storage/dataset-table.ts'
import { isMysqlError } from './storage/mysql-errors.ts'
import type { MysqlPool } from './storage/mysql-pool.ts'
import { openMysql, type StoreOptions } from './stores.ts'
import type { CallContext } from './telemetry/call-context.ts'

export interface Databases {
  readonly pool: MysqlPool
  readonly migration: Migration | null
}

export async function openDatabases(options: StoreOptions): Promise<Databases> {
  if (options.config.legacyMysql.url === '') return { pool: await openMysql(options), migration: null }
  const migration = await openMigration(options)
  return { pool: migration.pools.sharded, migration }
}

/** What was seeded. From the beginning of a migration on it is the monolith's: those orders are the ones that are moved. */
export async function datasetIn({ pool, migration }: Databases, context: CallContext): Promise<Dataset | null> {
  if (!migration || !hasBegun(migration.board)) return await selectDataset(pool.home, context)
  try {
    return await selectDataset(migration.pools.legacy.home, context)
  } catch (error) {
    // Nothing is granted on a table that is not there, and who may do nothing with a table is not told whether it is.
    if (isMysqlError(error, 'mayNot')) return null
    throw error
  }
}
