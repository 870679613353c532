// The schema's history, in numbered steps that only ever grow at the end. A change comes in two: `expand` adds what the new
// code needs and leaves what the old one uses, so that both run side by side; `contract` takes away what nobody uses any
// longer, and says so by `oldestCode`.

import { CREATE_PRODUCTS_SQL, PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { CREATE_DATASET_SQL } from '../../contracts/dataset.ts'
import { KEY_HASH_BYTES, KEY_WINDOW_MS } from '../../contracts/idempotency.ts'
import { CREATE_FENCE_SQL, CREATE_GAPS_SQL } from '../../contracts/migration-tables.ts'
import { namedProducts } from '../../contracts/product-names.ts'
import { type Shard, TABLE_FAMILIES, tableName } from '../../contracts/shard.ts'
import type { ShardServer } from '../../contracts/shard-map.ts'
import { createTableSql } from '../../contracts/tables.ts'
import { CREATE_CATALOGUE_AUDIT_SQL } from './catalogue-audit-table.ts'
import { fillFenceSql } from './fence.ts'
import type { SqlValue } from './mysql-connection.ts'
import { CREATE_PARKED_SQL } from './parked-events.ts'
import { CREATE_LEGACY_NUMBERS_SQL } from './sharded-store/legacy-numbers-table.ts'
import { ALL_WORKERS, CREATE_WORKERS_SQL, fillWorkersSql } from './worker-table.ts'

/** Runs one statement as the owner of the schema. */
export type RunSql = (sql: string, values?: readonly SqlValue[]) => Promise<readonly Record<string, unknown>[]>

export interface Migration {
  readonly version: number
  readonly name: string
  /** The oldest version of the code that runs on the schema after it. */
  readonly oldestCode: number
  /** May be repeated: a run that was killed is done again from its start, as MySQL commits each change of a table. */
  readonly apply: (run: RunSql, server: ShardServer) => Promise<void>
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'tables of orders, keys, outbox, workers and catalogue',
    oldestCode: 1,
    apply: async (run, { shards, isHome }) => {
      for (const family of TABLE_FAMILIES) {
        for (const shard of shards) await run(createTableSql(family, shard, { secondaryIndexes: true }))
      }
      await run(CREATE_PARKED_SQL)
      await run(CREATE_WORKERS_SQL)
      await run(fillWorkersSql(ALL_WORKERS))
      if (isHome) await fillCatalogue(run)
    },
  },
  {
    // Of databases that were made before the schema had numbers. Their keys of the window are kept.
    version: 2,
    name: 'idempotency keys as hashes',
    oldestCode: 2,
    apply: async (run, { shards }) => {
      for (const shard of shards) await hashKeys(run, tableName('idempotency_keys', shard), shard)
    },
  },
  {
    // The seeder's own step made it before; a service may only be granted a table that is there.
    version: 3,
    name: 'description of the data set, empty',
    oldestCode: 2,
    apply: async (run, { isHome }) => {
      if (isHome) await run(CREATE_DATASET_SQL)
    },
  },
  {
    // Not used, and not asked for, by a system that has no monolith beside it.
    version: 4,
    name: 'fence, gaps and old numbers, for a migration',
    oldestCode: 2,
    apply: async (run, { shards }) => {
      for (const table of shards.map((shard) => tableName('outbox', shard))) {
        if (!(await hasColumn(run, table, 'epoch'))) {
          await run(`ALTER TABLE ${table} ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0`)
        }
      }
      await run(CREATE_FENCE_SQL)
      if (shards.length > 0) await run(fillFenceSql(shards))
      await run(CREATE_GAPS_SQL)
      await run(CREATE_LEGACY_NUMBERS_SQL)
    },
  },
  {
    version: 5,
    name: 'who changed which product',
    oldestCode: 2,
    apply: async (run, { isHome }) => {
      if (isHome) await run(CREATE_CATALOGUE_AUDIT_SQL)
    },
  },
]

/** What this code needs. */
export const SCHEMA_VERSION = MIGRATIONS.length

async function hashKeys(run: RunSql, table: string, shard: Shard): Promise<void> {
  const old = `${table}_text`
  if (await hasColumn(run, table, 'idempotency_key')) await run(`RENAME TABLE ${table} TO ${old}`)
  if (!(await hasColumn(run, old, 'idempotency_key'))) return
  await run(createTableSql('idempotency_keys', shard, { secondaryIndexes: true }))
  await run(
    `INSERT INTO ${table} (user_id, key_hash, request_hash, order_id)
     SELECT user_id, UNHEX(LEFT(SHA2(idempotency_key, 256), ${2 * KEY_HASH_BYTES})), LEFT(request_hash, ${KEY_HASH_BYTES}), order_id
     FROM ${old} AS given WHERE created_at_ms >= ? ON DUPLICATE KEY UPDATE order_id = given.order_id`,
    [Date.now() - KEY_WINDOW_MS],
  )
  await run(`DROP TABLE ${old}`)
}

export async function hasColumn(run: RunSql, table: string, column: string): Promise<boolean> {
  const found = await run(
    `SELECT 1 AS found FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`,
    [table, column],
  )
  return found.length > 0
}

/** A catalogue that somebody else has begun is left alone. */
export async function fillCatalogue(run: RunSql): Promise<void> {
  await run(CREATE_PRODUCTS_SQL)
  if ((await run(`SELECT product_id FROM ${PRODUCTS_TABLE} LIMIT 1`)).length > 0) return
  // Here, as only the first start of an empty system needs it: the others start without faker.
  const { faker } = await import('@faker-js/faker/locale/en')
  const products = namedProducts(faker).map(({ productId, name, priceCents }) => [productId, name, priceCents])
  await run(`INSERT INTO ${PRODUCTS_TABLE} (product_id, name, price_cents) VALUES ?`, [products])
}
