// One worker's order ids: a pure state machine over the clock readings it is given.
//
//   clock                         answer
//   past the last id's ms         an id of that ms
//   same ms, sequence left        the next of the sequence
//   same ms, sequence used up     the next ms, counted on (Sonyflake's rule), as long as that is ≤ MAX_AHEAD_MS ahead
//   behind, by up to MAX_WAIT_MS  wait
//   behind by more                behind: this worker cannot go on without repeating itself
//   past the persisted mark       reserve: persist a higher mark first, so that a restart knows it

import { composeOrderId, MAX_SEQUENCE, type OrderId } from '../../../contracts/order-id.ts'
import type { Shard } from '../../../contracts/shard.ts'

export const MAX_AHEAD_MS = 20
export const MAX_WAIT_MS = 1_000

export type IdAnswer =
  | { readonly kind: 'id'; readonly orderId: OrderId; readonly timestampMs: number }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'behind'; readonly byMs: number }
  | { readonly kind: 'reserve' }

export class OrderIdGenerator {
  readonly worker: number
  #lastMs: number
  #sequence = MAX_SEQUENCE

  /** `floorMs`: ids of this worker up to and including this time may exist already. */
  constructor(worker: number, floorMs: number) {
    this.worker = worker
    this.#lastMs = floorMs
  }

  /** No id carries a later time. */
  get lastIssuedMs(): number {
    return this.#lastMs
  }

  /** `ceilingMs`: the persisted mark; no id may carry a later time. */
  next(shard: Shard, nowMs: number, ceilingMs: number): IdAnswer {
    const isNewMs = nowMs > this.#lastMs
    const isUsedUp = this.#sequence >= MAX_SEQUENCE
    const timestampMs = isNewMs ? nowMs : isUsedUp ? this.#lastMs + 1 : this.#lastMs
    const aheadMs = timestampMs - nowMs
    if (aheadMs > MAX_AHEAD_MS + MAX_WAIT_MS) return { kind: 'behind', byMs: aheadMs }
    if (aheadMs > MAX_AHEAD_MS) return { kind: 'wait', waitMs: aheadMs - MAX_AHEAD_MS }
    if (timestampMs > ceilingMs) return { kind: 'reserve' }
    this.#sequence = timestampMs > this.#lastMs ? 0 : this.#sequence + 1
    this.#lastMs = timestampMs
    const orderId = composeOrderId({ timestampMs, shard, worker: this.worker, sequence: this.#sequence })
    return { kind: 'id', orderId, timestampMs }
  }
}
