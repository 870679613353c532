import { describe, expect, it } from 'vitest'
import type { FlowRates } from '../../contracts/ladder.ts'
import { resolvedPlanFixture } from '../../reports/fixtures/resolved-plan.ts'
import { commonRate, holdsOf, provablePerSecond, ratesOfFullTable } from './rung-rates.ts'

const TIMES = { coldSeconds: 10, searchSeconds: 60, topSearchSeconds: 60, holdSeconds: 10, repeats: 3 }
const rates: FlowRates = { sharePerSecond: 10, peakSharePerSecond: 500, commonPerSecond: null }
const of = (changes: Partial<FlowRates> = {}) => ({
  rates: { ...rates, ...changes },
  provable: 105,
  times: TIMES,
})

it('gives a full table as much of the load as it has of the rows', () => {
  const plan = resolvedPlanFixture()
  const { sharePerSecond } = ratesOfFullTable(plan, 'list')
  const part = plan.plan.rowsPerTableLimit / plan.totalOrders.mid
  expect(sharePerSecond).toBeCloseTo(plan.ordinaryRatePerSecond.list * part)
})

it('holds so many that three holds together prove an error rate of one in a thousand', () => {
  expect(provablePerSecond(resolvedPlanFixture(), 'list', TIMES) * 30).toBeGreaterThan(2_995)
})

describe('the common rate', () => {
  it('is fixed by the first rung, busy and far from its end', () => {
    expect(commonRate(of(), { low: 400, high: 500 })).toBe(160)
    expect(commonRate(of({ commonPerSecond: 160 }), { low: 100, high: 120 })).toBe(160)
  })

  it('is never less than what a table gets, nor than what can be proven', () => {
    expect(commonRate(of(), { low: 100, high: 120 })).toBe(105)
    expect(commonRate(of({ sharePerSecond: 300 }), { low: 400, high: 500 })).toBe(300)
    expect(commonRate(of(), null)).toBe(105)
  })
})

describe('the holds of a rung', () => {
  it('are those of the common rate where it speaks for the share', () => {
    expect(holdsOf(of(), { low: 400, high: 500 })).toEqual([
      { purpose: 'common', ratePerSecond: 160, seconds: 10, repeats: 3 },
    ])
  })

  it('are of the share besides, where the common rate is not carried soundly any more', () => {
    const holds = holdsOf(of({ commonPerSecond: 160 }), { low: 100, high: 120 })
    expect(holds.map(({ purpose, ratePerSecond }) => [purpose, ratePerSecond])).toEqual([
      ['common', 160],
      ['share', 80],
    ])
  })

  it('are of the share besides, where a table gets more than the common rate', () => {
    const holds = holdsOf(of({ sharePerSecond: 300, commonPerSecond: 160 }), { low: 400, high: 500 })
    expect(holds.at(-1)).toMatchObject({ purpose: 'share', ratePerSecond: 300 })
  })
})
