// Why tables of equal user counts differ in rows: users differ in activity, and whales live somewhere.
//
// Users: of n tables, each has 1/n of them, exactly (user ids are dense). A table's share of the orders varies by
// CV_user ÷ √(users per table); each table's deviation is a fixed normal draw of its number. Whales: few and heavy,
// each in the table its number hashes to.

import type { Plan } from '../contracts/plan.ts'
import { mix32, TWO_32 } from '../contracts/seeded-order.ts'

export interface TableSkew {
  /** Share of all orders in each table; sums to 1. */
  readonly shareByTable: readonly number[]
  /** Whales in each table. */
  readonly whalesByTable: readonly number[]
  /** Share of a table's orders that its whales place. */
  readonly whaleShareByTable: readonly number[]
  /** Standard deviation ÷ mean of a table's orders that this law expects. */
  readonly tableCv: number
}

export function tableSkew({ users, shards }: Pick<Plan, 'users' | 'shards'>): TableSkew {
  const { count: whaleCount, shareOfOrders } = users.whales
  const whaleShare = whaleCount > 0 ? shareOfOrders : 0
  const whalesByTable = whaleHomes(whaleCount, shards)
  const ordinaryCv = userCv(users.activity) / Math.sqrt(users.count / shards)

  const raw = Array.from({ length: shards }, (_, shard) => {
    const ordinary = ((1 - whaleShare) / shards) * Math.max(0, 1 + ordinaryCv * normalDraw(shard))
    const whales = whaleCount > 0 ? (whaleShare * (whalesByTable[shard] ?? 0)) / whaleCount : 0
    return { ordinary, whales }
  })
  const total = raw.reduce((sum, { ordinary, whales }) => sum + ordinary + whales, 0)
  const whaleCv = whaleCount > 0 ? whaleShare * Math.sqrt((shards - 1) / whaleCount) : 0
  return {
    shareByTable: raw.map(({ ordinary, whales }) => (ordinary + whales) / total),
    whalesByTable,
    whaleShareByTable: raw.map(({ ordinary, whales }) => (whales > 0 ? whales / (ordinary + whales) : 0)),
    tableCv: Math.hypot((1 - whaleShare) * ordinaryCv, whaleCv),
  }
}

/** Standard deviation ÷ mean of orders per user, for stairs of activity. */
export function userCv(activity: Plan['users']['activity']): number {
  const secondMoment = activity
    .filter(({ shareOfUsers }) => shareOfUsers > 0)
    .reduce((sum, { shareOfUsers, shareOfOrders }) => sum + shareOfOrders ** 2 / shareOfUsers, 0)
  return Math.sqrt(Math.max(0, secondMoment - 1))
}

/** Whole numbers that sum to `total` and follow `shares`: largest remainders get the rest (Hamilton's method). */
export function apportion(total: number, shares: readonly number[]): readonly number[] {
  const sum = shares.reduce((a, b) => a + b, 0)
  const exact = shares.map((share) => (total * share) / sum)
  const rows = exact.map(Math.floor)
  const missing = total - rows.reduce((a, b) => a + b, 0)
  const byRemainder = exact
    .map((value, at) => ({ at, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.at - b.at)
  for (const { at } of byRemainder.slice(0, missing)) rows[at] = (rows[at] ?? 0) + 1
  return rows
}

function whaleHomes(count: number, shards: number): readonly number[] {
  const homes = Array.from({ length: shards }, () => 0)
  for (let whale = 0; whale < count; whale++) {
    const shard = mix32(whale + 0x77686c65) % shards
    homes[shard] = (homes[shard] ?? 0) + 1
  }
  return homes
}

/** A standard normal number that belongs to this shard: Box and Muller's transform of two hashes. */
function normalDraw(shard: number): number {
  const u = (mix32(2 * shard + 1) + 0.5) / TWO_32
  const v = (mix32(2 * shard + 2) + 0.5) / TWO_32
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}
