// The column list of a table family, in the one order that every statement uses: mysql2 compiles a row parser per
// column set, so a constant projection keeps one parser for all shards.

import { ALL_SHARDS, type Shard, type TableFamily, tableName } from '../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'

export function columnsOf(family: TableFamily): string {
  return TABLE_SHAPES[family].columns.map(({ name }) => name).join(', ')
}

/** `INSERT INTO orders_07 (a, b) VALUES (?, ?)`, or `VALUES ?` for many rows at once. */
export function insertSql(family: TableFamily, rows: 'one' | 'many', columns = columnsOf(family)): readonly string[] {
  const values = rows === 'many' ? '?' : `(${columns.replaceAll(/[a-z_]+/g, '?')})`
  return sqlPerShard(family, (table) => `INSERT INTO ${table} (${columns}) VALUES ${values}`)
}

/** One statement per shard, built once. Index it with the shard. */
export function sqlPerShard(family: TableFamily, sql: (table: string) => string): readonly string[] {
  return ALL_SHARDS.map((shard) => sql(tableName(family, shard)))
}

export function sqlOf(statements: readonly string[], shard: Shard): string {
  const sql = statements[shard]
  if (sql === undefined) throw new RangeError(`no statement for shard ${shard}`)
  return sql
}
