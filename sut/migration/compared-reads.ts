// A share of the services' reads, made in the other store too, behind the answer. Nobody waits for it: a read that is drawn
// only leaves its orders in a queue of bounded length, and what the connections kept for this cannot take is passed over.

import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderId } from '../../contracts/order-id.ts'
import { otherStore, PHASE_RULES, type StoreName, type Switches } from '../../contracts/switches.ts'
import type { ReadComparison } from '../domain/order/switched-stores.ts'
import type { OrderStore, OwnedOrderStore } from '../storage/order-store.ts'
import type { SwitchBoard } from '../switches/switch-board.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { causeOf } from '../telemetry/cause.ts'
import type { Logger } from '../telemetry/logger.ts'
import { isWorthTelling } from '../telemetry/repeated-failure.ts'
import type { ComparedReadMetrics } from './compared-read-metrics.ts'
import { judgeOrders, type Verdict } from './judge-orders.ts'

export interface ComparedReadsOptions {
  /** On connections of their own. */
  readonly stores: Readonly<Record<StoreName, OwnedOrderStore>>
  readonly board: Pick<SwitchBoard, 'now'>
  readonly metrics: ComparedReadMetrics
  readonly logger: Logger
  /** From 0 up to, not including, 1. */
  readonly random?: () => number
  /** Of all looks at the orders of one read. */
  readonly limitMs?: number
}

/** The orders of one read. */
interface Candidate {
  readonly orderIds: readonly OrderId[]
  /** Under which they were read. */
  readonly switches: Switches
}

const LIMIT_MS = 100
/** Between two looks: a write that was under way at the first one has ended by the second. */
const PAUSE_MS = 30
const LOOKS = 2
const SIDE_BY_SIDE = 2
const MAX_WAITING = 64

export class ComparedReads implements ReadComparison {
  readonly #options: ComparedReadsOptions
  readonly #random: () => number
  readonly #limitMs: number
  readonly #waiting: Candidate[] = []
  readonly #workers = new Set<Promise<void>>()
  #working = 0
  #isStopped = false
  #told = 0

  constructor(options: ComparedReadsOptions) {
    this.#options = options
    this.#random = options.random ?? Math.random
    this.#limitMs = options.limitMs ?? LIMIT_MS
  }

  readerOf(store: OrderStore, switches: Switches): OrderStore {
    const { comparePerMille, phase } = switches
    if (comparePerMille === 0 || PHASE_RULES[phase].mirror === null) return store
    return this.#random() * 1_000 < comparePerMille ? this.#watched(store, switches) : store
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#waiting.length = 0
    await Promise.all(this.#workers)
  }

  #watched(store: OrderStore, switches: Switches): OrderStore {
    const note = (orderIds: readonly OrderId[]) => this.#note({ orderIds, switches })
    return {
      ...store,
      find: async (key, context) => {
        const found = await store.find(key, context)
        note([key.orderId])
        return found
      },
      list: async (page, context) => {
        const orders = await store.list(page, context)
        note(orders.map(({ orderId }) => orderId))
        return orders
      },
      byIds: async (orderIds, context) => {
        const orders = await store.byIds(orderIds, context)
        note(orders.map(({ orderId }) => orderId))
        return orders
      },
      numberedPage: async (page, context) => {
        const found = await store.numberedPage(page, context)
        note(found.orders.map(({ order }) => order.orderId))
        return found
      },
    }
  }

  /** Nothing is asked here: the first statement is sent in a turn of its own. */
  #note(candidate: Candidate): void {
    if (this.#isStopped || candidate.orderIds.length === 0) return
    if (this.#waiting.length >= MAX_WAITING) {
      this.#passOver(candidate)
      return
    }
    this.#waiting.push(candidate)
    if (this.#working >= SIDE_BY_SIDE) return
    this.#working++
    const worker = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#work())
    this.#workers.add(worker)
    void worker.finally(() => this.#workers.delete(worker))
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await this.#compare(next)
    this.#working--
  }

  async #compare(candidate: Candidate): Promise<void> {
    const { orderIds, switches } = candidate
    const { stores, metrics } = this.#options
    const { authority } = PHASE_RULES[switches.phase]
    const compared = { authority: stores[authority], other: stores[otherStore(authority)] }
    const context = contextFor('compared-read', this.#limitMs)
    try {
      const verdicts = await judgeOrders(compared, orderIds, {
        within: () => context,
        pause: () => pauseWithin(context),
        maxLooks: LOOKS,
      })
      // After a flip the other store decides: what was seen meanwhile may be right in both.
      if (this.#options.board.now().epoch !== switches.epoch) return this.#passOver(candidate)
      for (const [orderId, verdict] of verdicts) {
        metrics.judged(orderId, verdict)
        this.#tell(orderId, verdict)
      }
    } catch (error) {
      this.#passOver(candidate)
      this.#options.logger.debug(causeOf(error), 'a read was not compared')
    }
  }

  #passOver({ orderIds }: Candidate): void {
    for (const orderId of orderIds) this.#options.metrics.skipped(orderId)
  }

  /** The first one, and ever more rarely: the figures count them all. */
  #tell(orderId: OrderId, verdict: Verdict): void {
    if (verdict.kind !== 'different') return
    this.#told++
    if (!isWorthTelling(this.#told)) return
    const fields = verdict.findings.map(({ field, kind }) => `${field}: ${kind}`)
    this.#options.logger.error({ orderId, fields, differences: this.#told }, 'the two stores say different things')
  }
}

/** Rejects where no time is left for a look after it. */
async function pauseWithin(context: CallContext): Promise<void> {
  await sleep(PAUSE_MS)
  if (performance.now() >= context.deadlineAtMs) throw new RangeError('no time is left for another look')
}
