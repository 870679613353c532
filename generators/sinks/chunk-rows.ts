// All rows of some orders of one shard, in memory: three tables from one pass.

import { setImmediate as letOthersRun } from 'node:timers/promises'
import { SEEDED_FAMILIES, type SeededFamily } from '../../contracts/shard.ts'
import type { ChunkRange } from '../chunk-ranges.ts'
import type { OrderCursor } from '../rows/order-cursor.ts'
import type { RowWriter } from '../rows/row-formats.ts'
import { TableRows } from './table-rows.ts'

/**
 * Half a millisecond of generating: whoever sends another chunk meanwhile is never late, because the socket holds more
 * rows than the server reads in that time.
 */
const SLICE_ORDERS = 500

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

  /** The range's orders in the place of what was there. A full feed holds the pass up. */
  async fill(cursor: OrderCursor, { from, to }: ChunkRange, feed?: OrderFeed): Promise<void> {
    for (const family of SEEDED_FAMILIES) this.tables[family].clear()
    cursor.seek(from)
    for (let at = from; at < to; at += SLICE_ORDERS) {
      await this.#appendOrders(cursor, Math.min(SLICE_ORDERS, to - at), feed)
      await letOthersRun()
    }
  }

  async #appendOrders(cursor: OrderCursor, count: number, feed?: OrderFeed): Promise<void> {
    const { orders, order_items, payments } = this.tables
    for (let order = 0; order < count; order++) {
      if (feed?.isFull) await feed.handOver()
      cursor.next()
      orders.append(cursor, 1)
      order_items.append(cursor, cursor.itemCount)
      payments.append(cursor, 1)
      feed?.append(cursor)
    }
  }
}
