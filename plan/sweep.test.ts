import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { parseSweep } from './sweep.ts'

const valuesOf = (text: string) => parseSweep(text).map(({ value }) => value)

describe('--sweep', () => {
  it.each([
    ['orders.yearlyGrowth.mid=0.2..0.8', [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]],
    ['orders.yearlyGrowth.mid=0.2..0.8/0.2', [0.2, 0.4, 0.6, 0.8]],
    ['orders.yearlyGrowth.mid=0.2..0.75/0.2', [0.2, 0.4, 0.6]],
    ['orders.yearlyGrowth.mid=0.8..0.2/0.3', [0.8, 0.5, 0.2]],
    ['orders.yearlyGrowth.mid=-0.1..0.1/0.1', [-0.1, 0, 0.1]],
    ['horizonYears=1..5', [1, 2, 3, 4, 5]],
    ['orders.yearlyGrowth.mid=0..1', [0, 0.166667, 0.333333, 0.5, 0.666667, 0.833333, 1]],
    ['shards=32..128', [32, 48, 64, 80, 96, 112, 128]],
    ['shards=64,96,128', [64, 96, 128]],
    ['orders.perDayAtStart.mid=1e6,2e6', [1e6, 2e6]],
    ['start=2026-01-01,2027-01-01', ['2026-01-01', '2027-01-01']],
    ['orders.yearlyGrowth={low: 0, mid: 0.1, high: 0.2},0.5', [{ low: 0, mid: 0.1, high: 0.2 }, 0.5]],
    ['headroom=0.3', [0.3]],
    ['headroom=0.3..0.3', [0.3]],
  ])('%s', (text, values) => {
    expect(valuesOf(text)).toEqual(values)
  })

  it.each([
    'headroom=',
    'headroom=0.1..',
    'headroom=..',
    'headroom=a..b',
    'headroom=0..1..2',
    'headroom=0..1/0',
    'headroom=0..1/x',
    'headroom=0..1/1e-9',
    'headroom=0...inf',
    'headrom=1,2',
    'headroom',
    'start=2026-01-01..2027-01-01',
  ])('refuses %s', (text) => {
    expect(() => parseSweep(text)).toThrow(Refusal)
  })
})
