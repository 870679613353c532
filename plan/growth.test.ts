import { describe, expect, it } from 'vitest'
import { dateOf, dayStartMs } from './calendar.ts'
import { midFuture, projectDays } from './growth.ts'
import { loadPlan } from './load-plan.ts'

const plan = await loadPlan(new URL('../plan.yaml', import.meta.url).pathname)

function promotionDays(from: string, days: number, year: number): readonly string[] {
  const multiplier = { low: 2, mid: 2, high: 2 }
  const withSale = { ...plan, orders: { ...plan.orders, promotions: [{ name: 'sale', from, days, multiplier }] } }
  return projectDays(withSale, midFuture(withSale), dayStartMs(`${year}-01-01`), dayStartMs(`${year + 1}-01-01`))
    .filter(({ promotion }) => promotion === 'sale')
    .map(({ startMs }) => dateOf(startMs))
}

describe('a promotion on 29 February', () => {
  it('is on that day in a leap year, and on 1 March in every other', () => {
    expect(promotionDays('02-29', 1, 2028)).toEqual(['2028-02-29'])
    expect(promotionDays('02-29', 1, 2026)).toEqual(['2026-03-01'])
  })

  it('keeps its length in every year, also where it runs across that day', () => {
    expect(promotionDays('02-29', 2, 2028)).toEqual(['2028-02-29', '2028-03-01'])
    expect(promotionDays('02-29', 2, 2027)).toEqual(['2027-03-01', '2027-03-02'])
    expect(promotionDays('02-28', 2, 2027)).toEqual(['2027-02-28', '2027-03-01'])
    expect(promotionDays('02-28', 2, 2028)).toEqual(['2028-02-28', '2028-02-29'])
  })
})
