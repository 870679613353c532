// One worker's order ids: a pure state machine over the clock readings it is given.
//
//   clock                         answer
//   past the last id's ms         an id of that ms
//   same ms, sequence left        the next of the shard's sequence
//   same ms, sequence used up     the next ms, counted on (Sonyflake's rule), as long as that is ≤ MAX_AHEAD_MS ahead
//   behind, by up to MAX_WAIT_MS  wait
//   behind by more                behind: this worker cannot go on without repeating itself
//   past the persisted mark       reserve: persist a higher mark first, so that a restart knows it

import { composeOrderId, MAX_SEQUENCE, type OrderId } from '../../../contracts/order-id.ts'
import { SHARD_COUNT, type Shard } from '../../../contracts/shard.ts'

export const MAX_AHEAD_MS = 20
export const MAX_WAIT_MS = 1_000

export type IdAnswer =
  | { readonly kind: 'id'; readonly orderId: OrderId; readonly timestampMs: number }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'behind'; readonly byMs: number }
  | { readonly kind: 'reserve' }

export class OrderIdGenerator {
  readonly worker: number
  readonly #maxSequence: number
  /** How many ids each shard has of the last id's millisecond. */
  readonly #used = new Uint16Array(SHARD_COUNT)
  #lastMs: number

  /**
   * `floorMs`: ids of this worker up to and including this time may exist already. `maxSequence`: lower where every id is to
   * have an old number too (contracts/legacy-number.ts).
   */
  constructor(worker: number, floorMs: number, maxSequence = MAX_SEQUENCE) {
    this.worker = worker
    this.#lastMs = floorMs
    this.#maxSequence = maxSequence
    this.#used.fill(maxSequence + 1)
  }

  /** No id carries a later time. */
  get lastIssuedMs(): number {
    return this.#lastMs
  }

  /** `ceilingMs`: the persisted mark; no id may carry a later time. */
  next(shard: Shard, nowMs: number, ceilingMs: number): IdAnswer {
    const isNewMs = nowMs > this.#lastMs
    const isUsedUp = (this.#used[shard] ?? 0) > this.#maxSequence
    const timestampMs = isNewMs ? nowMs : isUsedUp ? this.#lastMs + 1 : this.#lastMs
    const aheadMs = timestampMs - nowMs
    if (aheadMs > MAX_AHEAD_MS + MAX_WAIT_MS) return { kind: 'behind', byMs: aheadMs }
    if (aheadMs > MAX_AHEAD_MS) return { kind: 'wait', waitMs: aheadMs - MAX_AHEAD_MS }
    if (timestampMs > ceilingMs) return { kind: 'reserve' }
    if (timestampMs > this.#lastMs) this.#used.fill(0)
    this.#lastMs = timestampMs
    const sequence = this.#used[shard] ?? 0
    this.#used[shard] = sequence + 1
    const orderId = composeOrderId({ timestampMs, shard, worker: this.worker, sequence })
    return { kind: 'id', orderId, timestampMs }
  }
}
