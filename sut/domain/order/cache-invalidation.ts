// Has remembered orders forgotten that somebody changed who could not see to it: a process that died between its commit and the
// cache, or one that did not reach Redis. An event again, or late, does no harm; what is older than anything that is remembered
// is nobody's business any more.

import { type OrderEvent, orderEventIn } from '../../../contracts/order-event.ts'
import { backOffMs, Rounds } from '../../rounds.ts'
import type { GroupEntry } from '../../storage/event-group.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { type OrderCache, TTL_MS } from './order-cache.ts'

const PACE_MS = 500
/** Nobody has read an older one: whoever looks at his new order may be shown it from the cache. */
const FIRST_VERSION = 1
/** Clocks of two processes may differ by so much. */
const CLOCK_SLACK_MS = 5_000

/** An EventGroup is one. */
export interface EventSource {
  next(): Promise<readonly GroupEntry[]>
  done(entries: readonly GroupEntry[]): Promise<void>
  setAside(entries: readonly GroupEntry[]): Promise<void>
}

export interface CacheInvalidationOptions {
  readonly events: EventSource
  readonly cache: Pick<OrderCache, 'overtake'>
  readonly metrics: Metrics
  readonly logger: Logger
  readonly nowMs?: () => number
}

export class CacheInvalidation {
  readonly #options: CacheInvalidationOptions
  readonly #rounds: Rounds
  readonly #handled
  readonly #unreadable

  constructor(options: CacheInvalidationOptions) {
    const { metrics, logger } = options
    this.#options = options
    this.#handled = metrics.counter('headroom_cache_events_total', 'Events after which the cache holds no older order')
    this.#unreadable = metrics.counter('headroom_cache_events_unreadable_total', 'Events that make no sense, put aside')
    this.#rounds = new Rounds({
      round: async () => {
        await this.round()
        return 0 // It waits for events by itself.
      },
      restMs: (failures) => backOffMs(PACE_MS, failures),
      failing: 'the cache is not told of others’ changes',
      recovered: 'the cache is told of others’ changes again',
      logger,
    })
  }

  start(): void {
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** Resolves to the number of entries that it is done with; those that it is not are given out again. */
  async round(): Promise<number> {
    const { events, logger } = this.#options
    const entries = await events.next()
    const read = entries.map((entry) => ({ entry, event: orderEventIn(entry.text ?? '') }))
    const unreadable = read.filter(({ event }) => event === undefined).map(({ entry }) => entry)
    if (unreadable.length > 0) {
      logger.error({ events: unreadable.length, first: unreadable[0]?.id }, 'events that make no sense are put aside')
      await events.setAside(unreadable)
      this.#unreadable.inc(unreadable.length)
    }
    const handled = await Promise.all(
      read.map(async ({ entry, event }) => (event && (await this.#isHandled(event)) ? [entry] : [])),
    )
    const done = handled.flat()
    await events.done(done)
    this.#handled.inc(done.length)
    if (done.length + unreadable.length < entries.length) throw new Error('the cache takes nothing')
    return entries.length
  }

  /** False: the cache could not be reached. */
  async #isHandled({ orderId, version, atMs }: OrderEvent): Promise<boolean> {
    const { cache, nowMs = Date.now } = this.#options
    if (version === FIRST_VERSION) return true
    if (nowMs() - atMs > TTL_MS + CLOCK_SLACK_MS) return true
    return await cache.overtake(orderId, version)
  }
}
