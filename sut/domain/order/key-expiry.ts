// Forgets idempotency keys whose window has passed: table by table, in small deletes, so that no lock is held for long and
// no table has a backlog. Keys of generated orders stay: they stand for those of a system that has run for years.

import { setTimeout as sleep } from 'node:timers/promises'
import { KEY_WINDOW_MS, lowestOrderIdAt } from '../../../contracts/idempotency.ts'
import { parseOrderId } from '../../../contracts/order-id.ts'
import { Rounds } from '../../rounds.ts'
import type { KeyTable } from '../../storage/idempotency-table.ts'
import { type CallContext, contextFor } from '../../telemetry/call-context.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

/** A round over 64 tables takes about half a minute; a busy one gets up to 5 000 keys of it. */
const TABLE_PAUSE_MS = 500
const KEYS_PER_DELETE = 500
const DELETES_PER_TABLE = 10
const STATEMENT_LIMIT_MS = 5_000

/** Of all tables of a process. */
export class KeyExpiryMetrics {
  readonly expired
  /** By how long the oldest key of each table has outlived its window. */
  readonly overdueMs = new Map<string, number>()

  constructor(metrics: Metrics) {
    this.expired = metrics.counter('headroom_keys_expired_total', 'Idempotency keys forgotten after their window')
    metrics.gauge(
      'headroom_keys_overdue_seconds',
      'By how long the oldest idempotency key has outlived its window',
      () => Math.max(0, ...this.overdueMs.values()) / 1000,
    )
  }
}

export interface KeyExpiryOptions {
  readonly tables: readonly KeyTable[]
  /** Of the tables' own server: where a process's clock is ahead, a retry would find no key and be a second order. */
  readonly nowMs: (context: CallContext) => Promise<number>
  /** Keys of earlier orders need not be looked at; null: not known, as while a seeder runs. */
  readonly historyEndMs: () => Promise<number | null>
  readonly metrics: KeyExpiryMetrics
  readonly logger: Logger
}

export class KeyExpiry {
  readonly #options: KeyExpiryOptions
  readonly #rounds: Rounds

  constructor(options: KeyExpiryOptions) {
    this.#options = options
    this.#rounds = new Rounds({
      round: async () => {
        await this.round()
        return 0 // It has rested at each table.
      },
      restMs: () => TABLE_PAUSE_MS,
      failing: 'idempotency keys are not being forgotten',
      recovered: 'idempotency keys are forgotten again',
      logger: options.logger,
    })
  }

  start(): void {
    this.#rounds.start()
  }

  /** Ends with the statement under way. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** Resolves to the number of keys forgotten. */
  async round(): Promise<number> {
    const fromId = lowestOrderIdAt((await this.#options.historyEndMs()) ?? 0)
    const nowMs = await this.#options.nowMs(this.#context())
    const beforeId = lowestOrderIdAt(nowMs - KEY_WINDOW_MS)
    let forgotten = 0
    for (const table of this.#options.tables) {
      forgotten += await this.#forget(table, fromId, beforeId)
      if (this.#isStopping) return forgotten
      await this.#noteOverdue(table, fromId, nowMs)
      await this.#pause()
    }
    return forgotten
  }

  async #forget(table: KeyTable, fromId: bigint, beforeId: bigint): Promise<number> {
    const range = { fromId, beforeId, limit: KEYS_PER_DELETE }
    let forgotten = 0
    for (let deletes = 0; deletes < DELETES_PER_TABLE && fromId < beforeId && !this.#isStopping; deletes++) {
      const deleted = await table.forgetOldest(range, this.#context())
      this.#options.metrics.expired.inc(deleted)
      forgotten += deleted
      if (deleted < KEYS_PER_DELETE) break
    }
    return forgotten
  }

  async #noteOverdue(table: KeyTable, fromId: bigint, nowMs: number): Promise<void> {
    const oldest = await table.oldest(fromId, this.#context())
    const ageMs = oldest === undefined ? 0 : nowMs - parseOrderId(oldest).timestampMs
    this.#options.metrics.overdueMs.set(table.name, Math.max(0, ageMs - KEY_WINDOW_MS))
  }

  get #isStopping(): boolean {
    return this.#rounds.signal.aborted
  }

  async #pause(): Promise<void> {
    await sleep(TABLE_PAUSE_MS, undefined, { signal: this.#rounds.signal }).catch(() => {})
  }

  #context(): CallContext {
    return contextFor('key-expiry', STATEMENT_LIMIT_MS)
  }
}
