import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { parsePlan } from './load-plan.ts'
import { parsePlanChange } from './plan-change.ts'

const TEXT = readFileSync(new URL('../plan.yaml', import.meta.url), 'utf8')

function planWith(...sets: readonly string[]): Plan {
  return parsePlan(TEXT, 'plan.yaml', 'projection', sets.map(parsePlanChange))
}

function refusalOf(...sets: readonly string[]): Refusal {
  try {
    planWith(...sets)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error(`accepted: ${sets.join(' ')}`)
}

describe('--set', () => {
  it('changes scalars, entries of lists, whole objects and lists', () => {
    expect(planWith('shards=128').shards).toBe(128)
    expect(planWith('start=2027-01-01').start).toBe('2027-01-01')
    expect(planWith('orders.promotions.1.days=5').orders.promotions[1]?.days).toBe(5)
    expect(planWith('orders.promotions[1].days=5').orders.promotions[1]?.days).toBe(5)
    expect(planWith('orders.promotions=[]').orders.promotions).toEqual([])
    expect(planWith('channelWeights=[0.5, 0.25, 0.25]').channelWeights).toEqual([0.5, 0.25, 0.25])
    expect(planWith('users.whales={count: 0, shareOfOrders: 0}').users.whales).toEqual({ count: 0, shareOfOrders: 0 })
    expect(planWith('orders.perDayAtStart=2e6').orders.perDayAtStart).toEqual({ low: 2e6, mid: 2e6, high: 2e6 })
  })

  it('names only what was typed, where it is no finite number', () => {
    expect(refusalOf('orders.yearlyGrowth.mid=.inf').why).toEqual([
      '--set orders.yearlyGrowth.mid=.inf: orders.yearlyGrowth.mid must be a finite number, not .inf',
    ])
  })

  it('reads values as YAML', () => {
    expect(planWith('rowsPerTableLimit=0x10000').rowsPerTableLimit).toBe(65_536)
    expect(planWith('name="12"').name).toBe('12')
    expect(refusalOf('name=12').why).toEqual(['--set name=12: name must be a text, not 12'])
  })

  it('moves low and high with mid, so that the doubt stays what it was', () => {
    expect(planWith('orders.yearlyGrowth.mid=0.6').orders.yearlyGrowth).toEqual({
      low: expect.closeTo(1.3 * (1.6 / 1.4) - 1, 8),
      mid: 0.6,
      high: expect.closeTo(1.5 * (1.6 / 1.4) - 1, 8),
    })
    expect(planWith('orders.perDayAtStart.mid=3e6').orders.perDayAtStart).toEqual({ low: 2.7e6, mid: 3e6, high: 3.3e6 })
    expect(planWith('orders.yearlyGrowth.mid=-0.5').orders.yearlyGrowth.low).toBeLessThan(-0.5)
  })

  it('moves low and high alone, and in the order they are given', () => {
    const { low, high } = planWith('orders.yearlyGrowth.mid=0.6', 'orders.yearlyGrowth.low=0.1').orders.yearlyGrowth
    expect(low).toBe(0.1)
    expect(high).toBeGreaterThan(0.6)
    expect(refusalOf('orders.yearlyGrowth.low=0.45').why).toEqual([
      '--set orders.yearlyGrowth.low=0.45: orders.yearlyGrowth must have low ≤ mid ≤ high, not 0.45, 0.4, 0.5',
    ])
  })

  it('checks what it sets like the file, and names the words instead of a line', () => {
    expect(refusalOf('horizonYears=0', 'headroom=40 %').why).toEqual([
      '--set horizonYears=0: horizonYears must be >= 1, not 0',
      '--set headroom=40 %: headroom must be a number, not "40 %": write 0.4',
    ])
    expect(refusalOf('orders.yearlyGrowth.mid=').why[0]).toContain('must be a number, not empty')
  })

  it('leaves to the file what the file has wrong', () => {
    const read = () =>
      parsePlan(TEXT.replace(/^users:$/m, 'user:'), 'plan.yaml', 'projection', [parsePlanChange('users.count=5e6')])
    expect(read).toThrow(/line \d+: users is missing/)
    expect(() => parsePlan('[]', 'plan.yaml', 'projection', [parsePlanChange('shards=1')])).toThrow(
      /line 1: a plan must/,
    )
  })

  it.each([
    ['yearlyGrowth=1', /orders\.yearlyGrowth/],
    ['orders.growth=1', /did you mean orders\.yearlyGrowth/],
    ['order.yearlyGrowth=1', /did you mean orders\?/],
    ['orders.yearlyGrowth.middle=1', /low, mid, high/],
    ['orders.promotions.first.days=1', /number, from 0/],
    ['orders.promotions.7.days=1', /counted from 0/],
    ['shards.0=1', /shards\.0 is no field/],
    ['__proto__.x=1', /name, shards/],
    ['constructor=1', /name, shards/],
    ['shards', /--set orders/],
    ['=1', /--set orders/],
    ['name={', /as in plan\.yaml/],
    ['name=*x', /as in plan\.yaml/],
  ])('refuses %s and says what is there', (text, why) => {
    const refusal = refusalOf(text)
    expect(refusal.exitCode).toBe(2)
    expect(refusal.why.join()).toMatch(why)
  })
})
