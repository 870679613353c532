// The tables of a shard: made without secondary indexes, which are built sorted when the rows are there.

import type { Connection } from 'mysql2/promise'
import { PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { FILLER_COLUMN, fillerColumn } from '../../contracts/filler-column.ts'
import { SCHEMA_TABLE } from '../../contracts/schema-version.ts'
import {
  ALL_SHARDS,
  SEEDED_FAMILIES,
  type SeededFamily,
  type Shard,
  TABLE_FAMILIES,
  tableName,
} from '../../contracts/shard.ts'
import { columnSql, createTableSql, indexSql, TABLE_SHAPES } from '../../contracts/tables.ts'
import { SEEDER_TABLES } from './dataset-store.ts'
import { rows } from './mysql-connection.ts'

/** Tables to be loaded have no secondary indexes; those that a service has made already, and not yet used, lose them. */
export async function createTables(
  connection: Connection,
  shards: readonly number[],
  extraBytesPerRow: number,
): Promise<void> {
  for (const shard of shards as readonly Shard[]) {
    for (const family of TABLE_FAMILIES) {
      // Keys are written last, and in the order of their index.
      const isSeeded = SEEDED_FAMILIES.some((seeded) => seeded === family)
      await connection.query(createTableSql(family, shard, { secondaryIndexes: !isSeeded, extraBytesPerRow }))
    }
    await fitWidth(connection, tableName('orders', shard), extraBytesPerRow)
    for (const family of SEEDED_FAMILIES) await deferIndexes(connection, family, shard)
  }
}

/** A service that made the table knows no plan. */
async function fitWidth(connection: Connection, table: string, extraBytesPerRow: number): Promise<void> {
  const [filler] = await rows<{ type: string }>(
    connection,
    `SELECT column_type AS type FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`,
    [table, FILLER_COLUMN],
  )
  const wanted = extraBytesPerRow === 0 ? null : fillerColumn(extraBytesPerRow)
  if (filler?.type.toUpperCase() === wanted?.type) return
  const changes = [
    ...(filler ? [`DROP COLUMN ${FILLER_COLUMN}`] : []),
    ...(wanted ? [`ADD COLUMN ${columnSql(wanted)}`] : []),
  ]
  for (const change of changes) await connection.query(`ALTER TABLE ${table} ${change}, ALGORITHM=COPY`)
}

async function deferIndexes(connection: Connection, family: SeededFamily, shard: Shard): Promise<void> {
  if (TABLE_SHAPES[family].secondaryIndexes.length === 0) return
  const table = tableName(family, shard)
  const ours = TABLE_SHAPES[family].secondaryIndexes.map(({ name }) => name)
  const present = (await secondaryIndexes(connection, table)).filter((name) => ours.includes(name))
  if (present.length === 0 || (await rows(connection, `SELECT 1 FROM ${table} LIMIT 1`)).length > 0) return
  await connection.query(`ALTER TABLE ${table} ${present.map((name) => `DROP KEY ${name}`).join(', ')}`)
}

async function secondaryIndexes(connection: Connection, table: string): Promise<readonly string[]> {
  const found = await rows<{ name: string }>(
    connection,
    `SELECT DISTINCT index_name AS name FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name <> 'PRIMARY'`,
    [table],
  )
  return found.map(({ name }) => name)
}

/** Built again, sorted, when the next rows are there. */
export async function dropIndexes(connection: Connection, shard: Shard): Promise<void> {
  for (const family of SEEDED_FAMILIES) {
    const table = tableName(family, shard)
    const ours = TABLE_SHAPES[family].secondaryIndexes.map(({ name }) => name)
    const present = (await secondaryIndexes(connection, table)).filter((name) => ours.includes(name))
    if (present.length > 0) {
      await connection.query(`ALTER TABLE ${table} ${present.map((name) => `DROP KEY ${name}`).join(', ')}`)
    }
  }
}

export async function finishShard(connection: Connection, shard: number): Promise<void> {
  for (const family of SEEDED_FAMILIES) await finishTable(connection, family, shard)
}

/** Adds the secondary indexes that are missing, and tells the optimiser what the table now holds. */
export async function finishTable(connection: Connection, family: SeededFamily, shard: number): Promise<void> {
  const table = tableName(family, shard as Shard)
  const present = await secondaryIndexes(connection, table)
  const missing = TABLE_SHAPES[family].secondaryIndexes.filter(({ name }) => !present.includes(name))
  if (missing.length > 0) {
    try {
      await connection.query(`ALTER TABLE ${table} ${missing.map((index) => `ADD KEY ${indexSql(index)}`).join(', ')}`)
    } catch (error) {
      // The server may still have been building them for a seeder that was killed; then this one has waited for it.
      const present = await secondaryIndexes(connection, table)
      if (missing.some(({ name }) => !present.includes(name))) throw error
    }
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
  // In this order: a kill leaves the data set's own record to the last.
  await connection.query(
    `DROP TABLE IF EXISTS ${[...names, PRODUCTS_TABLE, SCHEMA_TABLE, ...SEEDER_TABLES].join(', ')}`,
  )
}
