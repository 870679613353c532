// Hit ratios against Che's approximation evaluated without bins, and against LRU itself.

import fc from 'fast-check'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import { answerCache, cheHitRatio, poolForHitRatio, popularMass } from './che.ts'
import { zipfBins } from './popularity.ts'

const hitRatio = (zipf: number, pages: number, poolPages: number) => answerCache({ zipf, pages, poolPages }).hitRatio

describe('reference values', () => {
  const tenPercent: readonly [zipf: number, ...ratios: number[]][] = [
    [0.6, 0.22, 0.243, 0.252, 0.256, 0.257, 0.258],
    [0.8, 0.378, 0.437, 0.469, 0.487, 0.498, 0.509],
    [0.99, 0.567, 0.664, 0.725, 0.766, 0.796, 0.837],
    [1.0, 0.577, 0.676, 0.737, 0.779, 0.81, 0.851],
    [1.2, 0.757, 0.861, 0.918, 0.95, 0.969, 0.988],
  ]
  test.each(tenPercent)(
    'a pool of 10 %% of the pages, exponent %d: keeping the ratio does not keep the hits',
    (zipf, ...ratios) => {
      const computed = [1e3, 1e4, 1e5, 1e6, 1e7, 1e9].map((pages) => hitRatio(zipf, pages, pages / 10))
      computed.forEach((ratio, i) => {
        expect(Math.abs(ratio - (ratios[i] ?? 0))).toBeLessThan(0.00051)
      })
    },
  )

  const exact: readonly [pages: number, zipf: number, pool: number, che: number, popular: number][] = [
    [1e4, 0.8, 1e3, 0.43666, 0.57062],
    [1e4, 1.0, 1e3, 0.6756, 0.76479],
    [1e4, 1.2, 1e3, 0.86143, 0.90345],
    [1e5, 0.8, 1e3, 0.20433, 0.33953],
    [1e5, 0.8, 1e4, 0.46869, 0.59502],
    [1e3, 0, 100, 0.1, 0.1],
  ]
  test.each(exact)(
    '%d pages, exponent %d, pool %d: Che %d; the naive top-C mass %d is 9–14 points too high',
    (pages, zipf, poolPages, che, popular) => {
      const answer = answerCache({ zipf, pages, poolPages })
      expect(answer.hitRatio).toBeCloseTo(che, 5)
      expect(answer.upperBoundHitRatio).toBeCloseTo(popular, 5)
    },
  )

  // The reference row does not say so, but all twelve of its values are Che's at nine tenths of the pool named.
  test('85 M pages (3.2 G rows): 64 to 512 GiB of pool, a tenth of it not holding pages', () => {
    const pools = [64, 128, 256, 512].map((gib) => (0.9 * gib * 2 ** 30) / 16_384)
    const published = [
      [0.6, 0.156, 0.24, 0.366, 0.556],
      [0.8, 0.398, 0.487, 0.598, 0.737],
      [0.99, 0.76, 0.809, 0.86, 0.915],
    ] as const
    for (const [zipf, ...ratios] of published) {
      pools.forEach((pool, i) => {
        expect(Math.abs(hitRatio(zipf, 85e6, pool) - (ratios[i] ?? 0))).toBeLessThan(0.0006)
      })
    }
  })

  test('LRU itself, 10⁴ pages, exponent 0.8, pool 10³, one million requests', () => {
    expect(Math.abs(simulateLru(0.8, 1e4, 1e3, 1e6) - 0.43598)).toBeLessThan(0.003)
    expect(Math.abs(hitRatio(0.8, 1e4, 1e3) - simulateLru(0.8, 1e4, 1e3, 1e6))).toBeLessThan(0.003)
  })
})

/** A Map keeps insertion order, so re-inserting on a hit makes it an LRU list. */
function simulateLru(zipf: number, pages: number, pool: number, requests: number): number {
  const cumulative: number[] = []
  let total = 0
  for (let rank = 1; rank <= pages; rank++) {
    total += rank ** -zipf
    cumulative.push(total)
  }
  const random = xoroshiro128plus(7)
  const cache = new Map<number, true>()
  let hits = 0
  for (let request = 0; request < requests; request++) {
    const page = firstAtLeast(cumulative, uniformFloat64(random) * total)
    if (cache.delete(page)) {
      if (request >= requests / 2) hits++
    } else if (cache.size >= pool) cache.delete(cache.keys().next().value ?? -1)
    cache.set(page, true)
  }
  return hits / (requests / 2)
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

test('the twin: 1 000 times fewer pages, the same ratio; its bias, and the pool that removes it', () => {
  const twin = { pages: 1e6, poolPages: 1e5 }
  const answer = answerCache({ zipf: 0.99, pages: 1e9, poolPages: 1e8, twin })
  expect(answer.twin?.hitRatio).toBeCloseTo(0.766, 3)
  expect(answer.twin?.bias).toBeCloseTo(0.766 - 0.837, 2)
  const corrected = hitRatio(0.99, 1e6, answer.twin?.correctedPoolPages ?? 0)
  expect(corrected).toBeCloseTo(answer.hitRatio, 5)
})

test('bins change nothing: 10⁵ pages one by one', () => {
  const single = Array.from({ length: 1e5 }, (_, i) => (i + 1) ** -0.9)
  const total = single.reduce((sum, mass) => sum + mass, 0)
  const bins = single.map((mass) => ({ count: 1, probability: mass / total }))
  const size = { pages: 1e5, poolPages: 5e3 }
  expect(hitRatio(0.9, size.pages, size.poolPages)).toBeCloseTo(cheHitRatio(bins, size), 6)
})

const caches = fc.record({
  zipf: fc.double({ min: 0, max: 3, noNaN: true }),
  pages: fc.integer({ min: 1, max: 1e12 }),
  share: fc.double({ min: 0, max: 1.2, noNaN: true }),
  smaller: fc.double({ min: 0, max: 1, noNaN: true }),
})

describe('laws', { timeout: 60_000 }, () => {
  test('a larger pool never lowers the hit ratio, and none beats holding the most popular pages', () => {
    fc.assert(
      fc.property(caches, ({ zipf, pages, share, smaller }) => {
        const bins = zipfBins(zipf, pages)
        const large = Math.floor(pages * share)
        const small = Math.floor(large * smaller)
        const [few, many] = [small, large].map((poolPages) => cheHitRatio(bins, { pages, poolPages }))
        expect(many).toBeGreaterThanOrEqual((few ?? 0) - 1e-12)
        expect(many).toBeLessThanOrEqual(popularMass(bins, large) + 1e-9)
      }),
      { numRuns: 100 },
    )
  })

  test('the pool for a hit ratio gives back that ratio', () => {
    fc.assert(
      fc.property(caches, ({ zipf, pages, smaller }) => {
        const bins = zipfBins(zipf, pages)
        const poolPages = poolForHitRatio(bins, pages, smaller)
        fc.pre(poolPages > 0 && poolPages < pages)
        expect(cheHitRatio(bins, { pages, poolPages })).toBeCloseTo(smaller, 6)
      }),
      { numRuns: 100 },
    )
  })
})
