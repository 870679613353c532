import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combine, propagate } from './uncertainty.ts'

describe('combine', () => {
  it('is the interval itself for one uncertain input', () => {
    expect(combine(100, [[50, 300]]).low).toBeCloseTo(50)
    expect(combine(100, [[50, 300]]).high).toBeCloseTo(300)
  })

  it('adds independent inputs by squares of logarithms, not by products', () => {
    const both = combine(100, [
      [50, 200],
      [50, 200],
    ])
    expect(both.high).toBeCloseTo(100 * 2 ** Math.SQRT2)
    expect(both.high).toBeLessThan(400)
  })

  it('encloses mid, and widens with every input', () => {
    const factor = fc.double({ min: 0.1, max: 10, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(factor, factor), { maxLength: 6 }), fc.tuple(factor, factor), (pairs, more) => {
        const narrow = combine(1, pairs)
        const wide = combine(1, [...pairs, more])
        expect(narrow.low).toBeLessThanOrEqual(1)
        expect(narrow.high).toBeGreaterThanOrEqual(1)
        expect(wide.low).toBeLessThanOrEqual(narrow.low + 1e-12)
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high - 1e-12)
      }),
    )
  })
})

describe('propagate', () => {
  it('moves one input at a time', () => {
    const product = propagate(
      [
        { low: 1, mid: 2, high: 4 },
        { low: 5, mid: 10, high: 20 },
      ],
      ([a = 0, b = 0]) => a * b,
    )
    expect(product.mid).toBe(20)
    expect(product.high).toBeCloseTo(20 * 2 ** Math.SQRT2)
    expect(product.low).toBeCloseTo(20 / 2 ** Math.SQRT2)
  })

  it('knows an input that only lowers the figure', () => {
    const inverse = propagate([{ low: 1, mid: 2, high: 4 }], ([a = 1]) => 8 / a)
    expect([inverse.low, inverse.mid, inverse.high].map((value) => Number(value.toFixed(9)))).toEqual([2, 4, 8])
  })
})
