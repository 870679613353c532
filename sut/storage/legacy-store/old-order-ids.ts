// An order id for each order that was born in the monolith: composed once from its time, its user's shard and its number. Pure.
// Its sequence is the number's last bits; where that id is taken, the next sequence, and after all of them the next millisecond.

import { composeOrderId, MAX_SEQUENCE, type OrderId, SEEDER_WORKER } from '../../../contracts/order-id.ts'
import { shardOf } from '../../../contracts/shard.ts'

export interface OldOrder {
  readonly legacyNo: number
  readonly userId: number
  /** A DATETIME ends at the second. */
  readonly createdAtSeconds: number
}

const SEQUENCES = MAX_SEQUENCE + 1

/** The ids that it may have, the first choice first; all lie in its second. */
function* idsFor({ legacyNo, userId, createdAtSeconds }: OldOrder): Generator<OrderId> {
  const shard = shardOf(userId)
  for (let ms = 0; ms < 1_000; ms++) {
    for (let step = 0; step < SEQUENCES; step++) {
      const sequence = (legacyNo + step) % SEQUENCES
      yield composeOrderId({ timestampMs: 1_000 * createdAtSeconds + ms, shard, worker: SEEDER_WORKER, sequence })
    }
  }
}

export function firstIdsFor(order: OldOrder, count: number): readonly OrderId[] {
  const ids: OrderId[] = []
  for (const orderId of idsFor(order)) {
    if (ids.length === count) break
    ids.push(orderId)
  }
  return ids
}

/** The first that is not taken; it is then. */
export function freeIdFor(order: OldOrder, taken: Set<OrderId>): OrderId {
  for (const orderId of idsFor(order)) {
    if (taken.has(orderId)) continue
    taken.add(orderId)
    return orderId
  }
  throw new RangeError(`no order id is left for number ${order.legacyNo}: a million orders of one shard in one second`)
}
