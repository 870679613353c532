// How long a checkout may be repeated with its Idempotency-Key. Keys are stored in the order's own transaction, as hashes;
// after the window a key is forgotten, and the same key is a new order.

import { ORDER_ID_EPOCH_MS, TIMESTAMP_SHIFT } from './order-id.ts'

export const KEY_WINDOW_DAYS = 3
export const KEY_WINDOW_MS = KEY_WINDOW_DAYS * 86_400_000

/** Generated orders have keys too: so a client can repeat the checkout of one. */
export const SEEDED_KEY_PREFIX = 'seeded-'

/** Bytes of a SHA-256 that are kept: of the key, and of what was asked for with it. */
export const KEY_HASH_BYTES = 16

/** The lowest order id of a moment: order ids are time-ordered, so a key's age needs no column of its own. */
export function lowestOrderIdAt(timeMs: number): bigint {
  return BigInt(Math.max(0, Math.floor(timeMs) - ORDER_ID_EPOCH_MS)) << TIMESTAMP_SHIFT
}
