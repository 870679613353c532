import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockBounds, exactBounds } from './proportion.ts'

describe('exact bounds', () => {
  it('are those of Clopper and Pearson', () => {
    expect(exactBounds(0, 2_995).high).toBeCloseTo(0.001, 5)
    expect(exactBounds(0, 299).high).toBeCloseTo(0.01, 4)
    // R: binom.test(7, 400, alternative = "less") and "greater", 95 %.
    expect(exactBounds(7, 400).high).toBeCloseTo(0.0326, 3)
    expect(exactBounds(7, 400).low).toBeCloseTo(0.00825, 3)
    expect(exactBounds(4, 4)).toMatchObject({ share: 1, high: 1 })
    expect(exactBounds(0, 0)).toMatchObject({ low: 0, high: 1, count: 0 })
  })

  it('enclose what was seen, and close in with more of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, part) => {
        const hits = Math.floor(part * trials)
        const { share, low, high } = exactBounds(hits, trials)
        expect(low).toBeLessThanOrEqual(share)
        expect(high).toBeGreaterThanOrEqual(share)
        const more = exactBounds(hits * 4, trials * 4)
        expect(more.high - more.low).toBeLessThanOrEqual(high - low + 1e-9)
      }),
      { numRuns: 60 },
    )
  })
})

describe('block bounds', () => {
  it('are the mean ± Student’s t of the blocks', () => {
    const shares = [0, 2, 1, 0, 3, 1, 0, 1]
    const { share, high, low } = blockBounds(shares.map((hits) => ({ hits, trials: 100 })))
    expect(share).toBeCloseTo(0.01)
    // s = 1.0690 %, t(0.95, 7) = 1.8946: 1.8946 × 1.0690 / √8 = 0.716 %.
    expect(high).toBeCloseTo(0.01 + 0.00716, 4)
    expect(low).toBeCloseTo(0.01 - 0.00716, 4)
  })

  it('are wider when the slow requests come together', () => {
    const spread = Array.from({ length: 10 }, () => ({ hits: 1, trials: 100 }))
    const together = spread.map((block, at) => ({ ...block, hits: at === 0 ? 10 : 0 }))
    expect(blockBounds(spread).high).toBeCloseTo(0.01)
    expect(blockBounds(together).high).toBeGreaterThan(0.02)
  })
})
