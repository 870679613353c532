// What the other store is behind with is counted by reading every mark. While nobody follows they become many: the longer a
// count takes, the more rarely it is made, and one that fails holds up no order.

import type { Backlog } from '../../storage/order-store.ts'
import type { MirrorMetrics } from './mirror-metrics.ts'

const COUNT_EVERY_MS = 2_000
/** So many times as long as it took, there is no other count: a twentieth of one connection's time. */
const REST = 19

export class BacklogCount {
  readonly #metrics: Pick<MirrorMetrics, 'counted'>
  readonly #nowMs: () => number
  #dueAtMs = Number.NEGATIVE_INFINITY

  constructor(metrics: Pick<MirrorMetrics, 'counted'>, nowMs: () => number = () => performance.now()) {
    this.#metrics = metrics
    this.#nowMs = nowMs
  }

  /** Counts where that is due. Never rejects: the age of the figures tells that there are no newer ones. */
  async keep(count: () => Promise<Backlog>): Promise<void> {
    const begunAtMs = this.#nowMs()
    if (begunAtMs < this.#dueAtMs) return
    const backlog = await count().catch(() => null)
    const endedAtMs = this.#nowMs()
    this.#dueAtMs = Math.max(begunAtMs + COUNT_EVERY_MS, endedAtMs + REST * (endedAtMs - begunAtMs))
    if (backlog) this.#metrics.counted(backlog)
  }
}
