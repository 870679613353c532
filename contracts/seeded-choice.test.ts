import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { datasetFixture } from '../measurements/fixtures/dataset.ts'
import { diceOf, PURPOSE, runKeyOf, weightedPicker } from './dice.ts'
import { newestRows, orderChooser, RECENCY_EXPONENT, recentRow, requestShare } from './seeded-choice.ts'
import { seededOrder } from './seeded-order.ts'
import { ALL_SHARDS, asShard, shardOf } from './shard.ts'

const RUN = runKeyOf('run-1')
const COUNT = 20_000
const draws = (run: number, purpose: number) =>
  Array.from({ length: COUNT }, (_, iteration) => diceOf(run, iteration).roll(purpose))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  const covariance = mean(a.map((value, at) => (value - meanA) * ((b[at] ?? 0) - meanB)))
  const deviation = (values: readonly number[], middle: number) => Math.sqrt(mean(values.map((v) => (v - middle) ** 2)))
  return covariance / (deviation(a, meanA) * deviation(b, meanB))
}

describe('dice', () => {
  it('give the same run the same draws, and another run others', () => {
    expect(draws(RUN, PURPOSE.row)).toEqual(draws(RUN, PURPOSE.row))
    expect(correlation(draws(RUN, PURPOSE.row), draws(runKeyOf('run-2'), PURPOSE.row))).toBeCloseTo(0, 1)
  })

  it('are uniform for every purpose, and independent of each other', () => {
    for (const purpose of Object.values(PURPOSE)) {
      const values = draws(RUN, purpose)
      // The standard error of a uniform mean is 0.29 / √20 000 = 0.002.
      expect(Math.abs(mean(values) - 0.5)).toBeLessThan(0.01)
      const tenths = Array.from({ length: 10 }, (_, tenth) => values.filter((v) => Math.floor(v * 10) === tenth).length)
      for (const count of tenths) expect(Math.abs(count - COUNT / 10)).toBeLessThan(250)
      if (purpose !== PURPOSE.row) expect(Math.abs(correlation(values, draws(RUN, PURPOSE.row)))).toBeLessThan(0.04)
    }
  })
})

describe('weightedPicker', () => {
  it('gives each item its share, and none to a weight of 0', () => {
    const pick = weightedPicker([
      { item: 'none', weight: 0 },
      { item: 'most', weight: 3 },
      { item: 'some', weight: 1 },
      { item: 'nothing', weight: 0 },
    ])
    expect([0, 0.5, 0.7499, 0.75, 0.9999].map(pick)).toEqual(['most', 'most', 'most', 'some', 'some'])
    expect(() => weightedPicker([{ item: 'none', weight: 0 }])).toThrow(/no weight/)
  })
})

describe('the choice of orders', () => {
  it('prefers the newest rows as documented', () => {
    const ages = draws(RUN, PURPOSE.row).map((u) => 999_999 - recentRow(1_000_000, u, RECENCY_EXPONENT.usual))
    const newest = (share: number) => ages.filter((age) => age < share * 1_000_000).length / COUNT
    expect(newest(0.125)).toBeCloseTo(0.5, 1)
    expect(newest(0.008)).toBeCloseTo(0.2, 1)
    expect(1 - newest(0.75)).toBeCloseTo(0.09, 1)
  })

  it('never leaves the table', () => {
    const row = (rows: number, u: number) => recentRow(rows, u, 3)
    expect([row(1, 0), row(1, 0.999999), row(10, 0), row(10, 1 - 2 ** -32)]).toEqual([0, 0, 9, 0])
  })

  const exponents = fc.double({ min: RECENCY_EXPONENT.least, max: RECENCY_EXPONENT.most, noNaN: true })
  const shares = fc.double({ min: 1e-6, max: 1, noNaN: true })

  it('gives the newest rows the share of the requests that the exponent says, whatever it is', () => {
    const rows = 50_000_000
    fc.assert(
      fc.property(exponents, shares, (exponent, share) => {
        const ageAt = (u: number) => rows - 1 - recentRow(rows, Math.min(u, 1 - 2 ** -32), exponent)
        const requests = requestShare(share, exponent)
        expect(ageAt(requests * (1 - 1e-6))).toBeLessThanOrEqual(share * rows)
        expect(ageAt(requests * (1 + 1e-6))).toBeGreaterThanOrEqual(Math.floor(share * rows * (1 - 1e-6)) - 1)
        expect(newestRows(requests, exponent) / share).toBeCloseTo(1, 9)
      }),
    )
  })

  it('prefers no row by an exponent of 1', () => {
    fc.assert(fc.property(shares, (share) => requestShare(share, 1) === share))
  })

  it('asks for newer orders the larger the exponent, of the same users’ tables', () => {
    const dataset = datasetFixture()
    const timesBy = (exponent: number) => {
      const choose = orderChooser(dataset, exponent)
      return Array.from({ length: 500 }, (_, iteration) => choose(diceOf(RUN, iteration)))
    }
    const [even, usual, steep] = [1, 3, 10].map(timesBy)
    for (const [at, order] of (usual ?? []).entries()) {
      expect(order.createdAtMs).toBeGreaterThanOrEqual(even?.[at]?.createdAtMs ?? Number.NaN)
      expect(order.createdAtMs).toBeLessThanOrEqual(steep?.[at]?.createdAtMs ?? Number.NaN)
      expect(shardOf(order.userId)).toBe(shardOf(steep?.[at]?.userId ?? Number.NaN))
    }
  })

  it('asks for orders that were seeded, and for each table as often as it has rows', () => {
    const dataset = datasetFixture()
    const uneven = {
      ...dataset,
      shards: dataset.shards.map((shard) => ({
        ...shard,
        orders: shard.shard === 7 ? 64_000 : shard.shard === 8 ? 0 : 1000,
      })),
    }
    const choose = orderChooser(uneven, 3)
    const chosen = Array.from({ length: 4000 }, (_, iteration) => choose(diceOf(RUN, iteration)))
    const shares = ALL_SHARDS.map((shard) => chosen.filter(({ userId }) => shardOf(userId) === shard).length / 4000)
    expect(shares[7]).toBeCloseTo(64 / 126, 1)
    expect(shares[8]).toBe(0)
    const known = new Set(Array.from({ length: 1000 }, (_, row) => seededOrder(uneven, asShard(3), row).orderId))
    for (const { orderId, userId } of chosen) if (shardOf(userId) === 3) expect(known.has(orderId)).toBe(true)
  })

  it('refuses a data set without orders', () => {
    expect(() => orderChooser(datasetFixture({ ordersPerShard: 0 }), 3)).toThrow(/no weight/)
  })
})
