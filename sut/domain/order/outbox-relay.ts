// Tells the search index what the outboxes hold: at least once, never blocked by one bad event, and quiet when idle.
//
// One query reads all shards; the pace follows the work: at once when a round was full, PACE_MS while there is some,
// and doubling up to IDLE_MS when there is none. A failing index is left alone for a growing while, and the rows wait in MySQL.

import { setTimeout as sleep } from 'node:timers/promises'
import { SutError } from '../../errors.ts'
import type { ServerLane } from '../../storage/mysql-pool.ts'
import { type OutboxEvent, type ParkedEvent, selectEvents, settleEvents } from '../../storage/outbox-tables.ts'
import type { SearchIndex } from '../../storage/search-index.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

const EVENTS_PER_SHARD = 100
const PACE_MS = 250
const IDLE_MS = 1_000
const MAX_BACK_OFF_MS = 10_000
const ROUND_LIMIT_MS = 30_000

/** Of all relays of a process. */
export class RelayMetrics {
  readonly counters
  readonly lagMs = new Map<ServerLane, number>()

  constructor(metrics: Metrics) {
    this.counters = {
      indexed: metrics.counter('headroom_relay_indexed_total', 'Events written to the search index'),
      stale: metrics.counter('headroom_relay_stale_total', 'Events the index knew already, or a newer version of'),
      refused: metrics.counter('headroom_relay_parked_total', 'Events the index refuses for good'),
      retry: metrics.counter('headroom_relay_retries_total', 'Events left in the outbox for another try'),
    }
    metrics.gauge(
      'headroom_relay_lag_seconds',
      'Age of the oldest event of the last round',
      () => Math.max(0, ...this.lagMs.values()) / 1000,
    )
  }
}

/** Of one server: another one that is gone does not hold it up. */
export class OutboxRelay {
  readonly #server: ServerLane
  readonly #index: Pick<SearchIndex, 'write'>
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  readonly #metrics: RelayMetrics
  #running: Promise<void> | undefined

  constructor(server: ServerLane, index: Pick<SearchIndex, 'write'>, metrics: RelayMetrics, logger: Logger) {
    this.#server = server
    this.#index = index
    this.#logger = logger
    this.#metrics = metrics
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    let pauseMs = 0
    let failures = 0
    while (await this.#pause(pauseMs)) {
      try {
        const { events, left, isFull } = await this.round()
        failures = left > 0 ? failures + 1 : 0
        if (failures > 0) pauseMs = backOffMs(failures)
        else if (isFull) pauseMs = 0
        else pauseMs = events > 0 ? PACE_MS : Math.min(Math.max(pauseMs * 2, PACE_MS), IDLE_MS)
      } catch (error) {
        failures++
        pauseMs = backOffMs(failures)
        if (failures === 1) this.#logger.warn({ err: error }, 'the search index is not being told; will try again')
      }
    }
  }

  /** False once stopping. */
  async #pause(pauseMs: number): Promise<boolean> {
    const { signal } = this.#stopping
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => {})
    return !signal.aborted
  }

  /** One pass over the server's outboxes. Rejects when MySQL or the index as a whole is out of reach. */
  async round(): Promise<{ readonly events: number; readonly left: number; readonly isFull: boolean }> {
    const context = contextFor('outbox-relay', ROUND_LIMIT_MS)
    const events = await selectEvents(this.#server, EVENTS_PER_SHARD, context)
    const nowMs = Date.now()
    const lagMs = events.reduce((oldestMs, event) => Math.max(oldestMs, nowMs - event.createdAtMs), 0)
    this.#metrics.lagMs.set(this.#server, lagMs)
    if (events.length === 0) return { events: 0, left: 0, isFull: false }
    const { told, parked } = await this.#tell(events)
    if (told.length + parked.length > 0) await settleEvents(this.#server, told, parked, nowMs, context)
    const left = events.length - told.length - parked.length
    return { events: events.length, left, isFull: hasFullShard(events) }
  }

  async #tell(events: readonly OutboxEvent[]) {
    const outcomes = await this.#index.write(events)
    if (outcomes.length !== events.length) throw new SutError('unavailable', 'the index answered for another bulk')
    const told: OutboxEvent[] = []
    const parked: ParkedEvent[] = []
    for (const [position, event] of events.entries()) {
      const outcome = outcomes[position]!
      this.#metrics.counters[outcome.kind].inc()
      if (outcome.kind === 'refused') parked.push({ ...event, reason: outcome.reason })
      else if (outcome.kind !== 'retry') told.push(event)
    }
    if (parked.length > 0) this.#logger.error({ parked: parked.length, reason: parked[0]?.reason }, 'parked events')
    return { told, parked }
  }
}

function hasFullShard(events: readonly OutboxEvent[]): boolean {
  const counts = new Map<number, number>()
  return events.some(({ shard }) => {
    const count = (counts.get(shard) ?? 0) + 1
    counts.set(shard, count)
    return count >= EVENTS_PER_SHARD
  })
}

/** Doubling, with jitter so that several relays do not knock together. */
function backOffMs(failures: number): number {
  return Math.min(PACE_MS * 2 ** Math.min(failures, 10), MAX_BACK_OFF_MS) * (0.5 + Math.random() / 2)
}
