import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../contracts/plan.ts'
import { loadPlan } from './load-plan.ts'
import { planHash, resolvePlan, rowsHash } from './resolve-plan.ts'

const plan = await loadPlan(new URL('../plan.yaml', import.meta.url).pathname)

/** Without weeks, promotions or doubt: what is left has a closed form. */
const plain: Plan = {
  ...plan,
  start: '2026-01-01',
  orders: {
    ...plan.orders,
    perDayAtStart: { low: 1000, mid: 1000, high: 1000 },
    yearlyGrowth: { low: 0.4, mid: 0.4, high: 0.4 },
    weekdayShape: [1, 1, 1, 1, 1, 1, 1],
    promotions: [],
  },
}

describe('resolvePlan', () => {
  it('keeps the default plan near 2.9 billion orders and below the limit in the mid case', () => {
    const { totalOrders, rowsByTable } = resolvePlan(plan)
    expect(totalOrders.mid / 1e9).toBeGreaterThan(2.85)
    expect(totalOrders.mid / 1e9).toBeLessThan(3)
    expect(rowsByTable.reduce((sum, rows) => sum + rows, 0)).toBe(Math.round(totalOrders.mid))
    expect(Math.max(...rowsByTable)).toBeLessThan(plan.rowsPerTableLimit)
  })

  it('compounds daily: the geometric series of 1.4^(1/365)', () => {
    const ratio = 1.4 ** (1 / 365)
    const days = 1096 // 2026, 2027 and the leap year 2028
    const { totalOrders } = resolvePlan(plain)
    expect(totalOrders.mid).toBeCloseTo((1000 * (ratio ** days - 1)) / (ratio - 1), 3)
    expect(totalOrders).toEqual({ low: totalOrders.mid, mid: totalOrders.mid, high: totalOrders.mid })
  })

  it('has one entry per month, whose orders add up to the rows', () => {
    const { months, totalOrders } = resolvePlan(plan)
    expect(months).toHaveLength(36)
    expect(months[0]).toMatchObject({ index: 1, month: '2026-01' })
    expect(months.at(-1)?.month).toBe('2028-12')
    const sum = months.reduce((total, { orders }) => total + orders.mid, 0)
    expect(sum).toBeCloseTo(totalOrders.mid, 0)
    expect(months.at(-1)?.rowsPerTable.mid).toBeCloseTo(totalOrders.mid / 64, 0)
    for (const { orders, rowsPerTable } of months) {
      expect(orders.low).toBeLessThan(orders.mid)
      expect(orders.mid).toBeLessThan(orders.high)
      expect(rowsPerTable.low).toBeLessThan(rowsPerTable.high)
    }
  })

  it('finds the busiest second on the last 11.11', () => {
    const { peak, ordinaryRatePerSecond } = resolvePlan(plan)
    expect(peak).toMatchObject({ day: '2028-11-11', promotion: '11.11' })
    const perOrder = peak.ordersPerDay.mid / 86_400
    const busiest = perOrder * Math.max(...plan.orders.hourShape) * plan.orders.peakSecondOverHour
    expect(peak.ratePerSecond.checkout.mid).toBeCloseTo(busiest, 6)
    expect(peak.ratePerSecond.list.mid).toBeCloseTo(busiest * plan.requestsPerOrder.list, 6)
    expect(ordinaryRatePerSecond.checkout).toBeLessThan(peak.ratePerSecond.checkout.low / 10)
  })

  it('carries a promotion over New Year', () => {
    const promotion = { name: 'sale', from: '12-30', days: 4, multiplier: { low: 10, mid: 10, high: 10 } }
    const withSale = resolvePlan({ ...plain, orders: { ...plain.orders, promotions: [promotion] } })
    // Growth makes the last sale the largest: 2028-12-31, after 2028-12-30.
    expect(withSale.peak.day).toBe('2028-12-31')
    expect(withSale.months.find(({ month }) => month === '2027-01')?.orders.mid).toBeGreaterThan(
      1.5 * (resolvePlan(plain).months.find(({ month }) => month === '2027-01')?.orders.mid ?? 0),
    )
  })

  it('hashes values, not the order of keys', () => {
    const reversed = Object.fromEntries(Object.entries(plan).reverse()) as unknown as Plan
    expect(planHash(reversed)).toBe(planHash(plan))
    expect(planHash({ ...plan, headroom: 0.31 })).not.toBe(planHash(plan))
  })

  it('hashes a plan that says nothing new as it was hashed before it could', () => {
    const { recencyExponent: _, orders, ...older } = plan
    const { extraBytesPerRow: __, ...olderOrders } = orders
    const inOrder = (_: string, value: unknown) =>
      value === null || typeof value !== 'object' || Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    const text = JSON.stringify({ ...older, orders: olderOrders }, inOrder)
    expect(planHash(plan)).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('has another hash by another law of the load, and the same of its rows', () => {
    const steeper = { ...plan, recencyExponent: 5 }
    expect(planHash(steeper)).not.toBe(planHash(plan))
    expect(rowsHash(steeper)).toBe(rowsHash(plan))
    const wider = { ...plan, orders: { ...plan.orders, extraBytesPerRow: 200 } }
    expect(rowsHash(wider)).not.toBe(rowsHash(plan))
    expect(
      new Set(
        [0, 100, 200].map((extraBytesPerRow) => rowsHash({ ...plan, orders: { ...plan.orders, extraBytesPerRow } })),
      ).size,
    ).toBe(3)
  })
})
