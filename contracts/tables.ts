// The tables of one shard: the one place that knows columns, types and keys. The services, the seeder, the verifier
// and the table-size model all read it.

import { fillerColumn } from './filler-column.ts'
import { type Shard, type TableFamily, tableName } from './shard.ts'

export interface Column {
  readonly name: string
  /** MySQL type, as in CREATE TABLE. */
  readonly type: string
  /** Of a type of variable length: bytes of every value. */
  readonly meanBytes?: number
  readonly nullable?: boolean
  /** `AUTO_INCREMENT`, `DEFAULT 0` and the like. */
  readonly extra?: string
}

export interface SecondaryIndex {
  readonly name: string
  readonly columns: readonly string[]
}

export interface TableShape {
  readonly columns: readonly Column[]
  readonly primaryKey: readonly string[]
  readonly secondaryIndexes: readonly SecondaryIndex[]
}

/** Beside the shards' tables on every server: who issues order ids, and events that the search index did not take. */
export const WORKERS_TABLE = 'order_id_workers'
export const PARKED_TABLE = 'parked_events'
/** Which order an old number stands for, of orders that were born in the monolith: later numbers say it themselves. */
export const LEGACY_NUMBERS_TABLE = 'legacy_numbers'

/** Times are milliseconds since 1970 (UTC) in BIGINT: no time zone, no parsing, 8 bytes. */
export const TABLE_SHAPES: Readonly<Record<TableFamily, TableShape>> = {
  orders: {
    columns: [
      { name: 'order_id', type: 'BIGINT' },
      { name: 'user_id', type: 'BIGINT' },
      { name: 'status', type: 'TINYINT' },
      { name: 'channel', type: 'TINYINT' },
      { name: 'region', type: 'SMALLINT' },
      { name: 'item_count', type: 'TINYINT' },
      { name: 'amount_cents', type: 'BIGINT' },
      { name: 'created_at_ms', type: 'BIGINT' },
      { name: 'updated_at_ms', type: 'BIGINT' },
      { name: 'version', type: 'INT' },
    ],
    primaryKey: ['order_id'],
    // Order ids are time-ordered: this index answers "a user's orders, newest first" without a date column.
    secondaryIndexes: [{ name: 'user_orders', columns: ['user_id', 'order_id'] }],
  },
  order_items: {
    columns: [
      { name: 'order_id', type: 'BIGINT' },
      { name: 'line_no', type: 'TINYINT' },
      { name: 'product_id', type: 'INT' },
      { name: 'quantity', type: 'SMALLINT' },
      { name: 'unit_price_cents', type: 'BIGINT' },
    ],
    primaryKey: ['order_id', 'line_no'],
    secondaryIndexes: [],
  },
  payments: {
    columns: [
      { name: 'order_id', type: 'BIGINT' },
      { name: 'payment_no', type: 'TINYINT' },
      { name: 'user_id', type: 'BIGINT' },
      { name: 'status', type: 'TINYINT' },
      { name: 'method', type: 'TINYINT' },
      { name: 'amount_cents', type: 'BIGINT' },
      { name: 'created_at_ms', type: 'BIGINT' },
      { name: 'updated_at_ms', type: 'BIGINT' },
      { name: 'version', type: 'INT' },
    ],
    // Clustered by order: a payment is always asked for by its order, so no secondary index is paid for.
    primaryKey: ['order_id', 'payment_no'],
    secondaryIndexes: [],
  },
  outbox: {
    columns: [
      { name: 'event_id', type: 'BIGINT', extra: 'AUTO_INCREMENT' },
      { name: 'order_id', type: 'BIGINT' },
      { name: 'version', type: 'INT' },
      { name: 'document', type: 'JSON' },
      { name: 'created_at_ms', type: 'BIGINT' },
      // What its writer showed to the fence, while a migration is in use.
      { name: 'epoch', type: 'BIGINT', extra: 'DEFAULT 0' },
    ],
    primaryKey: ['event_id'],
    secondaryIndexes: [],
  },
  idempotency_keys: {
    columns: [
      { name: 'user_id', type: 'BIGINT' },
      { name: 'key_hash', type: 'BINARY(16)' },
      { name: 'request_hash', type: 'BINARY(16)' },
      { name: 'order_id', type: 'BIGINT' },
    ],
    primaryKey: ['user_id', 'key_hash'],
    // Order ids are time-ordered: keys whose window has passed lie together at its start.
    secondaryIndexes: [{ name: 'key_age', columns: ['order_id'] }],
  },
}

/** As wide as the plan says: `extraBytesPerRow` of its orders are a column more of `orders_NN`. */
export function tableShape(family: TableFamily, extraBytesPerRow: number): TableShape {
  const shape = TABLE_SHAPES[family]
  if (family !== 'orders' || extraBytesPerRow === 0) return shape
  return { ...shape, columns: [...shape.columns, fillerColumn(extraBytesPerRow)] }
}

export interface TableOptions {
  /** Without them for a bulk load that adds them afterwards. */
  readonly secondaryIndexes: boolean
  /** None where it is left out. */
  readonly extraBytesPerRow?: number
}

/** `CREATE TABLE IF NOT EXISTS`. */
export function createTableSql(
  family: TableFamily,
  shard: Shard,
  { secondaryIndexes, extraBytesPerRow = 0 }: TableOptions,
): string {
  const shape = tableShape(family, extraBytesPerRow)
  const lines = [
    ...shape.columns.map((column) => `  ${columnSql(column)}`),
    `  PRIMARY KEY (${shape.primaryKey.join(', ')})`,
    ...(secondaryIndexes ? shape.secondaryIndexes : []).map((index) => `  KEY ${indexSql(index)}`),
  ]
  return `CREATE TABLE IF NOT EXISTS ${tableName(family, shard)} (\n${lines.join(',\n')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
}

/** `status TINYINT NOT NULL`, for CREATE TABLE and ALTER TABLE … ADD COLUMN alike. */
export function columnSql({ name, type, nullable, extra }: Column): string {
  return `${name} ${type} ${nullable ? 'NULL' : 'NOT NULL'}${extra ? ` ${extra}` : ''}`
}

/** `user_orders (user_id, order_id)`, for CREATE TABLE and ALTER TABLE … ADD KEY alike. */
export function indexSql(index: SecondaryIndex): string {
  return `${index.name} (${index.columns.join(', ')})`
}
