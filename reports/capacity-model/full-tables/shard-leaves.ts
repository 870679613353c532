// Leaf pages of a shard's tables, by index: InnoDB's page arithmetic says how they share the pages that were counted.

import type { ShardFill, ShardLoad } from '../../../contracts/capacity-model/full-tables.ts'
import type { SeededFamily } from '../../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../../contracts/tables.ts'
import { isRefused } from '../refuse.ts'
import { tableSize } from '../table-size.ts'

export interface Leaves {
  readonly pages: number
  /** Pages a look-up reads from the root to the leaf. */
  readonly levels: number
}

export interface ShardLeaves {
  readonly orders: Leaves
  /** The index by user. */
  readonly userOrders: Leaves
  readonly orderItems: Leaves
  readonly payments: Leaves
}

export type RowsOfLoad = Pick<ShardLoad, 'itemsPerOrder' | 'extraBytesPerRow'>

/** Keys of the last days, the outbox and upper levels are counted as leaves too: below 2 % of the pages. */
export function shardLeaves({ orders, pages }: Pick<ShardFill, 'orders' | 'pages'>, load: RowsOfLoad): ShardLeaves {
  const ordersTable = sizeOf('orders', orders, load.extraBytesPerRow)
  const items = sizeOf('order_items', Math.round(orders * load.itemsPerOrder), 0)
  const payments = sizeOf('payments', orders, 0)
  const [index] = ordersTable.secondary
  if (index === undefined) throw new Error('orders have no index by user')
  const byLaw = {
    orders: { pages: ordersTable.leafPages, levels: ordersTable.levels },
    // The ladder builds it at each rung, from rows that are there: full pages.
    userOrders: { pages: index.leafPages.low, levels: index.levels },
    orderItems: { pages: items.leafPages, levels: items.levels },
    payments: { pages: payments.leafPages, levels: payments.levels },
  }
  const counted = pages / Object.values(byLaw).reduce((sum, leaves) => sum + leaves.pages, 0)
  const scaled = (leaves: Leaves): Leaves => ({ ...leaves, pages: Math.max(1, Math.round(leaves.pages * counted)) })
  return {
    orders: scaled(byLaw.orders),
    userOrders: scaled(byLaw.userOrders),
    orderItems: scaled(byLaw.orderItems),
    payments: scaled(byLaw.payments),
  }
}

function sizeOf(family: SeededFamily, rows: number, extraBytes: number) {
  const { columns, primaryKey, secondaryIndexes } = TABLE_SHAPES[family]
  const wider = extraBytes > 0 ? [{ name: 'extra', type: 'varbinary(65000)', meanBytes: extraBytes }] : []
  const answer = tableSize({
    columns: [...columns, ...wider],
    primaryKey,
    secondaryIndexes,
    rows,
    tables: 1,
    insertOrder: 'primary-key',
  })
  if (isRefused(answer)) throw new Error(`${family}: ${answer.refused.message}`)
  return answer
}
