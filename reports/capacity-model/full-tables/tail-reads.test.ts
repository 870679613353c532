// Against latencies that were drawn: a tail that is exponential, and reads of one length added to it.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import type { RequestGroup } from './page-touches.ts'
import { tailFactor } from './tail-reads.ts'

/** Without a pool each touch is a read. */
const NO_POOL = { old: 0, young: 0 }
const groupOf = (share: number, count: number): RequestGroup => ({
  share,
  touches: [{ probability: 0.01, count }],
})

describe('reads that count at p99', () => {
  test.each([
    [1, 0.001],
    [1, 0.1],
    [0.05, 0.1],
    [0.05, 0.5],
    [0.002, 0.5],
  ])('a share %d of the requests reads 10 pages, each %d of the p99 without reads', (share, readOverP99) => {
    const groups = [groupOf(share, 10), groupOf(1 - share, 0)]
    const generator = xoroshiro128plus(11)
    const uniform = () => uniformFloat64(generator) + 2 ** -54
    const latencies = Float64Array.from({ length: 200_000 }, () => {
      const reads = uniform() < share ? 10 : 0
      return -Math.log(uniform()) / Math.log(100) + reads * readOverP99
    }).sort()
    const drawn = ((latencies[198_000] ?? 0) - 1) / readOverP99 / (10 * share)
    const factor = tailFactor(groups, NO_POOL, readOverP99)
    expect(Math.abs(factor - drawn)).toBeLessThan(0.03 * drawn + 0.02 / (readOverP99 * 10 * share))
  })

  test('short reads count as their mean', () => {
    expect(tailFactor([groupOf(0.3, 5), groupOf(0.7, 1)], NO_POOL, 1e-5)).toBeCloseTo(1, 2)
  })

  test('no reads: nothing to count', () => {
    const everything = { old: Number.POSITIVE_INFINITY, young: Number.POSITIVE_INFINITY }
    expect(tailFactor([groupOf(1, 5)], everything, 0.1)).toBe(1)
  })
})
