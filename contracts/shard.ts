// Where a row lives. The only file that knows the number 64.

export const SHARD_COUNT = 64

/** A shard number, 0 … SHARD_COUNT − 1. Branded so that a user id cannot be passed for one. */
export type Shard = number & { readonly __brand: 'Shard' }

/** Table families: each has one table per shard. */
export const TABLE_FAMILIES = ['orders', 'order_items', 'payments', 'outbox', 'idempotency_keys'] as const
export type TableFamily = (typeof TABLE_FAMILIES)[number]

/** The families that the seeder fills row by row. */
export const SEEDED_FAMILIES = ['orders', 'order_items', 'payments'] as const satisfies readonly TableFamily[]
export type SeededFamily = (typeof SEEDED_FAMILIES)[number]

/** The families whose rows stay: besides, the keys of the last days. An event leaves its outbox within seconds. */
export const STORED_FAMILIES = [...SEEDED_FAMILIES, 'idempotency_keys'] as const satisfies readonly TableFamily[]
export type StoredFamily = (typeof STORED_FAMILIES)[number]

export const ALL_SHARDS: readonly Shard[] = Array.from({ length: SHARD_COUNT }, (_, shard) => shard as Shard)

/** Throws RangeError unless `value` is a whole number from 0 to SHARD_COUNT − 1. */
export function asShard(value: number): Shard {
  if (!Number.isInteger(value) || value < 0 || value >= SHARD_COUNT) {
    throw new RangeError(`shard ${value} is not a whole number from 0 to ${SHARD_COUNT - 1}`)
  }
  return value as Shard
}

/** The shard of a user: user id modulo 64. Throws RangeError for anything but a safe non-negative integer. */
export function shardOf(userId: number): Shard {
  if (!Number.isSafeInteger(userId) || userId < 0) {
    throw new RangeError(`user id ${userId} is not a safe non-negative integer`)
  }
  return (userId % SHARD_COUNT) as Shard
}

/** `orders_07`: the suffix comes from an integer only, never from input text. */
export function tableName(family: TableFamily, shard: Shard): string {
  return `${family}_${String(shard).padStart(2, '0')}`
}
