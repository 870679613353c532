// How many item rows a table has: a pass over the item-count draws alone (about 100 million rows a second).

import type { Plan } from '../../contracts/plan.ts'
import { draw, streamKey } from '../../contracts/seeded-order.ts'
import { ROW_STREAM } from './row-streams.ts'
import { choose, thresholds } from './weighted-choice.ts'

/** Item rows of orders [from, to) of one table. */
export function countItems(plan: Plan, seed: number, shard: number, from: number, to: number): number {
  const limits = thresholds(plan.items.countWeights)
  const key = streamKey(seed, ROW_STREAM.itemCount, shard)
  let items = 0
  for (let row = from; row < to; row++) items += choose(limits, draw(key, row)) + 1
  return items
}
