// Which thread does what next: one thread per shard; what was begun is brought to its end before another is begun, so that
// a table's index is built while its rows are still in memory; the largest shards come first.

import { isComplete, isLoaded, type Lane } from './store/lanes.ts'
import type { SeedTask } from './workers/seed-task.ts'

/** Orders per chunk: what a kill costs each thread, about a second of work. */
export const CHUNK_ORDERS = 50_000

export type LaneTask = Exclude<SeedTask, { kind: 'create' }>

export class Schedule {
  readonly #lanes: Map<number, Lane>
  readonly #busy = new Set<number>()

  constructor(lanes: readonly Lane[]) {
    this.#lanes = new Map(lanes.map((lane) => [lane.shard, lane]))
  }

  /** null: nothing to begin now. */
  take(): LaneTask | null {
    const open = [...this.#lanes.values()].filter((lane) => !this.#busy.has(lane.shard) && !isComplete(lane))
    const [first, ...rest] = open
    if (!first) return null
    const best = rest.reduce((best, lane) => (isMoreUrgent(lane, best) ? lane : best), first)
    const { shard, done, orders } = best
    this.#busy.add(shard)
    if (isLoaded(best)) return { kind: 'finish', shard }
    return { kind: 'load', shard, from: done, to: Math.min(orders, done + CHUNK_ORDERS) }
  }

  finish(task: LaneTask): void {
    const lane = this.#lanes.get(task.shard)
    if (!lane) return
    this.#busy.delete(task.shard)
    this.#lanes.set(task.shard, task.kind === 'load' ? { ...lane, done: task.to } : { ...lane, indexed: true })
  }
}

function isMoreUrgent(one: Lane, other: Lane): boolean {
  if (one.done > 0 !== other.done > 0) return one.done > 0
  return one.orders - one.done > other.orders - other.done
}
