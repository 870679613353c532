// The seeded orders by formula: row number → order id, user, time. Scenarios pick existing orders with it, the seeder
// writes them with it. Only 32-bit integer mixing and IEEE + − × ÷ floor, so that Node and k6 give the same bits.

import { type Dataset, type SeededShard, wholeOrdersOf } from './dataset.ts'
import { composeOrderId, type OrderId, SEEDER_WORKER } from './order-id.ts'
import { SHARD_COUNT, type Shard } from './shard.ts'

export interface SeededOrder {
  readonly orderId: OrderId
  readonly userId: number
  readonly createdAtMs: number
}

export const HOUR_MS = 3_600_000
export const TWO_32 = 4_294_967_296

/** One independent random number per row and stream. Append only: a new number here is a new data set. */
export const STREAM = { jitter: 1, user: 2 } as const

/** The order that the seeder wrote as row `row` of `orders_NN`. Throws RangeError for a row that was not seeded. */
export function seededOrder(dataset: Dataset, shard: Shard, row: number): SeededOrder {
  const table = dataset.shards[shard]
  if (!table || !Number.isInteger(row) || row < 0 || row >= table.orders) {
    throw new RangeError(`row ${row} of shard ${shard} was not seeded (${table?.orders ?? 0} rows)`)
  }
  const createdAtMs = createdAtOf(dataset, table, row)
  return {
    orderId: composeOrderId({ timestampMs: createdAtMs, shard, worker: SEEDER_WORKER, sequence: 0 }),
    userId: userOfDraw(dataset, table, draw(streamKey(dataset.seed, STREAM.user, shard), row)),
    createdAtMs,
  }
}

/** Rows of a table with `orders` rows that lie before the end of `hour`: the plan's curve, scaled to the table. */
export function rowsBeforeHourEnd(cumulativeOrdersByHour: readonly number[], orders: number, hour: number): number {
  const last = cumulativeOrdersByHour.length - 1
  if (hour < 0) return 0
  if (hour >= last) return orders
  return Math.min(
    orders,
    Math.floor(((cumulativeOrdersByHour[hour] ?? 0) * orders) / (cumulativeOrdersByHour[last] ?? 1)),
  )
}

/** The hour that holds `row`, by bisection. */
export function hourOfRow(cumulativeOrdersByHour: readonly number[], orders: number, row: number): number {
  let low = 0
  let high = cumulativeOrdersByHour.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rowsBeforeHourEnd(cumulativeOrdersByHour, orders, middle) > row) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Offset within its hour of the hour's k-th row of m: one slot each, jittered inside the slot.
 * Strictly increasing in k as long as m ≤ 3 600 000, which the plan's validation ensures: so ids never repeat.
 */
export function offsetInHourMs(k: number, rowsInHour: number, jitter: number): number {
  const slotMs = HOUR_MS / rowsInHour
  return Math.floor(k * slotMs) + modulo(jitter, Math.max(1, Math.floor(slotMs)))
}

/** Index 0, 1, 2 … of a shard's users → user id; every id of shard s is s modulo 64. */
export function userIdOf(index: number, shard: number): number {
  return SHARD_COUNT * (index + 1) + shard
}

/** The user who placed an order, from one draw: a whale, or a rank on the stairs of the plan's activity classes. */
export function userOfDraw(dataset: Dataset, table: SeededShard, drawn: number): number {
  if (drawn < table.whaleWeight) {
    const whale = Math.floor((drawn * table.whales) / table.whaleWeight)
    return userIdOf(dataset.firstWhaleIndex + whale, table.shard)
  }
  const position = Math.floor(((drawn - table.whaleWeight) * TWO_32) / (TWO_32 - table.whaleWeight))
  return userIdOf(permuted(rankOf(dataset, table.users, position), table.users), table.shard)
}

/** Uniform over 0 … 2^32 − 1, a pure function of stream and row. */
export function draw(key: number, row: number): number {
  return mix32(mix32(row + key) ^ key)
}

/** The key of one stream of one shard. */
export function streamKey(seed: number, stream: number, shard: number): number {
  return mix32(mix32(mix32(seed) + Math.imul(stream, 0x9e3779b1)) + Math.imul(shard + 1, 0x85ebca77))
}

/** Finaliser of MurmurHash3 (Austin Appleby, public domain): a bijection of 32-bit integers. */
export function mix32(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

function createdAtOf(dataset: Dataset, table: SeededShard, row: number): number {
  const orders = wholeOrdersOf(table)
  const hour = hourOfRow(dataset.cumulativeOrdersByHour, orders, row)
  const before = rowsBeforeHourEnd(dataset.cumulativeOrdersByHour, orders, hour - 1)
  const rowsInHour = rowsBeforeHourEnd(dataset.cumulativeOrdersByHour, orders, hour) - before
  const jitter = draw(streamKey(dataset.seed, STREAM.jitter, table.shard), row)
  return dataset.startMs + hour * HOUR_MS + offsetInHourMs(row - before, rowsInHour, jitter)
}

/** Position on the Lorenz curve's order axis → rank of the user, most active class first; uniform within a class. */
function rankOf(dataset: Dataset, users: number, position: number): number {
  let ordersBefore = 0
  let usersBefore = 0
  for (const { shareOfUsers, shareOfOrders } of dataset.activity) {
    if (position < shareOfOrders) {
      const first = Math.floor((usersBefore * users) / TWO_32)
      const size = Math.floor((shareOfUsers * users) / TWO_32) - first
      const within = Math.floor(((position - ordersBefore) * size) / (shareOfOrders - ordersBefore))
      return Math.min(first + Math.min(within, Math.max(0, size - 1)), users - 1)
    }
    ordersBefore = shareOfOrders
    usersBefore = shareOfUsers
  }
  return users - 1
}

// The largest prime below 2^26: rank × prime stays below 2^53 for up to 2^26 users in a shard.
const PERMUTATION_PRIME = 67_108_859
export const MAX_USERS_PER_SHARD = PERMUTATION_PRIME - 1

/** Spreads ranks over the user numbers, one to one, so that activity does not follow the id. */
function permuted(rank: number, users: number): number {
  return modulo(rank * PERMUTATION_PRIME, users)
}

/** a mod b for whole 0 ≤ a < 2^52: exact, and several times faster than % on numbers beyond 31 bits. */
function modulo(a: number, b: number): number {
  return a - Math.floor(a / b) * b
}
