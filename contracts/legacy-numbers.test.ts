import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dataset } from './dataset.ts'
import { lastLegacyNumber, legacyNoOf, ordersBeforeHour } from './legacy-numbers.ts'
import { type SeededOrder, seededOrder } from './seeded-order.ts'
import { ALL_SHARDS, SHARD_COUNT, shardOf } from './shard.ts'

const HOURS = 48

/** `orders`: of each table in turn, so that tables of all sizes meet. */
function dataset(seed: number, orders: readonly number[]): Dataset {
  const shards = ALL_SHARDS.map((shard) => {
    const size = orders[shard % orders.length] ?? 1
    return { shard, orders: size, users: Math.max(1, Math.ceil(size / 3)), whales: 0, whaleWeight: 0 }
  })
  const sum = shards.reduce((total, table) => total + table.orders, 0)
  return {
    fingerprint: '',
    planHash: '',
    seed,
    years: 1,
    scale: 1,
    fullShards: [],
    shards,
    rows: { orders: sum, order_items: 0, payments: sum },
    startMs: Date.UTC(2025, 0, 1),
    endMs: Date.UTC(2025, 0, 3),
    cumulativeOrdersByHour: Array.from({ length: HOURS }, (_, hour) => 200 * (hour + 1) + 37 * (hour % 5)),
    activity: [{ shareOfUsers: 2 ** 32, shareOfOrders: 2 ** 32 }],
    whales: [],
    whaleShareOfOrders: 0,
    firstWhaleIndex: 1_000,
    regions: 1,
    productCount: 10,
  }
}

function inTime(data: Dataset): readonly SeededOrder[] {
  return data.shards
    .flatMap(({ shard, orders }) =>
      Array.from({ length: orders }, (_, row) => seededOrder(data, ALL_SHARDS[shard] ?? (0 as never), row)),
    )
    .toSorted((a, b) => a.createdAtMs - b.createdAtMs || shardOf(a.userId) - shardOf(b.userId))
}

const datasets = fc
  .tuple(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
  )
  .map(([seed, orders]) => dataset(seed, orders))

describe('numbers of seeded orders in the monolith', () => {
  it('count the orders of all tables in time, two for each', () => {
    fc.assert(
      fc.property(datasets, (data) => {
        const numbers = inTime(data).map((order) => legacyNoOf(data, order))
        expect(numbers).toEqual(numbers.map((_, before) => 2 * before + 1))
        expect(lastLegacyNumber(data)).toBe(2 * numbers.length)
      }),
      { numRuns: 15 },
    )
  })

  it('are told apart where several tables have an order in the same millisecond', () => {
    const crowded = { ...dataset(7, [4_000]), cumulativeOrdersByHour: [1] }
    const orders = inTime(crowded).slice(0, 20_000)
    expect(new Set(orders.map(({ createdAtMs }) => createdAtMs)).size).toBeLessThan(orders.length)
    const few = orders.filter((_, at) => at % 97 === 0)
    expect(few.map((order) => legacyNoOf(crowded, order))).toEqual(few.map((_, at) => 2 * 97 * at + 1))
  })

  it('begin each hour after all orders of the hours before', () => {
    const data = dataset(3, [11, 29, 0, 7])
    const orders = inTime(data)
    for (let hour = 0; hour <= HOURS; hour++) {
      const fromMs = data.startMs + hour * 3_600_000
      expect(ordersBeforeHour(data, hour)).toBe(orders.filter(({ createdAtMs }) => createdAtMs < fromMs).length)
    }
    expect(data.shards).toHaveLength(SHARD_COUNT)
  })
})
