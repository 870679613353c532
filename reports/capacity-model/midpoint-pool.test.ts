// The two-part list against plain LRU, against itself read backwards, and its laws.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cheHitRatio } from './che.ts'
import { poolForMisses, poolMisses, touchesOf } from './midpoint-pool.ts'
import { type PopularityBin, zipfBins } from './popularity.ts'

test('with one part it is Che’s approximation of LRU', () => {
  const bins = zipfBins(0.9, 1e5)
  for (const poolPages of [500, 5e3, 5e4]) {
    expect(1 - poolMisses(bins, poolPages, 1)).toBeCloseTo(cheHitRatio(bins, { pages: 1e5, poolPages }), 3)
  }
})

test('pages asked for alike: no list does better than the share it holds', () => {
  const bins = [{ count: 1000, probability: 3 / 1000 }]
  expect(poolMisses(bins, 400)).toBeCloseTo(3 * 0.6, 4)
  expect(poolMisses(bins, 400, 1)).toBeCloseTo(3 * 0.6, 4)
})

test('two parts miss less than LRU where few pages are asked for much, as in a shard', () => {
  const bins = zipfBins(0.8, 1e5)
  expect(poolMisses(bins, 1e4)).toBeLessThan(0.97 * poolMisses(bins, 1e4, 1))
})

const popularity = fc
  .array(
    fc.record({
      count: fc.integer({ min: 1, max: 10_000 }),
      probability: fc.double({ min: -12, max: 0, noNaN: true }).map((power) => 10 ** power),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((bins): readonly PopularityBin[] => bins)
const share = fc.double({ min: 0.01, max: 1, noNaN: true })
const pagesOf = (bins: readonly PopularityBin[]): number => bins.reduce((sum, { count }) => sum + count, 0)

describe('laws', { timeout: 60_000 }, () => {
  test('a larger pool never misses more, and one as large as the data not at all', () => {
    fc.assert(
      fc.property(popularity, share, share, (bins, most, part) => {
        const large = most * pagesOf(bins)
        const [few, many] = [poolMisses(bins, part * large), poolMisses(bins, large)]
        expect(many).toBeLessThanOrEqual(few * (1 + 1e-6))
        expect(few).toBeLessThanOrEqual(touchesOf(bins) * (1 + 1e-9))
        expect(poolMisses(bins, pagesOf(bins))).toBe(0)
        expect(poolMisses(bins, 0)).toBeCloseTo(touchesOf(bins), 6)
      }),
      { numRuns: 60 },
    )
  })

  test('the pool for so many misses gives them back', () => {
    fc.assert(
      fc.property(popularity, share, (bins, part) => {
        const misses = 0.98 * part * touchesOf(bins)
        const poolPages = poolForMisses(bins, misses)
        fc.pre(poolPages > 1e-6 && poolPages < pagesOf(bins) * (1 - 1e-6))
        expect(poolMisses(bins, poolPages) / misses).toBeCloseTo(1, 2)
      }),
      { numRuns: 60 },
    )
  })
})
