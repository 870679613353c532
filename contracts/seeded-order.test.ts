import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dataset } from './dataset.ts'
import { parseOrderId, SEEDER_WORKER } from './order-id.ts'
import {
  draw,
  HOUR_MS,
  hourOfRow,
  MAX_USERS_PER_SHARD,
  rowsBeforeHourEnd,
  seededOrder,
  streamKey,
  TWO_32,
  userIdOf,
} from './seeded-order.ts'
import { ALL_SHARDS, asShard, shardOf } from './shard.ts'

const HOURS = 24 * 30

function datasetOf({ orders = 5_000, users = 300, whales = 2, seed = 1 }): Dataset {
  let total = 0
  return {
    fingerprint: 'test',
    planHash: 'test',
    seed,
    years: 1,
    scale: 1,
    fullShards: [],
    shards: ALL_SHARDS.map((shard) => ({ shard, orders, users, whales, whaleWeight: whales > 0 ? TWO_32 / 8 : 0 })),
    rows: { orders: 0, order_items: 0, payments: 0 },
    startMs: Date.UTC(2025, 0, 1),
    endMs: Date.UTC(2025, 0, 1) + HOURS * HOUR_MS,
    cumulativeOrdersByHour: Array.from({ length: HOURS }, (_, hour) => {
      total += 1000 + 900 * ((hour * 7919) % 13)
      return total
    }),
    activity: [
      { shareOfUsers: TWO_32 / 8, shareOfOrders: TWO_32 / 2 },
      { shareOfUsers: TWO_32, shareOfOrders: TWO_32 },
    ],
    whales: [],
    whaleShareOfOrders: 1 / 8,
    firstWhaleIndex: 1_000_000,
    regions: 3,
    productCount: 10,
  }
}

const sizes = fc.record({
  orders: fc.integer({ min: 1, max: 20_000 }),
  users: fc.integer({ min: 1, max: 5_000 }),
  whales: fc.nat({ max: 3 }),
  seed: fc.nat(),
})

describe('seededOrder', () => {
  it('gives increasing ids inside the data’s time, worker 0, routed to their table', () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(...ALL_SHARDS), fc.nat(), (size, shard, at) => {
        const dataset = datasetOf(size)
        const first = at % size.orders
        let last = 0n
        for (let row = first; row < Math.min(size.orders, first + 200); row++) {
          const order = seededOrder(dataset, shard, row)
          expect(BigInt(order.orderId) > last).toBe(true)
          last = BigInt(order.orderId)
          expect(shardOf(order.userId)).toBe(shard)
          expect(parseOrderId(order.orderId)).toEqual({
            timestampMs: order.createdAtMs,
            shard,
            worker: SEEDER_WORKER,
            sequence: 0,
          })
          expect(order.createdAtMs).toBeGreaterThanOrEqual(dataset.startMs)
          expect(order.createdAtMs).toBeLessThan(dataset.endMs)
        }
      }),
    )
  })

  it('spreads rows over hours as the curve says', () => {
    const dataset = datasetOf({ orders: 10_000 })
    const curve = dataset.cumulativeOrdersByHour
    for (let row = 0; row < 10_000; row += 37) {
      const hour = hourOfRow(curve, 10_000, row)
      expect(rowsBeforeHourEnd(curve, 10_000, hour - 1)).toBeLessThanOrEqual(row)
      expect(rowsBeforeHourEnd(curve, 10_000, hour)).toBeGreaterThan(row)
      expect(Math.floor((seededOrder(dataset, asShard(3), row).createdAtMs - dataset.startMs) / HOUR_MS)).toBe(hour)
    }
    expect(rowsBeforeHourEnd(curve, 10_000, HOURS - 1)).toBe(10_000)
  })

  it('gives whales and activity classes their share of the orders', () => {
    const dataset = datasetOf({ orders: 100_000, users: 800, whales: 2 })
    const byUser = new Map<number, number>()
    for (let row = 0; row < 100_000; row++) {
      const { userId } = seededOrder(dataset, asShard(5), row)
      byUser.set(userId, (byUser.get(userId) ?? 0) + 1)
    }
    const whaleIds = [userIdOf(1_000_000, 5), userIdOf(1_000_001, 5)]
    for (const id of whaleIds) expect(byUser.get(id)).toBeGreaterThan(0.0625 * 100_000 * 0.95)
    const ordinary = [...byUser].filter(([id]) => !whaleIds.includes(id)).map(([, orders]) => orders)
    ordinary.sort((a, b) => b - a)
    expect(ordinary).toHaveLength(800)
    const top = ordinary.slice(0, 100).reduce((sum, orders) => sum + orders, 0)
    expect(top / ordinary.reduce((sum, orders) => sum + orders, 0)).toBeCloseTo(0.5, 1)
  })

  // Other values mean another data set: everything seeded before no longer matches its scenarios.
  it('keeps its golden values', () => {
    const dataset = datasetOf({})
    expect([0, 1, 2_500, 4_999].map((row) => seededOrder(dataset, asShard(7), row))).toMatchInlineSnapshot(`
      [
        {
          "createdAtMs": 1735690379431,
          "orderId": "662085899622219776",
          "userId": 10439,
        },
        {
          "createdAtMs": 1735694029968,
          "orderId": "662101211084161024",
          "userId": 1607,
        },
        {
          "createdAtMs": 1736987976207,
          "orderId": "667528414970183680",
          "userId": 18951,
        },
        {
          "createdAtMs": 1738281561027,
          "orderId": "672954102955048960",
          "userId": 14535,
        },
      ]
    `)
  })

  it.each([-1, 0.5, 5_000, Number.NaN])('refuses row %s', (row) => {
    expect(() => seededOrder(datasetOf({}), asShard(0), row)).toThrow(RangeError)
  })
})

describe('draw', () => {
  it('is uniform, and independent between streams and neighbouring rows', () => {
    const bins = (key: number) => Array.from({ length: 100_000 }, (_, row) => draw(key, row) / TWO_32)
    const [a, b] = [bins(streamKey(1, 1, 0)), bins(streamKey(1, 2, 0))]
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const correlation = (x: readonly number[], y: readonly number[]) =>
      mean(x.map((value, at) => (value - 0.5) * ((y[at] ?? 0) - 0.5))) * 12
    expect(mean(a)).toBeCloseTo(0.5, 2)
    expect(Math.abs(correlation(a, b))).toBeLessThan(0.015)
    expect(Math.abs(correlation(a.slice(1), a.slice(0, -1)))).toBeLessThan(0.015)
  })
})

it('permutes as many users as a shard may have without losing one', () => {
  const users = 4_096
  const dataset = datasetOf({ orders: 200_000, users, whales: 0 })
  const seen = new Set<number>()
  for (let row = 0; row < 200_000; row++) seen.add(seededOrder(dataset, asShard(0), row).userId)
  expect(seen.size).toBe(users)
  expect(MAX_USERS_PER_SHARD).toBeLessThan(2 ** 26)
})
