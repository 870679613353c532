// Which seeded order a request is about: by formula, so no id list is loaded and no id is invented.
//
// A table is chosen in proportion to its rows; within it, the row's age follows u³ of the table, or another power that the
// plan names: half of all requests fall on the newest 12.5 % of the rows, a fifth on the newest 0.8 %, and the oldest
// quarter still gets 9 %. People look at what they bought lately. Users are chosen through their orders: who orders more
// also reads more.

import type { Dataset } from './dataset.ts'
import { type Dice, PURPOSE, weightedPicker } from './dice.ts'
import { type SeededOrder, seededOrder } from './seeded-order.ts'
import { asShard } from './shard.ts'

/** What a plan, or a run of k6, may name. By 1 no row is preferred; by 20 the newest millionth gets half of the requests. */
export const RECENCY_EXPONENT = { usual: 3, least: 1, most: 20 } as const

export type OrderChooser = (dice: Dice) => SeededOrder

export function orderChooser(dataset: Dataset, recencyExponent: number): OrderChooser {
  const pickTable = weightedPicker(
    dataset.shards.map(({ shard, orders }) => ({ item: { shard: asShard(shard), orders }, weight: orders })),
  )
  return (dice) => {
    const { shard, orders } = pickTable(dice.roll(PURPOSE.shard))
    return seededOrder(dataset, shard, recentRow(orders, dice.roll(PURPOSE.row), recencyExponent))
  }
}

/** Row number of a draw: 0 ≤ u < 1 → newest … oldest. */
export function recentRow(rows: number, u: number, recencyExponent: number): number {
  return rows - 1 - Math.min(rows - 1, Math.floor(rows * u ** recencyExponent))
}

/** Share of the requests that fall on the newest rows of this share. */
export function requestShare(newestRows: number, recencyExponent: number): number {
  return newestRows ** (1 / recencyExponent)
}

/** Share of the rows, the newest, on which this share of the requests falls. */
export function newestRows(ofRequests: number, recencyExponent: number): number {
  return ofRequests ** recencyExponent
}
