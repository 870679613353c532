import { describe, expect, it } from 'vitest'
import { driftOf } from './drift.ts'

const of = (values: readonly number[], ignoredGrowth = 1) => driftOf({ what: 'p99', values, ignoredGrowth }, 0.25)

describe('driftOf', () => {
  it.each([
    ['a leak', [100, 110, 121, 130, 141, 150], true],
    ['level', [100, 103, 99, 101, 100, 102], false],
    ['one bad minute', [100, 101, 400, 100, 99, 101], false],
    ['a bad minute at the end', [100, 101, 100, 100, 99, 400], false],
    ['falling', [150, 140, 130, 120, 110, 100], false],
    ['growth below what is allowed', [100, 102, 104, 106, 108, 110], false],
  ])('%s', (_, values, drifts) => {
    expect(of(values)?.drifts).toBe(drifts)
  })

  it('ignores growth that is too small to matter, whatever its share', () => {
    expect(of([1, 2, 3, 4, 5, 6], 10)?.drifts).toBe(false)
  })

  it('says how much grew, and nothing of too few parts', () => {
    expect(of([100, 110, 120, 130, 140])?.growthShare).toBeCloseTo(40 / 120)
    expect(of([100, 200, 300, 400])).toBeNull()
  })
})
