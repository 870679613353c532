// How many bytes the tables will take, from their columns: InnoDB's page arithmetic, before a row is written.
//
// Row: 5 header + 13 transaction and roll pointer + columns; 16 256 usable bytes a page, 15/16 full when filled in
// primary-key order; a sorted secondary index is full. Files are larger than their pages by what is allocated ahead.

import { STORED_FAMILIES, type StoredFamily, TABLE_FAMILIES } from '../contracts/shard.ts'
import { type Column, tableShape } from '../contracts/tables.ts'

const PAGE_BYTES = 16_384
const USABLE_PAGE_BYTES = 16_256
const SEQUENTIAL_FILL = 15 / 16
/** Of pages that split at random: the mean over their lives. */
const RANDOM_FILL = Math.LN2
const DIRECTORY_BYTES_PER_ROW = 0.5
const ROW_OVERHEAD_BYTES = 18
const ENTRY_OVERHEAD_BYTES = 5
/** Free extents and upper levels, as measured: 1.002 at 50 million rows a table, about 1.02 at 10 million. */
const FILE_OVER_LEAVES = 1.01
/** An empty file-per-table tablespace with one index; each further index adds a page or two. */
const EMPTY_TABLE_BYTES = 112 * 1024
/** As a bulk load leaves it: measured, 82 to 95. Merges after it take away what Elasticsearch keeps for a recovery: 52. */
const SEARCH_BYTES_PER_DOCUMENT = 90

const LONGEST_IN_ONE_BYTE = 255
const TYPE_BYTES: Readonly<Record<string, number>> = { BIGINT: 8, INT: 4, SMALLINT: 2, TINYINT: 1, 'BINARY(16)': 16 }

export interface SizePrediction {
  readonly rows: Readonly<Record<StoredFamily, number>>
  readonly bytesPerRow: Readonly<Record<StoredFamily, number>>
  /** Of all tables of a family together. */
  readonly tableBytes: Readonly<Record<StoredFamily, number>>
  readonly mysqlBytes: number
  readonly searchBytes: number
  readonly totalBytes: number
}

export function bytesPerRow(family: StoredFamily, extraBytesPerRow: number): number {
  const { columns, primaryKey, secondaryIndexes } = tableShape(family, extraBytesPerRow)
  const sizeOf = (names: readonly string[]) =>
    columns.filter(({ name }) => names.includes(name)).reduce((sum, column) => sum + bytesOf(column), 0)
  const rowBytes = ROW_OVERHEAD_BYTES + sizeOf(columns.map(({ name }) => name))
  // Keys of users come in no order; everything else is written in the order of its primary key.
  const clustered = pageShare(rowBytes, family === 'idempotency_keys' ? RANDOM_FILL : SEQUENTIAL_FILL)
  const secondary = secondaryIndexes.map(({ columns: keys }) =>
    pageShare(ENTRY_OVERHEAD_BYTES + sizeOf([...new Set([...keys, ...primaryKey])]), 1),
  )
  return [clustered, ...secondary].reduce((sum, bytes) => sum + bytes, 0) * FILE_OVER_LEAVES
}

/** Rows of all shards together. */
export function predictSize(
  rows: Readonly<Record<StoredFamily, number>>,
  shards: number,
  extraBytesPerRow: number,
): SizePrediction {
  const perFamily = (bytes: (family: StoredFamily) => number) =>
    Object.fromEntries(STORED_FAMILIES.map((family) => [family, bytes(family)])) as Record<StoredFamily, number>
  const perRow = perFamily((family) => bytesPerRow(family, extraBytesPerRow))
  const tableBytes = perFamily((family) => Math.ceil(rows[family] * perRow[family]) + shards * EMPTY_TABLE_BYTES)
  const emptyBytes = (TABLE_FAMILIES.length - STORED_FAMILIES.length) * shards * EMPTY_TABLE_BYTES
  const mysqlBytes = STORED_FAMILIES.reduce((sum, family) => sum + tableBytes[family], emptyBytes)
  const searchBytes = Math.ceil(rows.orders * SEARCH_BYTES_PER_DOCUMENT)
  const totalBytes = mysqlBytes + searchBytes
  return { rows, bytesPerRow: perRow, tableBytes, mysqlBytes, searchBytes, totalBytes }
}

/** With the bytes that hold the length of a value whose type leaves it open. */
function bytesOf({ type, meanBytes }: Column): number {
  if (meanBytes === undefined) return TYPE_BYTES[type] ?? 0
  return meanBytes + (meanBytes > LONGEST_IN_ONE_BYTE ? 2 : 1)
}

/** A row's share of its leaf page. The second row goes in whatever it leaves free. */
function pageShare(entryBytes: number, fill: number): number {
  return PAGE_BYTES / Math.max(2, Math.floor((USABLE_PAGE_BYTES * fill) / (entryBytes + DIRECTORY_BYTES_PER_ROW)))
}

/** As people are told of sizes: `12.8 GB`, `1.08 GB`, and below one of them `340 MB`. */
export function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(bytes < 10e9 ? 2 : 1)} GB`
}
