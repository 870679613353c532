// All rows of some orders of one shard, in memory: three tables from one pass.

import { SEEDED_FAMILIES, type SeededFamily } from '../../contracts/shard.ts'
import type { OrderCursor } from '../rows/order-cursor.ts'
import type { RowWriter } from '../rows/row-formats.ts'
import { TableRows } from './table-rows.ts'

/** A second reader of the pass. */
export interface OrderFeed {
  readonly isFull: boolean
  append(order: OrderCursor): void
  handOver(): Promise<void>
}

export class ChunkRows {
  readonly tables: Readonly<Record<SeededFamily, TableRows>>

  constructor(writers: Readonly<Record<SeededFamily, RowWriter>>) {
    this.tables = {
      orders: new TableRows(writers.orders),
      order_items: new TableRows(writers.order_items),
      payments: new TableRows(writers.payments),
    }
  }

  get rows(): number {
    return SEEDED_FAMILIES.reduce((sum, family) => sum + this.tables[family].rows, 0)
  }

  /** Orders [from, to) in the place of what was there. A full feed holds the pass up. */
  async fill(cursor: OrderCursor, from: number, to: number, feed?: OrderFeed): Promise<void> {
    const { orders, order_items, payments } = this.tables
    for (const family of SEEDED_FAMILIES) this.tables[family].clear()
    cursor.seek(from)
    for (let row = from; row < to; row++) {
      if (feed?.isFull) await feed.handOver()
      cursor.next()
      orders.append(cursor, 1)
      order_items.append(cursor, cursor.itemCount)
      payments.append(cursor, 1)
      feed?.append(cursor)
    }
  }
}
