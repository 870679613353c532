// Which thread does what next: one thread per table, the longest remaining table first, indexes as soon as possible.

import type { SeededFamily } from '../contracts/shard.ts'
import { isComplete, isLoaded, type Lane } from './store/lanes.ts'
import type { SeedTask } from './workers/seed-task.ts'

/** Orders per chunk: what a kill costs each thread, about two seconds of work. */
export const CHUNK_ORDERS = 100_000

/** Relative cost of an order's rows, search document included, so that no table is left over for the end. */
const COST: Readonly<Record<SeededFamily, number>> = { orders: 12, order_items: 2, payments: 1 }

export class Schedule {
  readonly #lanes: Map<string, Lane>
  readonly #busy = new Set<string>()

  constructor(lanes: readonly Lane[]) {
    this.#lanes = new Map(lanes.map((lane) => [keyOf(lane), lane]))
  }

  /** null: nothing to begin now. */
  take(): Exclude<SeedTask, { kind: 'create' }> | null {
    let best: Lane | null = null
    for (const [key, lane] of this.#lanes) {
      if (!this.#busy.has(key) && !isComplete(lane) && (best === null || urgency(lane) > urgency(best))) best = lane
    }
    if (best === null) return null
    this.#busy.add(keyOf(best))
    const { family, shard, done, orders } = best
    if (isLoaded(best)) return { kind: 'finish', family, shard }
    return { kind: 'load', family, shard, from: done, to: Math.min(orders, done + CHUNK_ORDERS) }
  }

  finish(task: Exclude<SeedTask, { kind: 'create' }>): void {
    const key = keyOf(task)
    const lane = this.#lanes.get(key)
    if (!lane) return
    this.#busy.delete(key)
    this.#lanes.set(key, task.kind === 'load' ? { ...lane, done: task.to } : { ...lane, indexed: true })
  }
}

function keyOf({ family, shard }: Pick<Lane, 'family' | 'shard'>): string {
  return `${family} ${shard}`
}

function urgency(lane: Lane): number {
  return isLoaded(lane) ? Number.POSITIVE_INFINITY : (lane.orders - lane.done) * COST[lane.family]
}
