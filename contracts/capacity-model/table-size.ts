// InnoDB table size from column types: what one row takes, how many fit a page, how deep the tree is.

import type { Span } from './interval.ts'

export interface TableColumn {
  readonly name: string
  /** As in MySQL's CREATE TABLE: `bigint unsigned`, `varchar(64)`, `decimal(10,2)`, `char(8) character set utf8mb4`. */
  readonly type: string
  /** Mean stored length of a variable-length value, in bytes. */
  readonly meanBytes?: number
  readonly nullable?: boolean
}

export interface SecondaryIndex {
  readonly name: string
  readonly columns: readonly string[]
}

/** Order in which rows arrive, seen from the primary key: it decides how full the pages are. */
export const INSERT_ORDERS = ['primary-key', 'random'] as const
export type InsertOrder = (typeof INSERT_ORDERS)[number]

export interface TableQuestion {
  readonly columns: readonly TableColumn[]
  /** The table's own, for columns that name neither; a collation belongs to the character set it begins with. */
  readonly characterSet?: string | undefined
  readonly collation?: string | undefined
  /** Empty: InnoDB adds a hidden row id of 6 bytes. */
  readonly primaryKey: readonly string[]
  readonly secondaryIndexes: readonly SecondaryIndex[]
  /** Rows of one table. */
  readonly rows: number
  readonly tables: number
  readonly insertOrder: InsertOrder
}

export interface SecondarySize {
  readonly name: string
  readonly entryBytes: number
  readonly levels: number
  /** Leaf pages from fullest to emptiest. */
  readonly leafPages: Span
  readonly bytes: Span
  readonly fill: Span
  /** At the fill random inserts settle at. */
  readonly typicalBytes: number
}

export interface TableAnswer {
  readonly rowBytes: number
  readonly rowsPerLeaf: number
  readonly leafPages: number
  readonly leafFill: number
  readonly leafPagesRange: Span
  readonly levels: number
  readonly maxRowsAtLevels: Readonly<Record<'2' | '3' | '4', number>>
  readonly clusteredBytes: number
  readonly clusteredBytesRange: Span
  /** Long values kept in pages of their own. */
  readonly offPageBytes: number
  readonly secondary: readonly SecondarySize[]
  readonly fileBytes: Span
  readonly totalBytes: Span
  readonly assumptions: readonly string[]
}
