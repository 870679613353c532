import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bracketOf, type RatedOutcome } from '../contracts/operating-point.ts'
import { nextKneeRate } from './knee.ts'

/** A machine that passes up to its capacity, searched to the end. */
function searched(capacityPerSecond: number, startPerSecond: number, maxSteps = 40): readonly RatedOutcome[] {
  const tried: RatedOutcome[] = []
  for (;;) {
    const ratePerSecond = nextKneeRate(tried, { startPerSecond, lowestPerSecond: 0.5, maxSteps })
    if (ratePerSecond === null) return tried
    tried.push({ ratePerSecond, outcome: ratePerSecond <= capacityPerSecond ? 'pass' : 'fail' })
  }
}

describe('the knee search', () => {
  it('brackets the capacity to 8 % wherever it starts', () => {
    const rate = fc.double({ min: 5, max: 50_000, noNaN: true })
    fc.assert(
      fc.property(rate, fc.double({ min: 0.1, max: 10, noNaN: true }), (capacity, factor) => {
        const { lastPass, firstMiss } = bracketOf(searched(capacity, capacity * factor))
        expect(lastPass).not.toBeNull()
        expect(lastPass!).toBeLessThanOrEqual(capacity)
        expect(firstMiss!).toBeGreaterThan(capacity)
        // Rates are tenths per second, so the lowest cannot be closer than that.
        expect(firstMiss! / lastPass!).toBeLessThan(1.081 + 0.2 / lastPass!)
      }),
    )
  })

  it('takes six steps or more, fails twice, and never asks the same rate twice', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20, max: 5_000, noNaN: true }),
        fc.double({ min: 0.2, max: 0.6, noNaN: true }),
        (capacity, factor) => {
          const tried = searched(capacity, capacity * factor)
          expect(tried.length).toBeGreaterThanOrEqual(6)
          expect(tried.filter(({ outcome }) => outcome === 'fail').length).toBeGreaterThanOrEqual(2)
          expect(new Set(tried.map(({ ratePerSecond }) => ratePerSecond)).size).toBe(tried.length)
        },
      ),
    )
  })

  it('goes down from a rate that does not pass, and gives up at the lowest', () => {
    expect(
      nextKneeRate([{ ratePerSecond: 100, outcome: 'invalid' }], {
        startPerSecond: 100,
        lowestPerSecond: 1,
        maxSteps: 9,
      }),
    ).toBe(60)
    const tried = [{ ratePerSecond: 1.5, outcome: 'fail' }] as const
    expect(nextKneeRate(tried, { startPerSecond: 1.5, lowestPerSecond: 1, maxSteps: 9 })).toBeNull()
  })

  it('does not believe a pass above a miss', () => {
    const tried: RatedOutcome[] = [
      { ratePerSecond: 100, outcome: 'pass' },
      { ratePerSecond: 150, outcome: 'fail' },
      { ratePerSecond: 200, outcome: 'pass' },
    ]
    expect(bracketOf(tried)).toMatchObject({ lastPass: 100, firstMiss: 150 })
  })

  it('stops at its number of steps', () => {
    expect(searched(100, 10, 3)).toHaveLength(3)
  })
})
