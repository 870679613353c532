// The monolith's database as the seeder sees it: its tables, how far they are filled, and how they are removed.

import type { Connection } from 'mysql2/promise'
import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import {
  CREATE_LEGACY_SQL,
  LEGACY_ITEMS_TABLE,
  LEGACY_KEYS_TABLE,
  LEGACY_ORDERS_TABLE,
  LEGACY_OUTBOX_TABLE,
  LEGACY_PRODUCTS_TABLE,
  LEGACY_USERS_TABLE,
} from '../../contracts/legacy-tables.ts'
import { SWITCHES_TABLE } from '../../contracts/migration-tables.ts'
import { Refusal } from '../../contracts/refusal.ts'
import { SCHEMA_TABLE } from '../../contracts/schema-version.ts'
import { allProducts } from '../products.ts'
import { SEEDER_TABLES } from '../store/dataset-store.ts'
import { LANES_TABLE } from '../store/lanes.ts'
import { rows } from '../store/mysql-connection.ts'

/** Numbers of the checkpoints: of the orders in hours, of the users in shards. */
export const LEGACY_LANES = { orders: 0, users: 1 } as const
export type LegacyLane = keyof typeof LEGACY_LANES

/** Orders first: what is left of a removal that was killed are no orders without users. */
const LEGACY_TABLES = [LEGACY_ITEMS_TABLE, LEGACY_ORDERS_TABLE, LEGACY_USERS_TABLE, LEGACY_PRODUCTS_TABLE] as const

export async function createLegacyTables(connection: Connection): Promise<void> {
  for (const sql of CREATE_LEGACY_SQL) await connection.query(sql)
}

/** As the services' own catalogue: the same products at the same prices. */
export async function fillLegacyProducts(connection: Connection): Promise<void> {
  const values = allProducts().map(({ productId, name, priceCents }) => [productId, name, decimalOfCents(priceCents)])
  await connection.query(`REPLACE INTO ${LEGACY_PRODUCTS_TABLE} (id, name, price) VALUES ?`, [values])
}

/** What the schema's history says is made anew with the tables, by the next start. */
const PREPARED_TABLES = [LEGACY_KEYS_TABLE, LEGACY_OUTBOX_TABLE, SCHEMA_TABLE] as const

export async function dropLegacy(connection: Connection): Promise<void> {
  for (const table of [...LEGACY_TABLES, ...SEEDER_TABLES, ...PREPARED_TABLES])
    await connection.query(`DROP TABLE IF EXISTS ${table}`)
}

/** Once a migration has begun, rows without an order id may come no longer, and none may go without the other store's word. */
export async function refuseMigration(connection: Connection): Promise<void> {
  const [switches] = await rows(
    connection,
    `SELECT 1 AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '${SWITCHES_TABLE}'`,
  )
  if (!switches || (await rows(connection, `SELECT epoch FROM ${SWITCHES_TABLE} LIMIT 1`)).length === 0) return
  throw new Refusal({
    what: "the monolith's tables are not seeded while a migration is under way",
    why: ['its switches are in this database, and the sharded tables follow it'],
    wayOut: 'See where it stands (npm run switch -- status); to start over, remove the data, which asks first:',
    command: 'npm run clean',
  })
}

/** Tables with rows, the catalogue apart: a monolith that was started has filled it. */
export async function filledLegacyTables(connection: Connection): Promise<readonly string[]> {
  const known = await rows<{ name: string }>(
    connection,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)',
    [LEGACY_TABLES.filter((table) => table !== LEGACY_PRODUCTS_TABLE)],
  )
  const filled: string[] = []
  for (const { name } of known) {
    if ((await rows(connection, `SELECT id FROM ${name} LIMIT 1`)).length > 0) filled.push(name)
  }
  return filled
}

/** Waits for a checkpoint on its way to its commit: that of a killed seeder may end after its lock. */
export async function laneDone(connection: Connection, lane: LegacyLane): Promise<number> {
  const [found] = await rows<{ done: number | string }>(
    connection,
    `SELECT orders_done AS done FROM ${LANES_TABLE} WHERE shard = ? LOCK IN SHARE MODE`,
    [LEGACY_LANES[lane]],
  )
  return Number(found?.done ?? 0)
}

/** What the server keeps on disk for them. */
export async function legacyTableBytes(connection: Connection): Promise<number> {
  // MySQL caches these figures for a day; MariaDB does not know the variable.
  await connection.query('SET SESSION information_schema_stats_expiry = 0').catch(() => {})
  const [row] = await rows<{ bytes: number | string | null }>(
    connection,
    `SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name IN (?)`,
    [LEGACY_TABLES],
  )
  return Number(row?.bytes ?? 0)
}

/** So that the server chooses its indexes by what is there now. */
export async function analyseLegacyTables(connection: Connection): Promise<void> {
  await connection.query(`ANALYZE TABLE ${LEGACY_TABLES.join(', ')}`)
}
