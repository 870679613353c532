// Tells the search index what the outboxes hold: at least once, never held up by one bad event, and quiet when idle.
//
// One query reads all of a server, and the pace follows the work (relay-pace.ts). While the index takes nothing the rows wait
// in MySQL; an event that is not taken while others are is parked (relay-outcomes.ts).

import { SutError } from '../../errors.ts'
import type { Rounds } from '../../rounds.ts'
import type { Outbox, OutboxEvent } from '../../storage/outbox-tables.ts'
import { countParked, parkedDelete, parkedReplace, selectDueEvents } from '../../storage/parked-events.ts'
import type { BulkOutcome, OrderIndex } from '../../storage/search-index.ts'
import { type CallContext, contextFor } from '../../telemetry/call-context.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { RelayMetrics, RelayProgress } from './relay-metrics.ts'
import { type Settlement, settlementOf } from './relay-outcomes.ts'
import { type Round, relayRounds } from './relay-pace.ts'

const DUE_EVENTS = 500
const ROUND_LIMIT_MS = 10_000
const COUNT_EVERY_MS = 10_000

/** Of one server: another one that is gone does not hold it up. */
export class OutboxRelay {
  readonly #outbox: Outbox
  readonly #index: Pick<OrderIndex, 'write'>
  readonly #logger: Logger
  readonly #rounds: Rounds
  readonly #metrics: RelayMetrics
  readonly #progress: RelayProgress
  #countedAtMs = Number.NEGATIVE_INFINITY

  constructor(outbox: Outbox, index: Pick<OrderIndex, 'write'>, metrics: RelayMetrics, logger: Logger) {
    this.#outbox = outbox
    this.#index = index
    this.#logger = logger
    this.#metrics = metrics
    this.#progress = metrics.progress()
    this.#rounds = relayRounds({
      round: () => this.round(),
      failing: 'the search index is not being told',
      recovered: 'the search index is told again',
      logger,
    })
  }

  start(): void {
    this.#rounds.start()
  }

  /**
   * Ends what is under way at the index. What MySQL does not answer before the process ends is told twice, which is harmless:
   * the index goes by versions.
   */
  async stop(): Promise<void> {
    await this.#rounds.stop()
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
    let reason: string | undefined
    if (all.length > 0) {
      const outcomes = await this.#write(all)
      const settlement = settlementOf(
        outbox.map((event, position) => ({ event, outcome: outcomes[position]! })),
        due.map((event, position) => ({ event, outcome: outcomes[outbox.length + position]! })),
        Date.now(),
      )
      await this.#settle(settlement)
      left = settlement.left
      reason = left.length > 0 ? reasonIn(outcomes) : undefined
    }
    this.#progress.ended(left)
    return { events: all.length, left: left.length, reason, isFull: isFull || due.length === DUE_EVENTS }
  }

  async #write(events: readonly OutboxEvent[]): Promise<readonly BulkOutcome[]> {
    const outcomes = await this.#index.write(events, this.#rounds.signal)
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
