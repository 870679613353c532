// Brings the schema of every server to the version that this code needs, and has each service ask for it before it serves.
// Changing it is the owner's step (`npm run tables`, and the launcher of the whole system), never a service's.

import { Refusal } from '../../contracts/refusal.ts'
import { CREATE_SCHEMA_TABLE_SQL, SCHEMA_TABLE } from '../../contracts/schema-version.ts'
import type { ServiceAccount } from '../../contracts/service-access.ts'
import { accountsOf } from '../../contracts/service-accounts.ts'
import { type ShardMap, type ShardServer, serverName } from '../../contracts/shard-map.ts'
import { grantAccess } from './grants.ts'
import { MIGRATIONS, type Migration, type RunSql } from './migrations.ts'
import { openConnection, type SqlValue } from './mysql-connection.ts'
import { isMysqlError } from './mysql-errors.ts'

const LOCK_WAIT_SECONDS = 60
const LIMIT_MS = 600_000
const CHECK_LIMIT_MS = 10_000

export interface PreparedSchema {
  /** Migrations that were applied. */
  readonly applied: number
  /** Accounts that every server has: services that use them may do what `contracts/service-access.ts` says, no more. */
  readonly accounts: readonly ServiceAccount[]
}

/** The owner's step before the services start: the schema of every server, then what the services may do there. */
export async function prepareSchema(map: ShardMap): Promise<PreparedSchema> {
  const applied = await migrate(map)
  let accounts: readonly ServiceAccount[] = accountsOf('mysql')
  for (const server of map) {
    const granted = await withOwner(server, (run) => grantAccess(run, server))
    accounts = accounts.filter((account) => granted.includes(account))
  }
  return { applied, accounts }
}

/** Resolves to the number of migrations applied. One owner at a time: another waits, and finds it done. */
export async function migrate(map: ShardMap, history: readonly Migration[] = MIGRATIONS): Promise<number> {
  let applied = 0
  for (const server of map) applied += await withOwner(server, (run) => migrateServer(run, server, history))
  return applied
}

async function migrateServer(run: RunSql, server: ShardServer, history: readonly Migration[]): Promise<number> {
  await run(CREATE_SCHEMA_TABLE_SQL)
  const { version } = await versionOf(run)
  const missing = history.filter((migration) => migration.version > version)
  for (const migration of missing) {
    await migration.apply(run, server)
    const { version, name, oldestCode } = migration
    const columns = 'version, name, oldest_code, applied_at_ms'
    await run(`INSERT INTO ${SCHEMA_TABLE} (${columns}) VALUES (?)`, [[version, name, oldestCode, Date.now()]])
  }
  return missing.length
}

/** Refuses a schema that this code cannot run on: too old, or changed for newer code. */
export async function requireSchema(server: ShardServer, history: readonly Migration[] = MIGRATIONS): Promise<void> {
  const connection = await openConnection(server, CHECK_LIMIT_MS)
  const run: RunSql = async (sql, values = []) =>
    (await connection.query(sql, values, CHECK_LIMIT_MS)) as readonly Record<string, unknown>[]
  try {
    const found = await versionOf(run)
    if (found.version >= history.length && found.oldestCode <= history.length) return
    throw otherSchema(serverName(server), found, history.length)
  } finally {
    connection.end()
  }
}

interface FoundVersion {
  readonly version: number
  readonly oldestCode: number
}

async function versionOf(run: RunSql): Promise<FoundVersion> {
  try {
    const [row] = await run(`SELECT MAX(version) AS version, MAX(oldest_code) AS oldest_code FROM ${SCHEMA_TABLE}`)
    return { version: Number(row?.version ?? 0), oldestCode: Number(row?.oldest_code ?? 0) }
  } catch (error) {
    if (isMysqlError(error, 'noSuchTable')) return { version: 0, oldestCode: 0 }
    throw error
  }
}

/** One at a time on each schema; what they hold is given back with the connection. */
export async function withOwner<T>(server: ShardServer, work: (run: RunSql) => Promise<T>): Promise<T> {
  const connection = await openConnection(server, LIMIT_MS)
  const run: RunSql = async (sql, values: readonly SqlValue[] = []) =>
    (await connection.query(sql, values, LIMIT_MS)) as readonly Record<string, unknown>[]
  try {
    // Named locks belong to the server, not to the database: two checkouts on one server must not meet here.
    const [lock] = await run("SELECT GET_LOCK(CONCAT('headroom-schema/', LEFT(DATABASE(), 40)), ?) AS taken", [
      LOCK_WAIT_SECONDS,
    ])
    if (Number(lock?.taken) !== 1) throw busy(serverName(server))
    return await work(run)
  } finally {
    // The lock goes with its connection.
    connection.end()
  }
}

function otherSchema(server: string, { version, oldestCode }: FoundVersion, needed: number): Refusal {
  const isNewer = oldestCode > needed
  return new Refusal({
    what: `the schema of ${server} is not one that this code runs on`,
    why: [
      isNewer
        ? `it is at version ${version}, for code of version ${oldestCode} or later; this is ${needed}`
        : `it is at version ${version}; this code needs ${needed}`,
    ],
    wayOut: isNewer ? 'Start the newer services.' : 'Bring it up to date first: npm run tables',
  })
}

function busy(server: string): Refusal {
  return new Refusal({
    what: `the schema of ${server} is being changed by another process`,
    why: [`it has held the lock for ${LOCK_WAIT_SECONDS} s`],
    wayOut: 'Wait until it is done.',
  })
}
