// Has remembered orders forgotten that somebody changed who could not see to it: a process that died between its commit and the
// cache, or one that did not reach Redis. An event again, or late, does no harm; what is older than anything that is remembered
// is nobody's business any more.

import { setTimeout as sleep } from 'node:timers/promises'
import { type OrderEvent, orderEventIn } from '../../../contracts/order-event.ts'
import type { GroupEntry } from '../../storage/event-group.ts'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { isWorthTelling } from '../../telemetry/repeated-failure.ts'
import { backOffMs } from './back-off.ts'
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
  readonly #stopping = new AbortController()
  readonly #handled
  readonly #unreadable
  #running: Promise<void> | undefined

  constructor(options: CacheInvalidationOptions) {
    const { metrics } = options
    this.#options = options
    this.#handled = metrics.counter('headroom_cache_events_total', 'Events after which the cache holds no older order')
    this.#unreadable = metrics.counter('headroom_cache_events_unreadable_total', 'Events that make no sense, put aside')
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
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

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.round()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        failures++
        if (isWorthTelling(failures)) {
          this.#options.logger.warn({ ...causeOf(error), failures }, 'the cache is not told of others’ changes')
        }
        await sleep(backOffMs(PACE_MS, failures), undefined, { signal }).catch(() => {})
      }
    }
  }
}
