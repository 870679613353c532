// Order ids for a running service: a leased worker, its generator, and what to do when the clock misbehaves.
//
// Never two owners: ids are only issued while the lease is known to hold on this process's monotonic clock.
// Never a repeat after a restart: ids stay below a mark that was persisted before they were issued.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_SEQUENCE, type OrderId } from '../../../contracts/order-id.ts'
import type { Shard } from '../../../contracts/shard.ts'
import { SutError } from '../../errors.ts'
import { type CallContext, contextFor, remainingMs, withBudget, withinDeadline } from '../../telemetry/call-context.ts'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { OrderIdGenerator } from './order-id-generator.ts'

export interface WorkerLease {
  readonly workerId: number
  readonly owner: string
  readonly ttlMs: number
  readonly highWaterMs: number
}

export interface FreeWorker {
  readonly workerId: number
  readonly owner: string
  readonly highWaterMs: number
}

/** Where leases are kept: MySQL, see worker-leases.ts. */
export interface WorkerLeases {
  free(context: CallContext): Promise<readonly FreeWorker[]>
  take(seen: FreeWorker, lease: WorkerLease, context: CallContext): Promise<boolean>
  renew(lease: WorkerLease, context: CallContext): Promise<boolean>
  release(lease: WorkerLease, lastIssuedMs: number, context: CallContext): Promise<void>
}

export interface Clock {
  readonly wallMs: () => number
  /** Never goes back. */
  readonly monotonicMs: () => number
}

export const SYSTEM_CLOCK: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

const TTL_MS = 15_000
const RENEW_EVERY_MS = 3_000
/** Ids may run this far beyond the last renewal; a crash costs at most this stretch of one worker's ids. */
const RESERVE_MS = 8_000
/** The lease ends earlier for us than in the database: the renewal's answer took some time. */
const SAFETY_MS = 2_000
const LEASE_CALL_LIMIT_MS = 4_000
/** After requests that took their whole time, and before whoever stops the process loses patience. */
const STOP_LIMIT_MS = 2_000

interface Held {
  readonly lease: WorkerLease
  readonly generator: OrderIdGenerator
  validUntilMs: number
  ceilingMs: number
}

/** Of all sources of a process: one for each MySQL server. */
export class OrderIdMetrics {
  readonly refusals
  readonly waits
  readonly workers = new Map<OrderIdSource, number>()

  constructor(metrics: Metrics) {
    this.refusals = metrics.counter('headroom_order_id_refusals_total', 'Checkouts refused because the clock went back')
    this.waits = metrics.counter('headroom_order_id_waits_total', 'Waits for the clock to catch up')
    metrics.gauge('headroom_order_id_worker', 'Leased worker number, the lowest of all servers; 0: none', () =>
      Math.min(...this.workers.values()),
    )
  }
}

export class OrderIdSource {
  readonly #leases: WorkerLeases
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #metrics: OrderIdMetrics
  readonly #maxSequence: number
  #held: Held | undefined
  #changing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(
    leases: WorkerLeases,
    metrics: OrderIdMetrics,
    logger: Logger,
    clock: Clock = SYSTEM_CLOCK,
    maxSequence = MAX_SEQUENCE,
  ) {
    this.#maxSequence = maxSequence
    this.#leases = leases
    this.#clock = clock
    this.#logger = logger
    this.#metrics = metrics
  }

  /** Rejects when no worker is to be had now; it is tried again. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#keep(), RENEW_EVERY_MS)
    this.#timer.unref()
    await this.#change(() => this.#renewOrReplace())
  }

  async next(shard: Shard, context: CallContext): Promise<{ readonly orderId: OrderId; readonly timestampMs: number }> {
    for (;;) {
      // A call that comes late must not lease another worker, which nobody would give back.
      if (this.#isStopped) throw new SutError('unavailable', 'this process is stopping', { retryAfterSeconds: 1 })
      const held = this.#held
      if (!held || this.#clock.monotonicMs() > held.validUntilMs) {
        await this.#change(() => this.#renewOrReplace())
        remainingMs(context)
        continue
      }
      const answer = held.generator.next(shard, this.#clock.wallMs(), held.ceilingMs)
      if (answer.kind === 'id') return answer
      if (answer.kind === 'behind') throw this.#refuse(answer.byMs)
      if (answer.kind === 'wait') {
        this.#metrics.waits.inc()
        await sleep(Math.min(answer.waitMs, remainingMs(context)))
      } else {
        await this.#change(() => this.#renewOrReplace())
      }
      remainingMs(context)
    }
  }

  /** A change under way that does not end takes no more than half of the time to give the worker back. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    const context = withBudget(leaseContext(), STOP_LIMIT_MS)
    const changed = this.#changing ?? Promise.resolve()
    await withinDeadline(changed, withBudget(context, STOP_LIMIT_MS / 2)).catch(() => {})
    const held = this.#held
    this.#held = undefined
    if (held) await this.#leases.release(held.lease, held.generator.lastIssuedMs, context)
  }

  /** This worker's ids lie ahead of the clock: another worker, whose ids do not, takes over. */
  #refuse(byMs: number): SutError {
    this.#metrics.refusals.inc()
    this.#logger.error({ byMs }, 'the clock went back; leasing another worker')
    void this.#change(() => this.#replace()).catch((error) => this.#logger.error(causeOf(error), 'no worker to be had'))
    return new SutError('clock-went-back', `the order clock is ${byMs} ms behind its last order`, {
      retryAfterSeconds: 1,
    })
  }

  async #replace(): Promise<void> {
    const behind = this.#held
    // With no other worker to be had, this one stays: its clock may catch up.
    this.#held = await this.#acquire()
    if (behind) await this.#leases.release(behind.lease, behind.generator.lastIssuedMs, leaseContext())
  }

  async #keep(): Promise<void> {
    try {
      await this.#change(() => this.#renewOrReplace())
    } catch (error) {
      this.#logger.warn(causeOf(error), 'the lease of the order id worker was not renewed')
    }
  }

  /** One change of the lease at a time; whoever asks meanwhile gets the outcome of the one under way. */
  #change(work: () => Promise<void>): Promise<void> {
    this.#changing ??= work().finally(() => {
      this.#changing = undefined
    })
    return this.#changing
  }

  async #renewOrReplace(): Promise<void> {
    const held = this.#held
    if (!held) {
      this.#held = await this.#acquire()
      return
    }
    const sentAtMs = this.#clock.monotonicMs()
    const ceilingMs = Math.max(held.ceilingMs, this.#clock.wallMs() + RESERVE_MS)
    if (await this.#leases.renew({ ...held.lease, highWaterMs: ceilingMs }, leaseContext())) {
      held.validUntilMs = sentAtMs + TTL_MS - SAFETY_MS
      held.ceilingMs = ceilingMs
      return
    }
    this.#logger.warn({ workerId: held.lease.workerId }, 'the lease of the order id worker was lost')
    this.#metrics.workers.set(this, 0)
    this.#held = undefined
    this.#held = await this.#acquire()
  }

  /** Takes the free worker that was unused for longest. Its own mark may still lie ahead: then `next` waits or refuses. */
  async #acquire(): Promise<Held> {
    const context = leaseContext()
    for (const seen of await this.#leases.free(context)) {
      const sentAtMs = this.#clock.monotonicMs()
      const ceilingMs = Math.max(seen.highWaterMs, this.#clock.wallMs() + RESERVE_MS)
      const lease = { workerId: seen.workerId, owner: randomUUID(), ttlMs: TTL_MS, highWaterMs: ceilingMs }
      if (!(await this.#leases.take(seen, lease, context))) continue
      this.#logger.info({ workerId: seen.workerId }, 'leased an order id worker')
      this.#metrics.workers.set(this, seen.workerId)
      const generator = new OrderIdGenerator(seen.workerId, seen.highWaterMs, this.#maxSequence)
      return { lease, generator, validUntilMs: sentAtMs + TTL_MS - SAFETY_MS, ceilingMs }
    }
    throw new SutError('unavailable', 'all order id workers are leased', { retryAfterSeconds: TTL_MS / 1000 })
  }
}

function leaseContext(): CallContext {
  return contextFor('worker-lease', LEASE_CALL_LIMIT_MS)
}
