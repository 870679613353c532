import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Interval } from '../contracts/plan.ts'
import { type Projection, tableForecast } from './table-forecast.ts'

const LIMIT = 50e6
const TABLES = 64

/** Rows grow evenly over 36 months from 2026-01; every table is as full as the others. */
function projection(mean: Interval, leadTimeMonths = 6): Projection {
  const scaled = (factor: number) => ({ low: mean.low * factor, mid: mean.mid * factor, high: mean.high * factor })
  return {
    plan: { rowsPerTableLimit: LIMIT, leadTimeMonths },
    months: Array.from({ length: 36 }, (_, at) => ({
      index: at + 1,
      month: `${2026 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`,
      orders: scaled(TABLES / 36),
      rowsPerTable: scaled((at + 1) / 36),
    })),
    rowsByTable: Array.from({ length: TABLES }, () => mean.mid),
    totalOrders: scaled(TABLES),
  }
}

const around = (mid: number, spread = 1.25) => ({ low: mid / spread, mid, high: mid * spread })

describe('tableForecast', () => {
  it.each([
    ['holds when even the high bound stays below the limit', around(39.9e6), 'PASS'],
    ['is at risk when the high bound passes it and the mid case does not', around(40.1e6), 'AT RISK'],
    ['is at risk just below an even chance', around(49.9e6), 'AT RISK'],
    ['fails from an even chance on', around(50e6), 'FAIL'],
    ['holds without doubt at the limit itself', { low: LIMIT, mid: LIMIT, high: LIMIT }, 'PASS'],
    ['fails without doubt one row above it', { low: LIMIT + 1, mid: LIMIT + 1, high: LIMIT + 1 }, 'FAIL'],
  ] as const)('%s', (_, mean, verdict) => {
    expect(tableForecast(projection(mean)).verdict).toBe(verdict)
  })

  it('gives 5 % where the high bound is the limit, one half where the mid case is, and rises with the volume', () => {
    const chance = (mid: number) => tableForecast(projection(around(mid))).probabilityAnyTableExceeds
    expect(chance(40e6)).toBeCloseTo(0.05, 10)
    expect(chance(50e6)).toBeCloseTo(0.5, 10)
    const chances = [20e6, 40e6, 45e6, 49e6, 60e6].map(chance)
    expect(chances).toEqual(chances.toSorted((a, b) => a - b))
  })

  it('says in which month low, mid and high pass the limit, and by when to decide', () => {
    // 55 M at mid after 36 months: 50 M are passed in month 33; the high case in month 27.
    const { crossing, decideBy } = tableForecast(projection(around(55e6)))
    expect(crossing).toEqual({ low: null, mid: '2028-09', high: '2028-03' })
    // Six months to build end where 2028-03 begins: decided on in 2027-08, built from 2027-09 to 2028-02.
    expect(decideBy).toBe('2027-08')
    expect(tableForecast(projection(around(55e6), 0)).decideBy).toBe('2028-02')
    expect(tableForecast(projection(around(20e6)))).toMatchObject({ crossing: { high: null }, decideBy: null })
  })

  it('looks at the fullest table, not at the mean one', () => {
    const even = projection(around(39e6))
    const uneven = { ...even, rowsByTable: even.rowsByTable.map((rows, shard) => (shard === 7 ? rows * 1.2 : rows)) }
    expect(tableForecast(even)).toMatchObject({ verdict: 'PASS', crossing: { high: null } })
    // 1.2 of 64.2 parts: 45.4 to 58.3 M rows in that table, 50 M of them in month 31.
    const crossing = { mid: null, high: '2028-07' }
    expect(tableForecast(uneven)).toMatchObject({ verdict: 'AT RISK', fullestShard: 7, crossing })
  })

  it('agrees with the months: at risk exactly when the high case alone passes the limit', () => {
    const mid = fc.double({ min: 1e6, max: 2e8, noNaN: true })
    fc.assert(
      fc.property(mid, fc.double({ min: 1.01, max: 4, noNaN: true }), (rows, spread) => {
        const { verdict, crossing } = tableForecast(projection(around(rows, spread)))
        const expected = crossing.mid !== null ? 'FAIL' : crossing.high !== null ? 'AT RISK' : 'PASS'
        fc.pre(Math.abs(rows / LIMIT - 1) > 1e-6 && Math.abs((rows * spread) / LIMIT - 1) > 1e-6)
        expect(verdict).toBe(expected)
      }),
    )
  })
})
