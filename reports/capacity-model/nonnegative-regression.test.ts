import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nonnegativeRegression } from './nonnegative-regression.ts'

describe('non-negative regression', () => {
  it('finds what made the observations, whatever their weights', () => {
    const cost = fc.double({ min: 0, max: 5, noNaN: true })
    const rate = fc.double({ min: 1, max: 500, noNaN: true })
    fc.assert(
      fc.property(
        cost,
        cost,
        fc.array(fc.tuple(rate, fc.constantFrom(5, 60)), { minLength: 4, maxLength: 12 }),
        (idle, each, windows) => {
          fc.pre(Math.max(...windows.map(([r]) => r)) > 2 * Math.min(...windows.map(([r]) => r)))
          const observations = windows.map(([r, weight]) => ({ x: [1, r / 100], y: idle + (each * r) / 100, weight }))
          const [intercept, slope] = nonnegativeRegression(observations)
          expect(intercept?.value).toBeCloseTo(idle, 3)
          expect(slope?.value).toBeCloseTo(each, 3)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('never says that work is negative', () => {
    const falling = [1, 2, 3, 4].map((x) => ({ x: [1, x], y: 5 - x, weight: 1 }))
    expect(nonnegativeRegression(falling).map(({ value }) => value >= 0)).toEqual([true, true])
    expect(nonnegativeRegression(falling)[1]).toEqual({ value: 0, interval: null })
  })

  it('says how sure it is, and that it is not where nothing is left to judge by', () => {
    // Slope of (1, 1), (2, 2.2), (3, 2.8): 0.9 ± 12.706 × 0.1732 by R's lm and confint.
    const noisy = [1, 2.2, 2.8].map((y, at) => ({ x: [1, at + 1], y, weight: 1 }))
    const [, slope] = nonnegativeRegression(noisy)
    expect(slope?.value).toBeCloseTo(0.9)
    expect(slope?.interval?.high).toBeCloseTo(0.9 + 12.706 * 0.173205, 2)
    expect(nonnegativeRegression(noisy.slice(1))[1]?.interval).toBeNull()
  })
})
