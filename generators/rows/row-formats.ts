// One order's rows as bytes, per table family. Each cell list is in the column order of contracts/tables.ts; the two
// formats of files (TSV and NDJSON) differ only in what stands between the cells. What a load sends is TSV with shorter
// times: see `sentColumns`.

import { type SeededFamily, type Shard, tableName } from '../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import { writeNumber, writeSeven } from './digits.ts'
import { type FixedText, fixedText, put } from './fixed-text.ts'
import type { OrderCursor } from './order-cursor.ts'

export const FILE_FORMATS = ['tsv', 'ndjson'] as const
export type FileFormat = (typeof FILE_FORMATS)[number]
/** Of files, or of what `LOAD DATA` is sent. */
export type RowFormat = FileFormat | 'load'

/** Writes all rows of the cursor's order in one family; returns the position after them. */
export type RowWriter = (order: OrderCursor, target: DataView, at: number) => number

/** Bytes that stand before each cell, and after the last. */
interface Frame {
  readonly before: readonly FixedText[]
  /** The one byte between cells, where that is all there is. */
  readonly separator: number | null
  readonly end: FixedText
}

/** An order's rows in one family never need more: 50 items × 5 cells × 20 digits, with names. */
export const MAX_ORDER_BYTES = 16_384

const PAYMENT_NO = 1
const TAB = 9
const ZERO = 48

/** The writer of each table. */
export function rowWriters(format: RowFormat): Readonly<Record<SeededFamily, RowWriter>> {
  return {
    orders: orderRow(frameOf('orders', format), format),
    order_items: itemRows(frameOf('order_items', format)),
    payments: paymentRow(frameOf('payments', format), format),
  }
}

/**
 * The cells of a row in the format `load`: without `created_at_ms`, which the order id holds, and with `updated_at_ms` as
 * milliseconds since then: of 70 bytes of an order or a payment, 18 to 20 need not be written, sent or parsed.
 */
export function sentColumns(family: SeededFamily): readonly string[] {
  return columnNames(family).filter((name) => name !== 'created_at_ms')
}

/** How many rows of a family an order has. */
export function rowsOf(family: SeededFamily, order: OrderCursor): number {
  return family === 'order_items' ? order.itemCount : 1
}

function orderRow(frame: Frame, format: RowFormat): RowWriter {
  const { before, end } = frame
  const cell = cellWriter(frame)
  const times = timesWriter(cell, format)
  return (order, target, start) => {
    let at = writeOrderId(order, target, put(target, start, before[0] as FixedText))
    at = cell(target, at, 1, order.userId)
    at = cell(target, at, 2, order.status)
    at = cell(target, at, 3, order.channel)
    at = cell(target, at, 4, order.region)
    at = cell(target, at, 5, order.itemCount)
    at = cell(target, at, 6, order.amountCents)
    at = times(target, at, 7, order.createdAtMs, order.updatedAtMs)
    at = cell(target, at, 9, order.version)
    return put(target, at, end)
  }
}

function itemRows(frame: Frame): RowWriter {
  const { before, end } = frame
  const cell = cellWriter(frame)
  return (order, target, start) => {
    let at = start
    for (let line = 0; line < order.itemCount; line++) {
      const productId = order.productIds[line] as number
      at = writeOrderId(order, target, put(target, at, before[0] as FixedText))
      at = cell(target, at, 1, line + 1)
      at = cell(target, at, 2, productId)
      at = cell(target, at, 3, order.quantities[line] as number)
      at = cell(target, at, 4, order.prices[productId] as number)
      at = put(target, at, end)
    }
    return at
  }
}

function paymentRow(frame: Frame, format: RowFormat): RowWriter {
  const { before, end } = frame
  const cell = cellWriter(frame)
  const times = timesWriter(cell, format)
  return (order, target, start) => {
    let at = writeOrderId(order, target, put(target, start, before[0] as FixedText))
    at = cell(target, at, 1, PAYMENT_NO)
    at = cell(target, at, 2, order.userId)
    at = cell(target, at, 3, order.paymentStatus)
    at = cell(target, at, 4, order.method)
    at = cell(target, at, 5, order.amountCents)
    at = times(target, at, 6, order.createdAtMs, order.paymentUpdatedAtMs)
    at = cell(target, at, 8, order.paymentVersion)
    return put(target, at, end)
  }
}

function columnNames(family: SeededFamily): readonly string[] {
  return TABLE_SHAPES[family].columns.map(({ name }) => name)
}

function frameOf(family: SeededFamily, format: RowFormat): Frame {
  if (format !== 'ndjson') return { before: [fixedText('')], separator: TAB, end: fixedText('\n') }
  // Order ids pass 2^53: the one cell that is a JSON string.
  const key = (name: string, at: number) => `${at === 0 ? '{' : at === 1 ? '",' : ','}"${name}":${at === 0 ? '"' : ''}`
  return {
    before: columnNames(family).map((name, at) => fixedText(key(name, at))),
    separator: null,
    end: fixedText('}\n'),
  }
}

type CellWriter = (target: DataView, at: number, column: number, value: number) => number

/** TSV is the row loop of every load: a separator and a single digit, half of all cells, are one store. */
function cellWriter({ before, separator }: Frame): CellWriter {
  if (separator !== null) {
    const andZero = separator | (ZERO << 8)
    return (target, at, _column, value) => {
      if (value < 10) {
        target.setUint16(at, andZero + (value << 8), true)
        return at + 2
      }
      target.setUint8(at, separator)
      return writeNumber(target, at + 1, value)
    }
  }
  return (target, at, column, value) => writeNumber(target, put(target, at, before[column] as FixedText), value)
}

type TimesWriter = (target: DataView, at: number, column: number, createdAtMs: number, updatedAtMs: number) => number

/** `created_at_ms` in `column`, and `updated_at_ms` after it. */
function timesWriter(cell: CellWriter, format: RowFormat): TimesWriter {
  if (format === 'load') {
    return (target, at, column, createdAtMs, updatedAtMs) => cell(target, at, column, updatedAtMs - createdAtMs)
  }
  return (target, at, column, createdAtMs, updatedAtMs) =>
    cell(target, cell(target, at, column, createdAtMs), column + 1, updatedAtMs)
}

export function writeOrderId(order: OrderCursor, target: DataView, at: number): number {
  return writeSeven(target, writeNumber(target, at, order.idHigh), order.idLow)
}

/** `orders_07.tsv`. */
export function fileName(family: SeededFamily, shard: Shard, format: FileFormat): string {
  return `${tableName(family, shard)}.${format}`
}
