// Tells others what became of orders, beside a monolith: from each store's own messages to the streams, at least once, and of
// one order each version after the one before it. Redis that is away holds up nobody else: the messages wait in MySQL.
//
// An order that was changed before a flip and after it has messages in both stores. The store that was left is told to its end
// first; it takes no more, so this ends. One that does not answer is not waited for.

import { setTimeout as sleep } from 'node:timers/promises'
import { PHASE_RULES, type StoreName } from '../../../contracts/switches.ts'
import { type MessageOutbox, messageBacklog, type NumberedEvent, tellOldest } from '../../storage/message-table.ts'
import type { SwitchBoard } from '../../switches/switch-board.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { MessageMetrics } from './message-metrics.ts'

const PACE_MS = 250
const IDLE_MS = 1_000
const MAX_BACK_OFF_MS = 10_000
/** Longer than Redis is waited for. */
const ROUND_LIMIT_MS = 10_000
const COUNT_EVERY_MS = 10_000

export interface MessageRelayOptions {
  readonly outboxes: readonly MessageOutbox[]
  readonly board: Pick<SwitchBoard, 'now'>
  readonly streams: { publish(events: readonly NumberedEvent[]): Promise<void> }
  readonly metrics: MessageMetrics
  readonly logger: Logger
}

/** The streams did not take them: no store has anything better to offer now. */
class NotTaken extends Error {
  override readonly name = 'NotTaken'
}

export class MessageRelay {
  readonly #options: MessageRelayOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #countedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: MessageRelayOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Resolves to the number of messages told; rejects when the streams take none, or no store of the switches answers. */
  async round(): Promise<number> {
    const { outboxes, board } = this.#options
    const { authority } = PHASE_RULES[board.now().phase]
    let told = 0
    for (const outbox of outboxes.filter(({ store }) => store !== authority)) {
      told += await this.#drained(outbox).catch((error) => this.#passedOver(outbox.store, error))
    }
    for (const outbox of outboxes.filter(({ store }) => store === authority)) told += await this.#tellOnce(outbox)
    await this.#count()
    return told
  }

  async #drained(outbox: MessageOutbox): Promise<number> {
    let all = 0
    for (;;) {
      const told = await this.#tellOnce(outbox)
      all += told
      if (told === 0) return all
    }
  }

  #passedOver(store: StoreName, error: unknown): number {
    if (error instanceof NotTaken) throw error
    this.#options.logger.warn({ ...causeOf(error), store }, 'what the other store has to tell waits until it answers')
    return 0
  }

  /** Whatever the streams do with them, `tellOldest` takes away only what was taken. */
  async #tellOnce(outbox: MessageOutbox): Promise<number> {
    const { streams, metrics, logger } = this.#options
    const publish = (events: readonly NumberedEvent[]) =>
      streams.publish(events).catch((error) => {
        throw new NotTaken('the streams did not take the messages', { cause: error })
      })
    const { told, parked } = await tellOldest(outbox, publish, contextFor('message-relay', ROUND_LIMIT_MS))
    metrics.told.inc(told)
    const [first] = parked
    if (first) logger.error({ parked: parked.length, ...first }, 'messages that nobody can be told are parked')
    return told + parked.length
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    let failures = 0
    let pauseMs = 0
    while (!signal.aborted) {
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      try {
        const told = await this.round()
        failures = 0
        pauseMs = told > 0 ? PACE_MS : Math.min(Math.max(pauseMs * 2, PACE_MS), IDLE_MS)
      } catch (error) {
        failures++
        pauseMs = Math.min(PACE_MS * 2 ** Math.min(failures, 10), MAX_BACK_OFF_MS) * (0.5 + Math.random() / 2)
        // The first failure, and ever more rarely while it lasts.
        if (!Number.isInteger(Math.log2(failures))) continue
        this.#options.logger.warn({ ...causeOf(error), failures }, 'nobody is told of orders; will try again')
      }
    }
  }

  async #count(): Promise<void> {
    if (performance.now() - this.#countedAtMs < COUNT_EVERY_MS) return
    this.#countedAtMs = performance.now()
    const { outboxes, metrics } = this.#options
    const context = contextFor('message-relay', ROUND_LIMIT_MS)
    const counts = await Promise.all(outboxes.map((outbox) => messageBacklog(outbox, context).catch(() => null)))
    metrics.counted(counts.filter((count) => count !== null))
  }
}
