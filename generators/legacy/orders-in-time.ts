// The orders of all tables as one sequence in time, as a system with one table would have stored them.

import type { Dataset } from '../../contracts/dataset.ts'
import { ordersBeforeHour, rowsBeforeHour } from '../../contracts/legacy-numbers.ts'
import type { Plan } from '../../contracts/plan.ts'
import { OrderCursor } from '../rows/order-cursor.ts'

interface Lane {
  readonly shard: number
  readonly cursor: OrderCursor
  /** Rows that are still to come, the one under the cursor among them. */
  left: number
}

export class OrdersInTime {
  /** How many orders of the data set came before the one that `next` gave last. */
  before = -1
  readonly #dataset: Dataset
  readonly #lanes: readonly Lane[]
  #given: Lane | undefined

  constructor(dataset: Dataset, plan: Plan) {
    this.#dataset = dataset
    this.#lanes = dataset.shards.map(({ shard }) => ({ shard, cursor: new OrderCursor(dataset, plan, shard), left: 0 }))
  }

  /** The next `next()` gives the first order of the hours [from, to). */
  seek(from: number, to: number): void {
    this.#given = undefined
    this.before = ordersBeforeHour(this.#dataset, from) - 1
    for (const lane of this.#lanes) {
      const table = this.#dataset.shards[lane.shard]
      if (!table) continue
      const first = rowsBeforeHour(this.#dataset, table, from)
      lane.left = rowsBeforeHour(this.#dataset, table, to) - first
      if (lane.left === 0) continue
      lane.cursor.seek(first)
      lane.cursor.next()
    }
  }

  /** Its cursor stands on the order until the next call. null: there is none left. */
  next(): OrderCursor | null {
    if (this.#given !== undefined && --this.#given.left > 0) this.#given.cursor.next()
    let oldest: Lane | undefined
    for (const lane of this.#lanes) {
      // Of the same millisecond the lower shard is first: they are looked at in that order.
      if (lane.left > 0 && (oldest === undefined || lane.cursor.createdAtMs < oldest.cursor.createdAtMs)) oldest = lane
    }
    this.#given = oldest
    if (oldest === undefined) return null
    this.before++
    return oldest.cursor
  }
}
