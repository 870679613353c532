// The tables of a shard: made without secondary indexes, which are built sorted when the rows are there.

import type { Connection } from 'mysql2/promise'
import { CREATE_PRODUCTS_SQL, PRODUCT_COUNT, PRODUCTS_TABLE, productOf } from '../../contracts/catalogue.ts'
import {
  ALL_SHARDS,
  SEEDED_FAMILIES,
  type SeededFamily,
  type Shard,
  TABLE_FAMILIES,
  tableName,
} from '../../contracts/shard.ts'
import { createTableSql, indexSql, TABLE_SHAPES } from '../../contracts/tables.ts'
import { SEEDER_TABLES } from './dataset-store.ts'
import { rows } from './mysql-connection.ts'

export async function createTables(connection: Connection, shards: readonly number[]): Promise<void> {
  for (const shard of shards as readonly Shard[]) {
    for (const family of TABLE_FAMILIES) {
      const isSeeded = SEEDED_FAMILIES.some((seeded) => seeded === family)
      await connection.query(createTableSql(family, shard, { secondaryIndexes: !isSeeded }))
    }
  }
}

export async function fillCatalogue(connection: Connection): Promise<void> {
  await connection.query(CREATE_PRODUCTS_SQL)
  const values = Array.from({ length: PRODUCT_COUNT }, (_, at) => productOf(at + 1)).map(
    ({ productId, name, priceCents }) => [productId, name, priceCents],
  )
  await connection.query(`REPLACE INTO ${PRODUCTS_TABLE} (product_id, name, price_cents) VALUES ?`, [values])
}

/** Adds the secondary indexes that are missing, and tells the optimiser what the table now holds. */
export async function finishTable(connection: Connection, family: SeededFamily, shard: number): Promise<void> {
  const table = tableName(family, shard as Shard)
  const existing = await rows<{ name: string }>(
    connection,
    'SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?',
    [table],
  )
  const missing = TABLE_SHAPES[family].secondaryIndexes.filter(({ name }) => !existing.some((row) => row.name === name))
  if (missing.length > 0) {
    await connection.query(`ALTER TABLE ${table} ${missing.map((index) => `ADD KEY ${indexSql(index)}`).join(', ')}`)
  }
  await connection.query(`ANALYZE TABLE ${table}`)
}

/** Tables of ours that hold rows. */
export async function filledTables(connection: Connection): Promise<readonly string[]> {
  const names = SEEDED_FAMILIES.flatMap((family) => ALL_SHARDS.map((shard) => tableName(family, shard)))
  const present = await rows<{ name: string }>(
    connection,
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)',
    [names],
  )
  const filled: string[] = []
  for (const { name } of present) {
    if ((await rows(connection, `SELECT 1 FROM ${name} LIMIT 1`)).length > 0) filled.push(name)
  }
  return filled
}

export async function dropAll(connection: Connection): Promise<void> {
  const names = TABLE_FAMILIES.flatMap((family) => ALL_SHARDS.map((shard) => tableName(family, shard)))
  await connection.query(`DROP TABLE IF EXISTS ${[...SEEDER_TABLES, PRODUCTS_TABLE, ...names].join(', ')}`)
}
