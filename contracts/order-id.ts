// A Snowflake-like order id that carries its shard, so that the id alone routes to its table.
//
//   bit 62 … 22   milliseconds since ORDER_ID_EPOCH_MS   41 bits, 69 years
//   bit 21 … 16   shard                                   6 bits
//   bit 15 … 10   worker (0 is the seeder's)              6 bits
//   bit  9 …  0   sequence within the millisecond        10 bits
//
// Ids pass 2^53 after 25 days: they travel as decimal strings, never as JS numbers.

import { asShard, type Shard } from './shard.ts'

export type OrderId = string & { readonly __brand: 'OrderId' }

/** Years before the first live order: generated history lies in the past, below every live id. */
export const ORDER_ID_EPOCH_MS = Date.UTC(2020, 0, 1)
export const TIMESTAMP_SHIFT = 22n
export const SHARD_SHIFT = 16n
export const WORKER_SHIFT = 10n
export const MAX_TIMESTAMP_MS = ORDER_ID_EPOCH_MS + 2 ** 41 - 1
export const MAX_WORKER = 63
export const MAX_SEQUENCE = 1023
/** Worker ids from 1 up are leased by running services; 0 belongs to generated history. */
export const SEEDER_WORKER = 0

export interface OrderIdParts {
  readonly timestampMs: number
  readonly shard: Shard
  readonly worker: number
  readonly sequence: number
}

const MAX_ID = 2n ** 63n - 1n
/** Of no order: whoever asks for what is not there is to wait as long as for what is another's. */
export const NOBODYS_ORDER = '0' as OrderId

const YEARS = [ORDER_ID_EPOCH_MS, MAX_TIMESTAMP_MS].map((ms) => new Date(ms).toISOString()).join(' to ')

/** Throws RangeError for a moment that no id can carry. */
export function assertOrderTime(timestampMs: number): void {
  if (!Number.isInteger(timestampMs) || timestampMs < ORDER_ID_EPOCH_MS || timestampMs > MAX_TIMESTAMP_MS) {
    throw new RangeError(`timestamp ${timestampMs} ms is outside the id's 69 years, ${YEARS}`)
  }
}

/** Throws RangeError when a part does not fit its bits. */
export function composeOrderId(parts: OrderIdParts): OrderId {
  const { timestampMs, shard, worker, sequence } = parts
  assertOrderTime(timestampMs)
  if (!Number.isInteger(worker) || worker < 0 || worker > MAX_WORKER) throw new RangeError(`worker ${worker}`)
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > MAX_SEQUENCE) {
    throw new RangeError(`sequence ${sequence}`)
  }
  const id =
    (BigInt(timestampMs - ORDER_ID_EPOCH_MS) << TIMESTAMP_SHIFT) |
    (BigInt(asShard(shard)) << SHARD_SHIFT) |
    (BigInt(worker) << WORKER_SHIFT) |
    BigInt(sequence)
  return id.toString() as OrderId
}

/** True for the canonical decimal form of a 63-bit id: no sign, no leading zero. */
export function isOrderId(text: string): text is OrderId {
  return /^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= MAX_ID
}

/** Throws RangeError for text that is not an order id. */
export function parseOrderId(text: string): OrderIdParts {
  if (!isOrderId(text)) throw new RangeError(`"${text}" is not an order id`)
  const id = BigInt(text)
  return {
    timestampMs: Number(id >> TIMESTAMP_SHIFT) + ORDER_ID_EPOCH_MS,
    shard: asShard(Number((id >> SHARD_SHIFT) & 63n)),
    worker: Number((id >> WORKER_SHIFT) & 63n),
    sequence: Number(id & 1023n),
  }
}

/** By number: as text a shorter id would come after a longer one. */
export function compareOrderIds(one: OrderId, other: OrderId): number {
  if (one.length !== other.length) return one.length - other.length
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** The table's shard, read from the id alone. Throws RangeError for text that is not an order id. */
export function shardOfOrder(orderId: OrderId): Shard {
  return parseOrderId(orderId).shard
}
