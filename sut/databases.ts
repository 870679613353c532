// The databases that a process works with: the sharded one; and the monolith's beside it, where there is one to move from.

import { type Migration, openMigration } from './migration.ts'
import type { MysqlPool } from './storage/mysql-pool.ts'
import { openMysql, type StoreOptions } from './stores.ts'

export interface Databases {
  readonly pool: MysqlPool
  readonly migration: Migration | null
}

export async function openDatabases(options: StoreOptions): Promise<Databases> {
  if (options.config.legacyMysql.url === '') return { pool: await openMysql(options), migration: null }
  const migration = await openMigration(options)
  return { pool: migration.pools.sharded, migration }
}
