// Tells others what became of orders, beside a monolith: from each store's own messages to the streams, at least once, and of
// one order each version after the one before it. Redis that is away holds up nobody else: the messages wait in MySQL.
//
// An order that was changed before a flip and after it has messages in both stores. The store that was left is told to its end
// first; it takes no more, so this ends. One that does not answer is left alone for a while: its messages come late then.

import { PHASE_RULES } from '../../../contracts/switches.ts'
import type { Rounds } from '../../rounds.ts'
import {
  hasMessages,
  type MessageOutbox,
  messageBacklog,
  type NumberedEvent,
  tellOldest,
} from '../../storage/message-table.ts'
import type { SwitchBoard } from '../../switches/switch-board.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { MessageMetrics } from './message-metrics.ts'
import { relayRounds } from './relay-pace.ts'

/** To find out whether there is something to tell. */
const LOOK_LIMIT_MS = 1_000
/** Much longer than Redis is waited for: what it has taken must then be taken away here. */
const TELL_LIMIT_MS = 10_000
const LEFT_ALONE_MS = 10_000
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
  readonly #rounds: Rounds
  readonly #leftAloneUntilMs = new Map<MessageOutbox, number>()
  #countedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: MessageRelayOptions) {
    this.#options = options
    this.#rounds = relayRounds({
      round: async () => ({ events: await this.round(), left: 0, isFull: false }),
      failing: 'nobody is told of orders',
      recovered: 'others are told of orders again',
      logger: options.logger,
    })
  }

  start(): void {
    this.#rounds.start()
  }

  /** With what is being told: who reads the old format takes what he is told twice for two changes. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** Until nothing is left. Resolves to how many were told; rejects when the streams take none, or who decides is silent. */
  async round(): Promise<number> {
    const { outboxes, board } = this.#options
    const { authority } = PHASE_RULES[board.now().phase]
    let told = 0
    for (const outbox of outboxes.filter(({ store }) => store !== authority)) {
      if (performance.now() < (this.#leftAloneUntilMs.get(outbox) ?? 0)) continue
      told += await this.#tellAll(outbox).catch((error) => this.#leaveAlone(outbox, error))
    }
    for (const outbox of outboxes.filter(({ store }) => store === authority)) told += await this.#tellAll(outbox)
    await this.#count()
    return told
  }

  async #tellAll(outbox: MessageOutbox): Promise<number> {
    const { streams, metrics, logger } = this.#options
    const publish = (events: readonly NumberedEvent[]) =>
      streams.publish(events).catch((error) => {
        throw new NotTaken('the streams did not take the messages', { cause: error })
      })
    let all = 0
    while (!this.#rounds.signal.aborted && (await hasMessages(outbox, contextFor('message-relay', LOOK_LIMIT_MS)))) {
      const { told, parked } = await tellOldest(outbox, publish, contextFor('message-relay', TELL_LIMIT_MS))
      all += told
      metrics.told.inc(told)
      const [first] = parked
      if (first) logger.error({ parked: parked.length, ...first }, 'messages that nobody can be told are parked')
    }
    this.#leftAloneUntilMs.delete(outbox)
    return all
  }

  #leaveAlone(outbox: MessageOutbox, error: unknown): number {
    if (error instanceof NotTaken) throw error
    const isKnown = this.#leftAloneUntilMs.has(outbox)
    this.#leftAloneUntilMs.set(outbox, performance.now() + LEFT_ALONE_MS)
    if (isKnown) return 0
    const { store } = outbox
    this.#options.logger.warn({ ...causeOf(error), store }, 'what the other store has to tell waits until it answers')
    return 0
  }

  async #count(): Promise<void> {
    if (performance.now() - this.#countedAtMs < COUNT_EVERY_MS) return
    this.#countedAtMs = performance.now()
    const { outboxes, metrics } = this.#options
    const counts = await Promise.all(
      outboxes.map((outbox) => messageBacklog(outbox, contextFor('message-relay', LOOK_LIMIT_MS)).catch(() => null)),
    )
    metrics.counted(counts.filter((count) => count !== null))
  }
}
