// Who may use how many connections of one server. Each lane (a shard, or work of its own kind) has a share, so that a
// shard that is held up holds up itself; who waits, waits in the order of arrival, for a bounded time, in bounded number.

import { SutError } from '../errors.ts'
import { type CallContext, deadlineExceeded, remainingMs } from '../telemetry/call-context.ts'

export interface BulkheadLimits {
  readonly slots: number
  readonly slotsPerLane: number
  readonly waiters: number
  readonly waitersPerLane: number
}

/**
 * Who waits leaves this much of its time to the statement: longer than a lock is waited for, so that a statement that is
 * held up ends by itself, as one that was certainly not stored, and not by its deadline.
 */
const STATEMENT_MS = 1_200

interface Waiter {
  readonly arrival: number
  readonly admit: () => void
  readonly refuse: (error: SutError) => void
}

/** Handed out by `lane`, and meaningless to any other bulkhead. */
export class BulkheadLane {
  used = 0
  /** Of `used`: of connections that are lost, while what they did may still go on. */
  doubted = 0
  readonly waiters: Waiter[] = []
}

export class Bulkhead {
  readonly limits: BulkheadLimits
  readonly #waitingLanes = new Set<BulkheadLane>()
  #used = 0
  #doubted = 0
  #waiting = 0
  #arrivals = 0

  constructor(limits: BulkheadLimits) {
    this.limits = limits
  }

  get used(): number {
    return this.#used
  }
  get doubted(): number {
    return this.#doubted
  }
  get waiting(): number {
    return this.#waiting
  }

  lane(): BulkheadLane {
    return new BulkheadLane()
  }

  /** True: a slot is taken. Nobody who waits is overtaken. */
  tryTake(lane: BulkheadLane): boolean {
    if (lane.waiters.length > 0 || !this.#hasRoom(lane)) return false
    this.#take(lane)
    return true
  }

  /** Resolves once a slot is taken. Rejects at once where waiting is of no use. */
  async take(lane: BulkheadLane, context: CallContext): Promise<void> {
    if (this.tryTake(lane)) return
    if (this.#isHopeless(lane)) throw hopeless()
    const { waiters, waitersPerLane } = this.limits
    if (this.#waiting >= waiters || lane.waiters.length >= waitersPerLane) {
      throw new SutError('overloaded', 'too many requests wait for the order database', { retryAfterSeconds: 1 })
    }
    const leftMs = remainingMs(context)
    await this.#wait(lane, leftMs - Math.min(STATEMENT_MS, leftMs / 2))
  }

  release(lane: BulkheadLane): void {
    lane.used--
    this.#used--
    this.#admitNext()
  }

  /** The slot's connection is lost, and what it did may still go on: the slot is given back by `settle`. */
  doubt(lane: BulkheadLane): void {
    lane.doubted++
    this.#doubted++
    for (const waiting of [...this.#waitingLanes]) {
      if (this.#isHopeless(waiting)) for (const waiter of [...waiting.waiters]) waiter.refuse(hopeless())
    }
  }

  settle(lane: BulkheadLane): void {
    lane.doubted--
    this.#doubted--
    this.release(lane)
  }

  #hasRoom(lane: BulkheadLane): boolean {
    return this.#used < this.limits.slots && lane.used < this.limits.slotsPerLane
  }

  #isHopeless(lane: BulkheadLane): boolean {
    return lane.doubted >= this.limits.slotsPerLane || this.#doubted >= this.limits.slots
  }

  #take(lane: BulkheadLane): void {
    lane.used++
    this.#used++
  }

  #wait(lane: BulkheadLane, limitMs: number): Promise<void> {
    this.#waiting++
    this.#waitingLanes.add(lane)
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        this.#waiting--
        lane.waiters.splice(lane.waiters.indexOf(waiter), 1)
        if (lane.waiters.length === 0) this.#waitingLanes.delete(lane)
      }
      const waiter: Waiter = {
        arrival: this.#arrivals++,
        admit: () => {
          leave()
          this.#take(lane)
          resolve()
        },
        refuse: (error) => {
          leave()
          reject(error)
        },
      }
      const timer = setTimeout(() => waiter.refuse(deadlineExceeded()), limitMs)
      lane.waiters.push(waiter)
    })
  }

  /** Whoever has waited longest of those whose lane has room. */
  #admitNext(): void {
    let next: Waiter | undefined
    for (const lane of this.#waitingLanes) {
      const head = lane.waiters[0]
      if (head && this.#hasRoom(lane) && !(next && next.arrival < head.arrival)) next = head
    }
    next?.admit()
  }
}

function hopeless(): SutError {
  return new SutError('unavailable', 'the order database does not answer', { retryAfterSeconds: 1 })
}
