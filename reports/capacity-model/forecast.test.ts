// Growth arithmetic that can be checked by hand or by a closed form.

import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { RowsQuestion } from '../../contracts/capacity-model/forecast.ts'
import { arrivalRates, forecastRows } from './growth.ts'
import { totalGrowthExceedance } from './total-growth.ts'

vi.setConfig({ testTimeout: 60_000 })

const rows = (question: Partial<RowsQuestion>) =>
  forecastRows({
    startRows: 0,
    monthlyRows: 1e6,
    monthlyGrowth: 0,
    promotions: [],
    startMonth: 1,
    limit: 50e6,
    ...question,
  })

describe('rows by month', () => {
  test('10 M rows, 0.5 M a month growing 3 %: 50 M after 42 months (closed form 41.40)', () => {
    const { crossing } = rows({ startRows: 10e6, monthlyRows: 0.5e6, monthlyGrowth: 0.03 })
    expect(crossing?.index).toBe(42)
    expect(crossing?.index).toBe(Math.ceil(Math.log(1 + (40e6 * 0.03) / 0.5e6) / Math.log(1.03)))
  })

  test('3 % a month to 50 M in 36 months: 790 190 in the first, 2 223 486 in the last', () => {
    const { months } = rows({ monthlyRows: 790_190, monthlyGrowth: 0.03, limit: 60e6 })
    expect(Math.abs((months[35]?.rows ?? 0) / 50e6 - 1)).toBeLessThan(1e-5)
    expect((months[35]?.rows ?? 0) - (months[34]?.rows ?? 0)).toBeCloseTo(2_223_486, -1)
  })

  test('promotions follow the calendar: November trebled, from a start in October', () => {
    const { months } = rows({ startMonth: 10, promotions: [{ month: 11, factor: 3 }] })
    expect(months.slice(0, 3).map((month) => month.rows)).toEqual([1e6, 4e6, 5e6])
    expect(months[13]).toEqual({ index: 14, rows: 18e6 })
  })

  test('two promotions in one month: the larger counts, they do not multiply', () => {
    const promotions = [
      { month: 2, factor: 2 },
      { month: 2, factor: 3 },
      { month: 3, factor: 0.5 },
    ]
    const { months } = rows({ promotions })
    expect(months.slice(0, 3).map((month) => month.rows)).toEqual([1e6, 4e6, 4.5e6])
  })

  test('a table already past its limit crossed at month 0; one that never will says so', () => {
    expect(rows({ startRows: 51e6 }).crossing).toEqual({ index: 0, rows: 51e6 })
    const shrinking = rows({ monthlyGrowth: -0.5 })
    expect(shrinking.crossing).toBeNull()
    expect(shrinking.crossingReason).toContain('not-reached')
  })

  test('at most 50 M means that exactly 50 M still holds', () => {
    expect(rows({ limit: 36e6 }).crossing?.index).toBe(37)
  })

  test('law: more growth never crosses later', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.1, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (growth, more) => {
          const [slow, fast] = [growth, growth + more].map((monthlyGrowth) => rows({ monthlyGrowth }).crossing?.index)
          expect(fast ?? Infinity).toBeLessThanOrEqual(slow ?? Infinity)
        },
      ),
    )
  })
})

describe('arrivals', () => {
  test('3.2 G rows in 3 years are 33.8 a second on average; growing 50 % a year 17.3 → 58.5; 100 %: 10.0 → 80.4', () => {
    const published = [
      [0, 33.8, 33.8],
      [0.5, 17.3, 58.5],
      [1, 10.0, 80.4],
    ] as const
    for (const [yearlyGrowth, start, end] of published) {
      const rates = arrivalRates({ totalRows: 3.2e9, years: 3, yearlyGrowth })
      expect(rates.meanPerSecond).toBeCloseTo(33.8, 1)
      expect(rates.startPerSecond).toBeCloseTo(start, 1)
      expect(rates.endPerSecond).toBeCloseTo(end, 1)
      expect(rates.peakWarning).toContain('averages')
    }
  })

  test('21 % and 53 % of the rows arrive by the ends of years 1 and 2 at 50 % growth', () => {
    const { startPerSecond } = arrivalRates({ totalRows: 1, years: 3, yearlyGrowth: 0.5 })
    const by = (years: number) => (startPerSecond * 365 * 86_400 * (1.5 ** years - 1)) / Math.log(1.5)
    expect(by(1)).toBeCloseTo(0.21, 2)
    expect(by(2)).toBeCloseTo(0.53, 2)
  })
})

describe('total growth', () => {
  const ask = (cvTable: number, sigma = 0.2) =>
    totalGrowthExceedance({ totalMedian: 2.4e9, sigma, shards: 64, cvTable, limit: 50e6 }).anyTable

  test('median 2.4 G, sigma 0.2: .0752, .0930, .1892 (Monte Carlo .1898), .3508 at a table CV of 0, 1, 5, 10 %', () => {
    const published = [
      [0, 0.0752],
      [0.01, 0.093],
      [0.05, 0.1892],
      [0.1, 0.3508],
    ] as const
    for (const [cv, probability] of published) expect(ask(cv)).toBeCloseTo(probability, 4)
  })

  test('both ways of integrating agree where they meet', () => {
    expect(ask(0.2, 0.2)).toBeCloseTo(ask(0.2, 0.2 - 1e-9), 6)
    expect(ask(0.05, 0)).toBeCloseTo(ask(0.05, 1e-6), 6)
    expect(ask(0, 0)).toBe(0)
  })

  test('law: P(any > L) falls with L', () => {
    const sigma = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(sigma, sigma, fc.double({ min: 1e6, max: 1e8, noNaN: true }), (s, cvTable, limit) => {
        const at = (l: number) =>
          totalGrowthExceedance({ totalMedian: 2.4e9, sigma: s, shards: 64, cvTable, limit: l }).anyTable
        expect(at(limit * 1.1)).toBeLessThanOrEqual(at(limit) + 1e-9)
      }),
      { numRuns: 40 },
    )
  })
})
