// How far the search index is behind, for whoever watches: read at the scrape, so that a relay that hangs looks like one.

import type { OutboxEvent } from '../../storage/outbox-tables.ts'
import type { ParkedCount } from '../../storage/parked-events.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

/** Of all relays of a process. */
export class RelayMetrics {
  readonly outcomes
  readonly #relays: RelayProgress[] = []

  constructor(metrics: Metrics) {
    this.outcomes = {
      indexed: metrics.counter('headroom_relay_indexed_total', 'Events written to the search index'),
      stale: metrics.counter('headroom_relay_stale_total', 'Events the index knew already, or a newer version of'),
      refused: metrics.counter('headroom_relay_refused_total', 'Events the index refuses for good'),
      retry: metrics.counter('headroom_relay_retries_total', 'Events that the index could not take now'),
    }
    const gauge = (name: string, help: string, read: (relay: RelayProgress) => number, over: typeof Math.max) =>
      metrics.gauge(name, help, () => over(0, ...this.#relays.map(read)))
    const sum = (...values: number[]) => values.reduce((all, value) => all + value, 0)
    gauge(
      'headroom_relay_lag_seconds',
      'Age of the oldest event that is not told',
      (relay) => relay.lagSeconds,
      Math.max,
    )
    gauge(
      'headroom_relay_round_age_seconds',
      'Since a relay last went through its outboxes',
      (relay) => relay.roundAgeSeconds,
      Math.max,
    )
    gauge('headroom_relay_backlog_events', 'Events found in the outboxes, at least', (relay) => relay.backlog, sum)
    metrics.gaugeBy('headroom_relay_parked_events', 'Events that were not taken while others were', 'state', () => [
      ['waiting', sum(...this.#relays.map((relay) => relay.parked.waiting))],
      ['for-a-person', sum(...this.#relays.map((relay) => relay.parked.forAPerson))],
    ])
  }

  /** For one relay to say how far it is. */
  progress(): RelayProgress {
    const progress = new RelayProgress()
    this.#relays.push(progress)
    return progress
  }
}

export class RelayProgress {
  backlog = 0
  parked = { waiting: 0, forAPerson: 0 }
  /** Of the oldest event that was found and not yet told; undefined: none. */
  #oldestAtMs: number | undefined
  #endedAtMs = performance.now()

  get lagSeconds(): number {
    return this.#oldestAtMs === undefined ? 0 : Math.max(0, Date.now() - this.#oldestAtMs) / 1000
  }

  get roundAgeSeconds(): number {
    return (performance.now() - this.#endedAtMs) / 1000
  }

  found(events: readonly OutboxEvent[]): void {
    this.backlog = events.length
    this.#oldestAtMs = oldestOf(events)
  }

  ended(left: readonly OutboxEvent[]): void {
    this.#oldestAtMs = oldestOf(left)
    this.#endedAtMs = performance.now()
  }

  counted(counts: readonly ParkedCount[]): void {
    const sum = (isWaiting: number) =>
      counts
        .filter((count) => Number(count.is_waiting) === isWaiting)
        .reduce((all, { events }) => all + Number(events), 0)
    this.parked = { waiting: sum(1), forAPerson: sum(0) }
  }
}

function oldestOf(events: readonly OutboxEvent[]): number | undefined {
  return events.length === 0 ? undefined : Math.min(...events.map(({ createdAtMs }) => createdAtMs))
}
