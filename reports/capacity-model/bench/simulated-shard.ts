// A shard's rows by the data set's own formulas, scaled down: who placed which order, which pages a request touches.

import type { ShardLoad } from '../../../contracts/capacity-model/full-tables.ts'
import type { Dataset, SeededShard } from '../../../contracts/dataset.ts'
import { RECENCY_EXPONENT, recentRow } from '../../../contracts/seeded-choice.ts'
import { draw, STREAM, streamKey, TWO_32, userOfDraw } from '../../../contracts/seeded-order.ts'

/** 1 : 100 of one of 64 shards of the default plan: 60 million users, 640 whales that place 2 % of the orders. */
export const SIMULATED_LOAD: ShardLoad = {
  recencyExponent: 3,
  listLimit: 20,
  users: 9_375,
  activity: [
    { shareOfUsers: 0.05, shareOfOrders: 0.35 },
    { shareOfUsers: 0.2, shareOfOrders: 0.4 },
    { shareOfUsers: 0.75, shareOfOrders: 0.25 },
  ],
  whales: { count: 10, shareOfOrders: 0.02 },
  itemsPerOrder: 2.02,
  extraBytesPerRow: 0,
}

/** Orders whose rows share a page, as counted on tables that were built. */
const ORDERS_PER_PAGE = { orders: 225, userOrders: 756, orderItems: 181, payments: 232 } as const
const SHARD = 7
const SEED = 1

export interface SimulatedShard {
  readonly orders: number
  readonly pages: number
  /** Pages of one request, from a draw in [0, 1). */
  readonly touched: (flow: 'list' | 'detail' | 'checkout', u: number) => readonly number[]
}

export function simulatedShard(orders: number): SimulatedShard {
  const { users, listLimit } = SIMULATED_LOAD
  const buyers = buyersOf(orders)
  const firstEntry = new Int32Array(users + SIMULATED_LOAD.whales.count + 1)
  for (const buyer of buyers) firstEntry[buyer + 1] = (firstEntry[buyer + 1] ?? 0) + 1
  for (let i = 1; i < firstEntry.length; i++) firstEntry[i] = (firstEntry[i] ?? 0) + (firstEntry[i - 1] ?? 0)
  const next = firstEntry.slice()
  const entries = new Int32Array(orders)
  buyers.forEach((buyer, row) => {
    const entry = next[buyer] ?? 0
    entries[entry] = row
    next[buyer] = entry + 1
  })

  const pagesOf = (family: keyof typeof ORDERS_PER_PAGE): number => Math.ceil(orders / ORDERS_PER_PAGE[family])
  const from = { orders: 0, userOrders: pagesOf('orders'), orderItems: 0, payments: 0 }
  from.orderItems = from.userOrders + pagesOf('userOrders')
  from.payments = from.orderItems + pagesOf('orderItems')
  const pageOf = (family: keyof typeof ORDERS_PER_PAGE, at: number): number =>
    from[family] + Math.floor(at / ORDERS_PER_PAGE[family])

  return {
    orders,
    pages: from.payments + pagesOf('payments'),
    touched: (flow, u) => {
      const row = recentRow(orders, u, RECENCY_EXPONENT.usual)
      if (flow === 'detail') return [pageOf('orders', row), pageOf('orderItems', row), pageOf('payments', row)]
      const buyer = buyers[row] ?? 0
      const newest = (firstEntry[buyer + 1] ?? 0) - 1
      const index = pageOf('userOrders', newest)
      if (flow === 'checkout') return [index]
      const oldest = Math.max(firstEntry[buyer] ?? 0, newest - listLimit + 1)
      const listed = Array.from({ length: newest - oldest + 1 }, (_, i) => pageOf('orders', entries[newest - i] ?? 0))
      return [index, ...listed]
    },
  }
}

function buyersOf(orders: number): Int32Array {
  const { users, whales, activity } = SIMULATED_LOAD
  const table: SeededShard = {
    shard: SHARD,
    orders,
    users,
    whales: whales.count,
    whaleWeight: Math.round(whales.shareOfOrders * TWO_32),
  }
  const stairs = activity.map((_, i) => ({
    shareOfUsers: threshold(activity.slice(0, i + 1).map(({ shareOfUsers }) => shareOfUsers)),
    shareOfOrders: threshold(activity.slice(0, i + 1).map(({ shareOfOrders }) => shareOfOrders)),
  }))
  const dataset = { activity: stairs, firstWhaleIndex: users } as unknown as Dataset
  const key = streamKey(SEED, STREAM.user, SHARD)
  // User ids are 64·(index + 1) + shard.
  return Int32Array.from({ length: orders }, (_, row) => (userOfDraw(dataset, table, draw(key, row)) - SHARD) / 64 - 1)
}

function threshold(shares: readonly number[]): number {
  return Math.round(
    Math.min(
      1,
      shares.reduce((sum, share) => sum + share, 0),
    ) * TWO_32,
  )
}
