// The number by which the old interfaces know an order: 53 bits, so that it is safe as a JavaScript number. Of an order that
// was born after `prepare` it is the order id with one bit of sequence, so that each follows from the other without a look-up:
//
//   bit 52 … 13   milliseconds since ORDER_ID_EPOCH_MS   40 bits, 34 years
//   bit 12 …  7   shard                                   6 bits
//   bit  6 …  1   worker                                  6 bits
//   bit  0        sequence of the shard within the millisecond
//
// Older orders keep the AUTO_INCREMENT they have, which lies far below.

import { composeOrderId, MAX_WORKER, ORDER_ID_EPOCH_MS, type OrderId, parseOrderId, SEEDER_WORKER } from './order-id.ts'
import { asShard, SHARD_COUNT } from './shard.ts'

/** Of an id that has a number: two a millisecond, shard and worker. */
export const MAX_NUMBERED_SEQUENCE = 1

/** Below it: an AUTO_INCREMENT of the monolith. Six days after the epoch, which no live id is older than. */
const FIRST_BORN_NUMBER = 2 ** 42
const NUMBER_LIMIT = 2 ** 53
const SEQUENCES = MAX_NUMBERED_SEQUENCE + 1
const WORKERS = MAX_WORKER + 1

/** null: an order that was born elsewhere (generated, imported, or where nobody needed numbers), whose number a table knows. */
export function legacyNumberOf(orderId: OrderId): number | null {
  const { timestampMs, shard, worker, sequence } = parseOrderId(orderId)
  if (worker === SEEDER_WORKER || sequence > MAX_NUMBERED_SEQUENCE) return null
  const number = (((timestampMs - ORDER_ID_EPOCH_MS) * SHARD_COUNT + shard) * WORKERS + worker) * SEQUENCES + sequence
  return number >= FIRST_BORN_NUMBER && number < NUMBER_LIMIT ? number : null
}

/** null: a number that a table has to be asked for. */
export function orderIdOfNumber(legacyNo: number): OrderId | null {
  if (!Number.isSafeInteger(legacyNo) || legacyNo < FIRST_BORN_NUMBER) return null
  const sequence = legacyNo % SEQUENCES
  const aboveSequence = Math.floor(legacyNo / SEQUENCES)
  const worker = aboveSequence % WORKERS
  const aboveWorker = Math.floor(aboveSequence / WORKERS)
  const shard = asShard(aboveWorker % SHARD_COUNT)
  if (worker === SEEDER_WORKER) return null
  return composeOrderId({
    timestampMs: Math.floor(aboveWorker / SHARD_COUNT) + ORDER_ID_EPOCH_MS,
    shard,
    worker,
    sequence,
  })
}

/** `t_order.id` of a payment's row: beyond every number of an order, and never an AUTO_INCREMENT that could meet one. */
export function paymentRowId(legacyNo: number, paymentNo: number): bigint {
  return BigInt(paymentNo) * BigInt(NUMBER_LIMIT) + BigInt(legacyNo)
}
