// What the services need to exist. Creates only what is missing, so it is safe beside a seeded database and beside
// other starting processes.

import { CREATE_PRODUCTS_SQL, PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { namedProducts } from '../../contracts/product-names.ts'
import { TABLE_FAMILIES, tableName } from '../../contracts/shard.ts'
import type { ShardMap, ShardServer } from '../../contracts/shard-map.ts'
import { createTableSql } from '../../contracts/tables.ts'
import { SutError } from '../errors.ts'
import { type MysqlConnection, openConnection, type SqlValue } from './mysql-connection.ts'
import { CREATE_PARKED_SQL, PARKED_TABLE } from './parked-events.ts'
import { CREATE_WORKERS_SQL, FILL_WORKERS_SQL, WORKERS_TABLE } from './worker-table.ts'

const LOCK_WAIT_SECONDS = 60
const LIMIT_MS = 120_000

/** Name → CREATE statement of every table of a server. */
function wantedTables({ shards, isHome }: ShardServer): ReadonlyMap<string, string> {
  const sharded = TABLE_FAMILIES.flatMap((family) =>
    shards.map(
      (shard) => [tableName(family, shard), createTableSql(family, shard, { secondaryIndexes: true })] as const,
    ),
  )
  return new Map([
    ...sharded,
    ...(isHome ? [[PRODUCTS_TABLE, CREATE_PRODUCTS_SQL] as const] : []),
    [PARKED_TABLE, CREATE_PARKED_SQL],
    [WORKERS_TABLE, CREATE_WORKERS_SQL],
  ])
}

/** Resolves to the number of tables created. */
export async function ensureSchema(map: ShardMap): Promise<number> {
  const created = await Promise.all(map.map(ensureServerSchema))
  return created.reduce((sum, count) => sum + count, 0)
}

export async function ensureServerSchema(server: ShardServer): Promise<number> {
  const connection = await openConnection(server, LIMIT_MS)
  // Named locks belong to the server, not to the database: two checkouts on one server must not meet here.
  const lockName = "CONCAT('headroom-schema/', LEFT(DATABASE(), 40))"
  try {
    const [lock] = await rows<{ readonly taken: number | string | null }>(
      connection,
      `SELECT GET_LOCK(${lockName}, ?) AS taken`,
      [LOCK_WAIT_SECONDS],
    )
    if (Number(lock?.taken) !== 1) throw new SutError('unavailable', 'another process is still creating the tables')
    return await createMissing(connection, server)
  } finally {
    // The lock goes with its connection.
    connection.end()
  }
}

async function rows<T>(
  connection: Pick<MysqlConnection, 'query'>,
  sql: string,
  values: readonly SqlValue[],
): Promise<readonly T[]> {
  return (await connection.query(sql, values, LIMIT_MS)) as readonly T[]
}

async function createMissing(connection: MysqlConnection, server: ShardServer): Promise<number> {
  const wanted = wantedTables(server)
  const existing = new Set(
    (
      await rows<{ readonly name: string }>(
        connection,
        'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
        [],
      )
    ).map(({ name }) => name),
  )
  const missing = [...wanted].filter(([name]) => !existing.has(name))
  for (const [, sql] of missing) await rows(connection, sql, [])
  if (!existing.has(WORKERS_TABLE)) await rows(connection, FILL_WORKERS_SQL, [])
  if (server.isHome) await fillProducts(connection)
  return missing.length
}

/** A catalogue that somebody else has begun is left alone. */
export async function fillProducts(connection: Pick<MysqlConnection, 'query'>): Promise<void> {
  const existing = await rows(connection, `SELECT product_id FROM ${PRODUCTS_TABLE} LIMIT 1`, [])
  if (existing.length > 0) return
  // Here, as only the first process of an empty system needs it: the others start without faker.
  const { faker } = await import('@faker-js/faker/locale/en')
  const products = namedProducts(faker).map(({ productId, name, priceCents }) => [productId, name, priceCents])
  await rows(connection, `INSERT INTO ${PRODUCTS_TABLE} (product_id, name, price_cents) VALUES ?`, [products])
}
