// The popularity of pages against a shard whose rows were really dealt out by the data set's formulas, and the pool's misses
// against InnoDB's list played page by page.

import fc from 'fast-check'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import { poolReads } from '../bench/simulated-ladder.ts'
import { SIMULATED_LOAD, simulatedShard } from '../bench/simulated-shard.ts'
import { missProbability, poolMisses, poolTimes } from '../midpoint-pool.ts'
import { pageTouches } from './page-touches.ts'

const shard = simulatedShard(150_000)
const uniformFrom = (seed: number): (() => number) => {
  const generator = xoroshiro128plus(seed)
  return () => uniformFloat64(generator)
}

describe.each(['list', 'detail', 'checkout'] as const)('%s', (flow) => {
  const touches = pageTouches(flow, shard, SIMULATED_LOAD)

  test('touches as many leaves as requests really do', () => {
    const uniform = uniformFrom(3)
    let touched = 0
    for (let request = 0; request < 20_000; request++) touched += shard.touched(flow, uniform()).length
    expect(touches.touches / (touched / 20_000)).toBeCloseTo(1, 1.7)
  })

  test('its groups of requests touch, and miss, what the pages say', () => {
    const poolPages = Math.round(0.05 * shard.pages)
    const times = poolTimes(touches.bins, poolPages)
    const sumOf = (of: (probability: number) => number): number =>
      touches.groups.reduce(
        (sum, group) =>
          sum + group.share * group.touches.reduce((all, one) => all + one.count * of(one.probability), 0),
        0,
      )
    expect(sumOf(() => 1)).toBeCloseTo(touches.touches, 3)
    const misses = sumOf((probability) => missProbability(probability, times))
    expect(misses / poolMisses(touches.bins, poolPages)).toBeCloseTo(1, 1)
  })

  test.each([
    [0.1, 0.37],
    [0.3, 0.37],
    [0.1, 1],
    [0.3, 1],
  ])('with a pool of %d of its pages and an old part of %d: misses as the list played out', (part, oldShare) => {
    const poolPages = Math.round(part * shard.pages)
    const { reads } = poolReads(shard, flow, { poolPages, oldShare }, uniformFrom(5))
    const simulated = reads.reduce((sum, count) => sum + count, 0) / reads.length
    const modelled = poolMisses(touches.bins, poolPages, oldShare)
    expect(Math.abs(modelled - simulated)).toBeLessThan(0.045 * simulated + 0.002 * touches.touches)
  })
})

test('the newest pages are the most wanted: half of all details fall on an eighth of them', () => {
  const { bins } = pageTouches('detail', { orders: 50e6, pages: 780_000 }, SIMULATED_LOAD)
  const sorted = bins.toSorted((a, b) => b.probability - a.probability)
  let [pages, mass] = [0, 0]
  for (const { count, probability } of sorted) {
    if (pages + count > 780_000 / 8) break
    pages += count
    mass += count * probability
  }
  expect(mass / 3).toBeCloseTo(0.5, 1.5)
})

describe('laws', { timeout: 60_000 }, () => {
  const load = fc.record({
    flow: fc.constantFrom('detail', 'checkout', 'search'),
    orders: fc.integer({ min: 1e5, max: 5e7 }),
    growth: fc.double({ min: 1, max: 20, noNaN: true }),
    part: fc.double({ min: 0.02, max: 0.9, noNaN: true }),
    recencyExponent: fc.double({ min: 1, max: 5, noNaN: true }),
  })

  test('more rows before the same pool never lower the misses of a touch', () => {
    fc.assert(
      fc.property(load, ({ flow, orders, growth, part, recencyExponent }) => {
        const poolPages = part * orders * 0.0156
        const missing = [orders, orders * growth].map((rows) => {
          const { bins, touches } = pageTouches(
            flow,
            { orders: Math.round(rows), pages: Math.round(rows * 0.0156) },
            { ...SIMULATED_LOAD, users: 937_500, recencyExponent },
          )
          return poolMisses(bins, poolPages) / touches
        })
        expect(missing[1]).toBeGreaterThanOrEqual((missing[0] ?? 0) - 0.002)
      }),
      { numRuns: 20 },
    )
  })
})
