// How far the store that follows is behind, for whoever watches: ages are read at the scrape, so that a mirror that hangs
// looks like one.

import { type Backlog, NO_BACKLOG } from '../../storage/order-store.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

export class MirrorMetrics {
  readonly told
  readonly parked
  readonly failures
  #backlog: Backlog = NO_BACKLOG
  #countedAtMs = performance.now()

  constructor(metrics: Metrics) {
    this.told = {
      inline: metrics.counter('headroom_mirror_inline_orders_total', 'Orders told to the other store by their request'),
      batched: metrics.counter('headroom_mirror_batched_orders_total', 'Orders told to the other store in rounds'),
    }
    this.parked = metrics.counter('headroom_mirror_parked_total', 'Orders that the other store cannot take')
    this.failures = {
      inline: metrics.counter('headroom_mirror_inline_failures_total', 'Orders left to the rounds by their request'),
      batched: metrics.counter('headroom_mirror_round_failures_total', 'Rounds of the mirror that failed'),
    }
    metrics.gaugeBy('headroom_mirror_gaps', 'Orders that the other store is behind with', 'shard', () =>
      this.#backlog.gapsByShard.map(({ shard, gaps }) => [String(shard), gaps]),
    )
    metrics.gauge(
      'headroom_mirror_count_age_seconds',
      'Since when the gaps have not been counted',
      () => (performance.now() - this.#countedAtMs) / 1000,
    )
    metrics.gauge('headroom_mirror_parked_orders', 'Orders that wait for a person', () => this.#backlog.parked)
    metrics.gauge('headroom_mirror_oldest_gap_seconds', 'By how long the other store is behind', () => {
      const { oldestSinceMs } = this.#backlog
      return oldestSinceMs === null ? 0 : Math.max(0, Date.now() - oldestSinceMs) / 1000
    })
  }

  counted(backlog: Backlog): void {
    this.#backlog = backlog
    this.#countedAtMs = performance.now()
  }
}
