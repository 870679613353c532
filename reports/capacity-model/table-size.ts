// Size of InnoDB tables from their columns. Exact for the clustered index filled in key order; for pages filled at
// random the fill is the uncertainty, so it comes as a range.

import type { Refused } from '../../contracts/capacity-model/interval.ts'
import type {
  SecondaryIndex,
  SecondarySize,
  TableAnswer,
  TableColumn,
  TableQuestion,
} from '../../contracts/capacity-model/table-size.ts'
import {
  EMPTIEST_FILL,
  entriesPerPage,
  KEY_ORDER_FILL,
  nodeBytes,
  PAGE_BYTES,
  RANDOM_FILL,
  RECORD_HEADER_BYTES,
  treeSize,
} from './b-tree.ts'
import { type CharacterSet, chosenCharacterSet } from './character-sets.ts'
import { type ColumnBytes, columnBytes, needsKeyPrefix } from './column-bytes.ts'
import { refuse } from './refuse.ts'

/** DB_TRX_ID and DB_ROLL_PTR in every clustered record. */
const HIDDEN_BYTES = 13
/** Stands in for a primary key that was not declared. */
const ROW_ID_BYTES = 6
/** A record must leave room for a second one on its page. */
const LARGEST_ROW_BYTES = 8126
/** What stays in the row of a value that moved to pages of its own (DYNAMIC row format). */
const POINTER_BYTES = 20
/** Longest index key of InnoDB with 16 KiB pages. */
const LARGEST_KEY_BYTES = 3072
const OVERFLOW_PAGE_BYTES = PAGE_BYTES - 46
/** A sorted index build fills secondary pages whole; only clustered ones keep 1/16 free. */
const SECONDARY_FILL = { low: EMPTIEST_FILL, high: 1 } as const
/** A segment keeps up to 1/8 of its extents free, and a file grows by four extents of 1 MiB. */
const FILE_OVER_PAGES = { low: 1, high: 8 / 7, growthBytes: 4 * 2 ** 20 } as const
/** Space header, insert buffer bitmap, inodes; MySQL adds the dictionary page. */
const FIXED_PAGES = 4

/** Column types that are not MySQL's are mistakes of the input; `tableMistakes` lists them. */
export function tableSize(question: TableQuestion): TableAnswer | Refused {
  const tableSet = tableCharacterSet(question)
  const columns = new Map(question.columns.map((column) => [column.name, bytesOf(column, tableSet)]))
  const row = rowLayout([...columns.values()], question.primaryKey.length === 0)
  if (row === null) {
    return refuse('row-too-large', `no row format keeps this row within the ${LARGEST_ROW_BYTES} bytes InnoDB allows`)
  }
  const unindexed = longKeyColumns(question)
  if (unindexed.length > 0) {
    const message = `MySQL takes no ${unindexed.join(', ')} into a key without a prefix length; use a varchar or varbinary`
    return refuse('key-without-prefix', message)
  }
  const key = keyLayout(columns, question.primaryKey)
  const keys = [question.primaryKey, ...question.secondaryIndexes.map((index) => index.columns)]
  const longest = Math.max(...keys.map((names) => largestKeyBytes(columns, names)))
  if (longest > LARGEST_KEY_BYTES) {
    const message = `an index key may take ${longest} bytes; InnoDB allows ${LARGEST_KEY_BYTES}`
    return refuse('key-too-long', message)
  }
  const rowNullBytes = nullBytes([...columns.values()])
  const perNode = entriesPerPage(nodeBytes(rowNullBytes, key), KEY_ORDER_FILL)
  const sizeAt = (fill: number) => treeSize(question.rows, entriesPerPage(row.bytes, fill), perNode)
  const ordered = question.insertOrder === 'primary-key'
  const leafFill = ordered ? KEY_ORDER_FILL : RANDOM_FILL
  const tree = sizeAt(leafFill)
  const [fullest, emptiest] = ordered ? [tree, tree] : [sizeAt(KEY_ORDER_FILL), sizeAt(EMPTIEST_FILL)]
  const offPageBytes = question.rows * row.overflowPages * PAGE_BYTES
  const secondary = question.secondaryIndexes.map((index) => secondarySize(index, question, columns))
  const fileBytes = {
    low: usedBytes(fullest.pages, secondary, 'low') + offPageBytes,
    high:
      (usedBytes(emptiest.pages, secondary, 'high') + offPageBytes) * FILE_OVER_PAGES.high +
      FILE_OVER_PAGES.growthBytes,
  }
  const orderedRows = entriesPerPage(row.bytes, KEY_ORDER_FILL)
  return {
    rowBytes: row.bytes,
    rowsPerLeaf: entriesPerPage(row.bytes, leafFill),
    leafPages: tree.leafPages,
    leafFill,
    leafPagesRange: { low: fullest.leafPages, high: emptiest.leafPages },
    levels: tree.levels,
    maxRowsAtLevels: { 2: orderedRows * perNode, 3: orderedRows * perNode ** 2, 4: orderedRows * perNode ** 3 },
    clusteredBytes: tree.pages * PAGE_BYTES,
    clusteredBytesRange: { low: fullest.pages * PAGE_BYTES, high: emptiest.pages * PAGE_BYTES },
    offPageBytes,
    secondary,
    fileBytes,
    totalBytes: { low: fileBytes.low * question.tables, high: fileBytes.high * question.tables },
    assumptions: [...columns.values()].flatMap((column) => column.assumption ?? []),
  }
}

export function tableMistakes(question: TableQuestion): readonly string[] {
  const names = new Map(question.columns.map((column) => [column.name, column]))
  const unknown = (where: string, list: readonly string[]): string[] =>
    list.filter((name) => !names.has(name)).map((name) => `${where}: no column '${name}'`)
  const table = chosenCharacterSet(question)
  const types = question.columns.flatMap((column, i) => {
    const result = columnBytes(column, 'chosen' in table ? table.chosen : null)
    return 'mistake' in result ? [`columns[${i}].type: ${result.mistake}`] : []
  })
  const repeated = question.columns.filter((column) => names.get(column.name) !== column)
  const nullableKeys = question.primaryKey.filter((name) => names.get(name)?.nullable === true)
  return [
    ...('mistake' in table ? [`the table: ${table.mistake}`] : []),
    ...types,
    ...repeated.map((column) => `columns: '${column.name}' is named twice`),
    ...unknown('primaryKey', question.primaryKey),
    ...nullableKeys.map((name) => `primaryKey: '${name}' is nullable, which a primary key cannot be`),
    ...question.secondaryIndexes.flatMap((index, i) => unknown(`secondaryIndexes[${i}].columns`, index.columns)),
  ]
}

function longKeyColumns({ columns, primaryKey, secondaryIndexes }: TableQuestion): readonly string[] {
  const keyed = new Set([primaryKey, ...secondaryIndexes.map((index) => index.columns)].flat())
  return columns.flatMap(({ name, type }) => (keyed.has(name) && needsKeyPrefix(type) ? `${name} ${type}` : []))
}

function tableCharacterSet(question: TableQuestion): CharacterSet | null {
  const result = chosenCharacterSet(question)
  if ('mistake' in result) throw new Error(result.mistake)
  return result.chosen
}

function bytesOf(column: TableColumn, tableSet: CharacterSet | null): ColumnBytes {
  const result = columnBytes(column, tableSet)
  if ('mistake' in result) throw new Error(`${column.name}: ${result.mistake}`)
  return result.bytes
}

interface RowLayout {
  readonly bytes: number
  readonly overflowPages: number
}

/** Long values leave a row that is too long, longest first, as InnoDB does; null when that does not help. */
function rowLayout(columns: readonly ColumnBytes[], hiddenKey: boolean): RowLayout | null {
  const fixed = RECORD_HEADER_BYTES + nullBytes(columns) + HIDDEN_BYTES + (hiddenKey ? ROW_ID_BYTES : 0)
  let bytes = columns.reduce((sum, column) => sum + column.lengthBytes + column.dataBytes, fixed)
  let overflowPages = 0
  const movable = columns
    .filter((column) => column.movable && column.dataBytes > 2 * POINTER_BYTES)
    .sort((a, b) => b.dataBytes - a.dataBytes)
  for (const column of movable) {
    if (bytes <= LARGEST_ROW_BYTES) break
    bytes -= column.dataBytes - POINTER_BYTES
    overflowPages += Math.ceil(column.dataBytes / OVERFLOW_PAGE_BYTES)
  }
  return bytes <= LARGEST_ROW_BYTES ? { bytes, overflowPages } : null
}

function nullBytes(columns: readonly ColumnBytes[]): number {
  return Math.ceil(columns.filter((column) => column.nullable).length / 8)
}

function keyLayout(columns: ReadonlyMap<string, ColumnBytes>, primaryKey: readonly string[]): number {
  if (primaryKey.length === 0) return ROW_ID_BYTES
  return pick(columns, primaryKey).reduce((sum, column) => sum + column.lengthBytes + column.dataBytes, 0)
}

/** What MySQL counts against the limit: the longest values the columns may hold, whatever they hold. */
function largestKeyBytes(columns: ReadonlyMap<string, ColumnBytes>, names: readonly string[]): number {
  return pick(columns, names).reduce((sum, column) => sum + column.largestBytes, 0)
}

function pick(columns: ReadonlyMap<string, ColumnBytes>, names: readonly string[]): readonly ColumnBytes[] {
  return names.flatMap((name) => columns.get(name) ?? [])
}

/** A secondary entry: its columns, then those of the primary key it does not hold already. */
function secondarySize(
  index: SecondaryIndex,
  question: TableQuestion,
  columns: ReadonlyMap<string, ColumnBytes>,
): SecondarySize {
  const own = pick(columns, index.columns)
  const rest = question.primaryKey.filter((name) => !index.columns.includes(name))
  const keyBytes = [...own, ...pick(columns, rest)].reduce(
    (sum, column) => sum + column.lengthBytes + column.dataBytes,
    question.primaryKey.length === 0 ? ROW_ID_BYTES : 0,
  )
  const entryBytes = RECORD_HEADER_BYTES + nullBytes(own) + keyBytes
  const perNode = entriesPerPage(nodeBytes(nullBytes(own), keyBytes), KEY_ORDER_FILL)
  const sizeAt = (fill: number) => treeSize(question.rows, entriesPerPage(entryBytes, fill), perNode)
  const [fullest, emptiest] = [sizeAt(SECONDARY_FILL.high), sizeAt(SECONDARY_FILL.low)]
  return {
    name: index.name,
    entryBytes,
    levels: sizeAt(RANDOM_FILL).levels,
    leafPages: { low: fullest.leafPages, high: emptiest.leafPages },
    bytes: { low: fullest.pages * PAGE_BYTES, high: emptiest.pages * PAGE_BYTES },
    fill: SECONDARY_FILL,
    typicalBytes: sizeAt(RANDOM_FILL).pages * PAGE_BYTES,
  }
}

function usedBytes(clusteredPages: number, secondary: readonly SecondarySize[], end: 'low' | 'high'): number {
  return secondary.reduce((sum, index) => sum + index.bytes[end], (clusteredPages + FIXED_PAGES) * PAGE_BYTES)
}
