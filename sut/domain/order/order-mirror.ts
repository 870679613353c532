// Keeps the store that follows close behind the one that decides. With `inline` the request that changed an order tells it
// over, within a small budget; what that leaves, and everything with `batched`, a loop tells in rounds. So the loop is the
// repairer too, and no write ever fails or waits for long because of the other store.

import { setTimeout as sleep } from 'node:timers/promises'
import { marksGaps, PHASE_RULES, type Switches } from '../../../contracts/switches.ts'
import { backOffMs } from '../../rounds.ts'
import { type Backlog, NO_BACKLOG, type ParkedOrder } from '../../storage/order-store.ts'
import type { SwitchBoard } from '../../switches/switch-board.ts'
import { type CallContext, contextFor } from '../../telemetry/call-context.ts'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { isWorthTelling } from '../../telemetry/repeated-failure.ts'
import { Breaker } from '../breaker.ts'
import { BacklogCount } from './backlog-count.ts'
import { closeGaps, type StorePair, snapshotOf, type Told, tell } from './close-gaps.ts'
import type { MirrorMetrics } from './mirror-metrics.ts'
import { type Follower, type Stored, type StoreSides, sideOf } from './switched-stores.ts'

const ROUND_ORDERS = 64
const ROUND_LIMIT_MS = 5_000
const INLINE_BUDGET_MS = 50
/** So long a mark is left to the request that made it. */
const INLINE_GRACE_MS = 1_000
/** Between two rounds: what is stored meanwhile goes together. */
const PACE_MS = 20
const IDLE_MS = 500

export interface OrderMirrorOptions {
  readonly sides: StoreSides
  readonly board: SwitchBoard
  readonly metrics: MirrorMetrics
  readonly logger: Logger
  /** How long a request may wait for the store that follows. */
  readonly inlineBudgetMs?: number
}

export class OrderMirror implements Follower {
  readonly #options: OrderMirrorOptions
  /** Of requests: a store that hangs costs one of them its budget now and then, not each. */
  readonly #breaker = new Breaker('the store that follows', () => performance.now())
  readonly #backlogCount: BacklogCount
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #hasNews = false
  #wake: () => void = () => {}

  constructor(options: OrderMirrorOptions) {
    this.#options = options
    this.#backlogCount = new BacklogCount(options.metrics)
  }

  async follow(switches: Switches, stored: Stored): Promise<void> {
    const pair = this.#pairOf(switches)
    if (!pair) return
    if (switches.mirror === 'batched') this.#hearOfNews()
    if (switches.mirror !== 'inline') return
    const { metrics, inlineBudgetMs = INLINE_BUDGET_MS } = this.#options
    try {
      const context = contextFor('mirror-inline', inlineBudgetMs)
      const { told, parked } = await this.#breaker.call(() => tellOne(pair, stored, context))
      metrics.told.inline.inc(told)
      this.#noteParked(parked)
    } catch {
      // The mark stays: the loop sees to it.
      metrics.failures.inline.inc()
    }
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#hearOfNews()
    await this.#running
  }

  /** Resolves to how many orders it dealt with. Rejects when either store is out of reach. */
  async round(): Promise<number> {
    const { board, metrics } = this.#options
    const switches = board.now()
    await this.#backlogCount.keep(() => this.#backlogOf(switches))
    const pair = this.#pairOf(switches)
    if (!pair || switches.mirror === 'off') return 0
    const context = contextFor('mirror', ROUND_LIMIT_MS)
    const oldest = await pair.from.gaps(ROUND_ORDERS, context)
    const dueBeforeMs = switches.mirror === 'inline' ? Date.now() - INLINE_GRACE_MS : Number.POSITIVE_INFINITY
    const due = oldest.filter(({ sinceMs }) => sinceMs < dueBeforeMs)
    if (due.length === 0) return 0
    const { told, parked } = await closeGaps(pair, due, context)
    metrics.told.batched.inc(told)
    this.#noteParked(parked)
    return due.length
  }

  async #run(): Promise<void> {
    let failures = 0
    let orders = 0
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#hasNews = false
      try {
        orders = await this.round()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        orders = 0
        failures++
        this.#warn(failures, error)
      }
      // News do not shorten the rest of a store that is gone.
      if (failures > 0) await sleep(backOffMs(IDLE_MS, failures), undefined, { signal }).catch(() => {})
      else if (orders === 0 && !this.#hasNews) await this.#idle()
      if (orders < ROUND_ORDERS) await sleep(PACE_MS)
    }
  }

  /** Until something is stored here; elsewhere it may be at any time. */
  async #idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = () => {}
  }

  #hearOfNews(): void {
    this.#hasNews = true
    this.#wake()
  }

  #noteParked(orders: readonly ParkedOrder[]): void {
    const { metrics, logger } = this.#options
    metrics.parked.inc(orders.length)
    for (const { orderId, reason } of orders)
      logger.error({ orderId, reason }, 'parked: the other store cannot take it')
  }

  #warn(failures: number, error: unknown): void {
    this.#options.metrics.failures.batched.inc()
    if (!isWorthTelling(failures)) return
    this.#options.logger.warn({ ...causeOf(error), failures }, 'the other store is not being told; will try again')
  }

  async #backlogOf(switches: Switches): Promise<Backlog> {
    if (!marksGaps(switches)) return NO_BACKLOG
    const { store } = sideOf(this.#options.sides, PHASE_RULES[switches.phase].authority)
    return await store.backlog(contextFor('mirror', ROUND_LIMIT_MS))
  }

  /** undefined: no store follows in this phase. */
  #pairOf({ phase }: Switches): StorePair | undefined {
    const { authority, mirror } = PHASE_RULES[phase]
    if (mirror === null) return undefined
    const { sides } = this.#options
    return { from: sideOf(sides, authority).store, to: sideOf(sides, mirror).store }
  }
}

/** Who was just born is not read again. */
function tellOne(pair: StorePair, stored: Stored, context: CallContext): Promise<Told> {
  const born = 'order' in stored ? snapshotOf(stored) : null
  if (born) return tell(pair, [born], context)
  return closeGaps(pair, ['order' in stored ? stored.order : stored], context)
}
