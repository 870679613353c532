// What the services need to exist. Creates only what is missing, so it is safe beside a seeded database and beside
// other starting processes.

import { CREATE_PRODUCTS_SQL, PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { namedProducts } from '../../contracts/product-names.ts'
import { ALL_SHARDS, TABLE_FAMILIES, tableName } from '../../contracts/shard.ts'
import { createTableSql } from '../../contracts/tables.ts'
import { SutError } from '../errors.ts'
import { contextFor } from '../telemetry/call-context.ts'
import type { MysqlPool, Session } from './mysql-pool.ts'
import { CREATE_PARKED_SQL, PARKED_TABLE } from './parked-events.ts'
import { CREATE_WORKERS_SQL, FILL_WORKERS_SQL, WORKERS_TABLE } from './worker-table.ts'

const LOCK_WAIT_SECONDS = 60
const LIMIT_MS = 120_000

/** Name → CREATE statement of every table. */
function wantedTables(): ReadonlyMap<string, string> {
  const sharded = TABLE_FAMILIES.flatMap((family) =>
    ALL_SHARDS.map(
      (shard) => [tableName(family, shard), createTableSql(family, shard, { secondaryIndexes: true })] as const,
    ),
  )
  return new Map([
    ...sharded,
    [PRODUCTS_TABLE, CREATE_PRODUCTS_SQL],
    [PARKED_TABLE, CREATE_PARKED_SQL],
    [WORKERS_TABLE, CREATE_WORKERS_SQL],
  ])
}

/** Resolves to the number of tables created. */
export async function ensureSchema(pool: MysqlPool): Promise<number> {
  const context = contextFor('schema', LIMIT_MS)
  return pool.withSession(context, async (session) => {
    // Named locks belong to the server, not to the database: two checkouts on one server must not meet here.
    const lockName = "CONCAT('headroom-schema/', LEFT(DATABASE(), 40))"
    const [lock] = await session.rows<{ readonly taken: number | string | null }>(
      `SELECT GET_LOCK(${lockName}, ?) AS taken`,
      [LOCK_WAIT_SECONDS],
    )
    if (Number(lock?.taken) !== 1) throw new SutError('unavailable', 'another process is still creating the tables')
    try {
      return await createMissing(session)
    } finally {
      await session.rows(`SELECT RELEASE_LOCK(${lockName})`, [])
    }
  })
}

async function createMissing(session: Session): Promise<number> {
  const wanted = wantedTables()
  const existing = new Set(
    (
      await session.rows<{ readonly name: string }>(
        'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
        [],
      )
    ).map(({ name }) => name),
  )
  const missing = [...wanted].filter(([name]) => !existing.has(name))
  for (const [, sql] of missing) await session.execute(sql, [])
  if (!existing.has(WORKERS_TABLE)) await session.execute(FILL_WORKERS_SQL, [])
  await fillProducts(session)
  return missing.length
}

/** A catalogue that somebody else has begun is left alone. */
async function fillProducts(session: Session): Promise<void> {
  const existing = await session.rows(`SELECT product_id FROM ${PRODUCTS_TABLE} LIMIT 1`, [])
  if (existing.length > 0) return
  // Here, as only the first process of an empty system needs it: the others start without faker.
  const { faker } = await import('@faker-js/faker/locale/en')
  const rows = namedProducts(faker).map(({ productId, name, priceCents }) => [productId, name, priceCents])
  await session.execute(`INSERT INTO ${PRODUCTS_TABLE} (product_id, name, price_cents) VALUES ?`, [rows])
}
