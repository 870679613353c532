// What the services' accounts may do in MySQL, granted by the owner of the tables after every look at the schema: so a table
// that is new is granted with it, on each server for the shards that lie there.

import { SCHEMA_TABLE } from '../../contracts/schema-version.ts'
import { isFamily, isOfHome, migrationTablesOf, type ServiceAccount, tablesOf } from '../../contracts/service-access.ts'
import { accountsOf, mysqlAccount } from '../../contracts/service-accounts.ts'
import { tableName } from '../../contracts/shard.ts'
import type { ShardServer } from '../../contracts/shard-map.ts'
import type { StoreName } from '../../contracts/switches.ts'
import type { RunSql } from './migrations.ts'
import { isMysqlError } from './mysql-errors.ts'

/** Resolves to the accounts that the server has and that were granted what they may do. */
export async function grantAccess(run: RunSql, server: ShardServer): Promise<readonly ServiceAccount[]> {
  return grantEach(run, (account) => grantsFor(account, server))
}

/** Besides, where there is a monolith. Of tables that a migration has not made yet nothing is granted yet. */
export async function grantMigrationAccess(run: RunSql, store: StoreName): Promise<readonly ServiceAccount[]> {
  const tables = await run('SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()')
  const present = new Set(tables.map(({ name }) => name))
  return grantEach(run, (account) =>
    [...migrationTablesOf(account, store)].flatMap(([table, statements]) =>
      present.has(table) ? [`GRANT ${statements.join(', ')} ON ${table} TO ${mysqlAccount(account)}`] : [],
    ),
  )
}

async function grantEach(
  run: RunSql,
  grantsOf: (account: ServiceAccount) => readonly string[],
): Promise<readonly ServiceAccount[]> {
  // Without it MariaDB makes an account that is not there, without a password.
  await run("SET @headroom = 1 /*M!100100 , SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_CREATE_USER') */")
  const granted: ServiceAccount[] = []
  for (const account of accountsOf('mysql')) {
    if (!(await isThere(run, account))) continue
    await run(grantsOf(account).join('; '))
    granted.push(account)
  }
  return granted
}

export function grantsFor(account: ServiceAccount, { shards, isHome }: ShardServer): readonly string[] {
  return [...tablesOf(account)].flatMap(([table, statements]) => {
    if (isOfHome(table) && !isHome) return []
    const tables = isFamily(table) ? shards.map((shard) => tableName(table, shard)) : [table]
    return tables.map((name) => `GRANT ${statements.join(', ')} ON ${name} TO ${mysqlAccount(account)}`)
  })
}

/** A server of somebody's own has the accounts that its owner made; who may not grant there leaves it as it is. */
async function isThere(run: RunSql, account: ServiceAccount): Promise<boolean> {
  try {
    await run(`GRANT SELECT ON ${SCHEMA_TABLE} TO ${mysqlAccount(account)}`)
    return true
  } catch (error) {
    if (isMysqlError(error, 'noSuchAccount') || isMysqlError(error, 'mayNot')) return false
    throw error
  }
}
