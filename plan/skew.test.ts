import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadPlan } from './load-plan.ts'
import { apportion, tableSkew, userCv } from './skew.ts'

const plan = await loadPlan(new URL('../plan.yaml', import.meta.url).pathname)

describe('apportion', () => {
  it('gives whole numbers that sum to the total, each within one of its share', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1e9 }),
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 64 }),
        (total, shares) => {
          const rows = apportion(total, shares)
          const sum = shares.reduce((a, b) => a + b, 0)
          expect(rows.reduce((a, b) => a + b, 0)).toBe(total)
          for (const [at, share] of shares.entries())
            expect(Math.abs((rows[at] ?? 0) - (total * share) / sum)).toBeLessThan(1 + 1e-6)
        },
      ),
    )
  })
})

describe('userCv', () => {
  it.each([
    ['all alike', [{ shareOfUsers: 1, shareOfOrders: 1 }], 0],
    // A tenth of the users with half of the orders: E[x²] = 0.1·5² + 0.9·(5/9)² = 2.7̅.
    [
      'two stairs',
      [
        { shareOfUsers: 0.1, shareOfOrders: 0.5 },
        { shareOfUsers: 0.9, shareOfOrders: 0.5 },
      ],
      Math.sqrt(25 / 9 - 1),
    ],
  ])('of %s', (_, activity, expected) => {
    expect(userCv(activity)).toBeCloseTo(expected, 12)
  })
})

describe('tableSkew', () => {
  it('shares all orders, and all whales', () => {
    const { shareByTable, whalesByTable } = tableSkew(plan)
    expect(shareByTable.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    expect(whalesByTable.reduce((sum, whales) => sum + whales, 0)).toBe(plan.users.whales.count)
  })

  it.each([
    ['whales', { ...plan.users, whales: { count: 200, shareOfOrders: 0.2 } }],
    ['few users', { ...plan.users, count: 20_000, whales: { count: 0, shareOfOrders: 0 } }],
  ])('spreads tables by %s as its CV says', (_, users) => {
    const { shareByTable, tableCv } = tableSkew({ ...plan, users })
    const variance = shareByTable.reduce((sum, share) => sum + (64 * share - 1) ** 2, 0) / 63
    // A standard deviation estimated from 64 tables: ± 9 % at one sigma.
    expect(Math.sqrt(variance) / tableCv).toBeGreaterThan(0.7)
    expect(Math.sqrt(variance) / tableCv).toBeLessThan(1.3)
  })
})
