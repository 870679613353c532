// What makes a row of `orders_NN` as wide as somebody else's (`orders.extraBytesPerRow` of the plan).
//
// The table fills the column itself, from the order's id: whoever writes an order, seeder or service, writes its width and
// need not know it. Invisible: rows that are written or read without naming it are what they are without it.

import type { Column } from './tables.ts'

export const FILLER_COLUMN = 'filler'

/**
 * Two rows must fit a page of 16 KiB, or InnoDB moves the longest value out of the row: it allows 8 126 bytes, and the other
 * columns take 69 of them.
 */
export const MAX_EXTRA_BYTES = 8_000

const HASH_BYTES = 64

export function fillerColumn(bytes: number): Column {
  const type = `VARBINARY(${bytes})`
  return { name: FILLER_COLUMN, type, meanBytes: bytes, extra: `DEFAULT (${fillerSql(bytes)}) INVISIBLE` }
}

/** Of hashes: no disk and no dump makes less of them, and an order has the same bytes whenever it is written. */
function fillerSql(bytes: number): string {
  const hashes = Array.from(
    { length: Math.ceil(bytes / HASH_BYTES) },
    (_, at) => `UNHEX(SHA2(CONCAT(order_id, '.${at}'), ${8 * HASH_BYTES}))`,
  )
  return `LEFT(CONCAT(${hashes.join(', ')}), ${bytes})`
}
