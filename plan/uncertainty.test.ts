import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combine } from './uncertainty.ts'

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
