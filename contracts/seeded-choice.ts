// Which seeded order a request is about: by formula, so no id list is loaded and no id is invented.
//
// A table is chosen in proportion to its rows; within it, the row's age follows u³ of the table: half of all requests
// fall on the newest 12.5 % of the rows, a fifth on the newest 0.8 %, and the oldest quarter still gets 9 %. People look
// at what they bought lately. Users are chosen through their orders: who orders more also reads more.

import type { Dataset } from './dataset.ts'
import { type Dice, PURPOSE, weightedPicker } from './dice.ts'
import { type SeededOrder, seededOrder } from './seeded-order.ts'
import { asShard } from './shard.ts'

export const RECENCY_EXPONENT = 3

export type OrderChooser = (dice: Dice) => SeededOrder

export function orderChooser(dataset: Dataset): OrderChooser {
  const pickTable = weightedPicker(
    dataset.shards.map(({ shard, orders }) => ({ item: { shard: asShard(shard), orders }, weight: orders })),
  )
  return (dice) => {
    const { shard, orders } = pickTable(dice.roll(PURPOSE.shard))
    return seededOrder(dataset, shard, recentRow(orders, dice.roll(PURPOSE.row)))
  }
}

/** Row number of a draw: 0 ≤ u < 1 → newest … oldest. */
export function recentRow(rows: number, u: number): number {
  return rows - 1 - Math.min(rows - 1, Math.floor(rows * u ** RECENCY_EXPONENT))
}
