// Tells the search index what the outboxes hold: at least once, never held up by one bad event, and quiet when idle.
//
// One query reads all of a server; the pace follows the work: at once when a round was full, PACE_MS while there is some,
// and doubling up to IDLE_MS when there is none. An index that takes nothing is left alone for a growing while, and the rows
// wait in MySQL; an event that is not taken while others are is parked (relay-outcomes.ts).

import { setTimeout as sleep } from 'node:timers/promises'
import { SutError } from '../../errors.ts'
import type { Outbox, OutboxEvent } from '../../storage/outbox-tables.ts'
import { countParked, parkedDelete, parkedReplace, selectDueEvents } from '../../storage/parked-events.ts'
import type { BulkOutcome, OrderIndex } from '../../storage/search-index.ts'
import { type CallContext, contextFor } from '../../telemetry/call-context.ts'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { isWorthTelling } from '../../telemetry/repeated-failure.ts'
import { backOffMs } from './back-off.ts'
import type { RelayMetrics, RelayProgress } from './relay-metrics.ts'
import { type Settlement, settlementOf } from './relay-outcomes.ts'

const DUE_EVENTS = 500
const PACE_MS = 250
const IDLE_MS = 1_000
const ROUND_LIMIT_MS = 10_000
/** What MySQL does not answer by then is done again by the next process: telling twice is harmless. */
const STOP_LIMIT_MS = 3_000
const COUNT_EVERY_MS = 10_000

export interface Round {
  readonly events: number
  readonly left: number
  readonly isFull: boolean
}

/** Of one server: another one that is gone does not hold it up. */
export class OutboxRelay {
  readonly #outbox: Outbox
  readonly #index: Pick<OrderIndex, 'write'>
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  readonly #metrics: RelayMetrics
  readonly #progress: RelayProgress
  #running: Promise<void> | undefined
  #countedAtMs = Number.NEGATIVE_INFINITY

  constructor(outbox: Outbox, index: Pick<OrderIndex, 'write'>, metrics: RelayMetrics, logger: Logger) {
    this.#outbox = outbox
    this.#index = index
    this.#logger = logger
    this.#metrics = metrics
    this.#progress = metrics.progress()
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Ends what is under way at the index, and waits a little for MySQL. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.race([this.#running, sleep(STOP_LIMIT_MS, undefined, { ref: false })])
  }

  async #run(): Promise<void> {
    let pauseMs = 0
    let failures = 0
    while (await this.#pause(pauseMs)) {
      try {
        const { events, left, isFull } = await this.round()
        failures = left > 0 ? failures + 1 : 0
        if (failures > 0) pauseMs = backOffMs(PACE_MS, failures)
        else if (isFull) pauseMs = 0
        else pauseMs = events > 0 ? PACE_MS : Math.min(Math.max(pauseMs * 2, PACE_MS), IDLE_MS)
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        failures++
        pauseMs = backOffMs(PACE_MS, failures)
        this.#warn(failures, error)
      }
    }
  }

  #warn(failures: number, error: unknown): void {
    if (!isWorthTelling(failures)) return
    this.#logger.warn({ ...causeOf(error), failures }, 'the search index is not being told; will try again')
  }

  /** False once stopping. */
  async #pause(pauseMs: number): Promise<boolean> {
    const { signal } = this.#stopping
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => {})
    return !signal.aborted
  }

  /** One pass over the server's outboxes and what is due of the parked. Rejects when MySQL or the whole index is out of reach. */
  async round(): Promise<Round> {
    const context = contextFor('outbox-relay', ROUND_LIMIT_MS)
    const { events: outbox, isFull } = await this.#outbox.oldest(context)
    const due = await selectDueEvents(this.#outbox.lane, Date.now(), DUE_EVENTS, context)
    this.#progress.found(outbox)
    await this.#countParked(context)
    const all = [...outbox, ...due]
    let left: readonly OutboxEvent[] = []
    if (all.length > 0) {
      const outcomes = await this.#write(all)
      const settlement = settlementOf(
        outbox.map((event, position) => ({ event, outcome: outcomes[position]! })),
        due.map((event, position) => ({ event, outcome: outcomes[outbox.length + position]! })),
        Date.now(),
      )
      await this.#settle(settlement)
      left = settlement.left
      if (left.length > 0)
        this.#logger.warn({ left: left.length, reason: reasonIn(outcomes) }, 'the index takes nothing')
    }
    this.#progress.ended(left)
    return { events: all.length, left: left.length, isFull: isFull || due.length === DUE_EVENTS }
  }

  async #write(events: readonly OutboxEvent[]): Promise<readonly BulkOutcome[]> {
    const outcomes = await this.#index.write(events, this.#stopping.signal)
    if (outcomes.length !== events.length) throw new SutError('unavailable', 'the index answered for another bulk')
    for (const { kind } of outcomes) this.#metrics.outcomes[kind].inc()
    return outcomes
  }

  /** In one commit, so that an event is always in one place. */
  async #settle({ fromOutbox, fromParked, parked }: Settlement): Promise<void> {
    const statements = [
      ...(parked.length > 0 ? [parkedReplace(parked)] : []),
      ...(fromParked.length > 0 ? [parkedDelete(fromParked)] : []),
      ...this.#outbox.deletes(fromOutbox),
    ]
    if (statements.length > 0) await this.#outbox.lane.commitAll(statements, contextFor('outbox-relay', ROUND_LIMIT_MS))
    const givenUp = parked.filter(({ nextTryAtMs }) => nextTryAtMs === null)
    if (givenUp.length > 0) {
      const { reason } = givenUp[0]!
      this.#logger.error({ parked: givenUp.length, reason }, 'parked for a person: npm run redrive tries them again')
    }
  }

  async #countParked(context: CallContext): Promise<void> {
    if (performance.now() - this.#countedAtMs < COUNT_EVERY_MS) return
    this.#countedAtMs = performance.now()
    this.#progress.counted(await countParked(this.#outbox.lane, context))
  }
}

function reasonIn(outcomes: readonly BulkOutcome[]): string | undefined {
  const failed = outcomes.find((outcome) => outcome.kind === 'retry')
  return failed?.kind === 'retry' ? failed.reason : undefined
}
