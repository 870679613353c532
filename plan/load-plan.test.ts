import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { loadPlan, parsePlan } from './load-plan.ts'

const FILE = new URL('../plan.yaml', import.meta.url).pathname
const TEXT = readFileSync(FILE, 'utf8')

function mistakesIn(text: string): readonly string[] {
  try {
    parsePlan(text, 'plan.yaml')
  } catch (error) {
    if (error instanceof Refusal) return error.why
    throw error
  }
  return []
}

function lineOf(part: string): number {
  return TEXT.slice(0, TEXT.indexOf(part)).split('\n').length
}

describe('loadPlan', () => {
  it('reads the default plan', async () => {
    const plan: Plan = await loadPlan(FILE)
    expect(plan).toMatchObject({ shards: 64, rowsPerTableLimit: 50_000_000, horizonYears: 3 })
    expect(plan.orders.perDayAtStart.mid).toBe(1_500_000)
  })

  it('lists every mistake at once, each with its line', () => {
    const broken = TEXT.replace('shards: 64', 'shards: 32')
      .replace('headroom: 0.3', 'headrom: 0.3')
      .replace('horizonYears: 3', 'horizonYears: 0')
    const lines = mistakesIn(broken)
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^line ${lineOf('headroom: 0.3')}: headrom is unknown: did you mean headroom`)),
    )
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^line ${lineOf('horizonYears')}: horizonYears must be >= 1, not 0`)),
    )
    expect(lines).toContainEqual(expect.stringContaining('headroom is missing'))
  })

  it.each([
    ['shards: 64', 'shards: 32', /shards is 32, but ids and tables are built for 64/],
    [
      'shareOfUsers: 0.75, shareOfOrders: 0.25',
      'shareOfUsers: 0.75, shareOfOrders: 0.35',
      /shareOfOrders must sum to 1, not 1\.1/,
    ],
    ['low: 5, mid: 8, high: 14', 'low: 9, mid: 8, high: 14', /low ≤ mid ≤ high, not 9, 8, 14/],
    ['from: 11-11', 'from: 11-31', /"11-31" is no day of the calendar/],
    ['0.94, 0.93', '0.95, 0.93', /weekdayShape must have mean 1/],
    ['0.62, 0.36', '0.72, 0.36', /hourShape must have mean 1/],
    ['[0.72, 0.13, 0.15]', '[0.72, 0.13, 0.25]', /channelWeights must sum to 1/],
    ['weight: 0.33', 'weight: 0.43', /regions weights must sum to 1/],
    ['[0.46, 0.26', '[0.56, 0.26', /countWeights must sum to 1/],
    ['checkout: 1,', 'checkout: 2,', /requestsPerOrder.checkout must be 1/],
    ['start: 2026-01-01', 'start: 2022-06-01', /start must lie after 2023-01-01/],
    ['start: 2026-01-01', 'start: 2026-02-31', /start must match format "date"/],
    ['rowsPerTableLimit: 50e6', 'rowsPerTableLimit: 3999e6', /83307758 users in one shard/],
    ['cancelledShare: 0.06', 'cancelledShare: 0.98', /below 1/],
    ['count: 640,', 'count: 0,', /no whales cannot place a share/],
    [
      'shareOfUsers: 0.05, shareOfOrders: 0.35',
      'shareOfUsers: 0.05, shareOfOrders: 0.01',
      /more active than the class before/,
    ],
    ['name: default', 'name: default\nname: again', /unique/],
    ['name: default', 'name: [', /./],
  ])('refuses %s → %s', (right, wrong, message) => {
    expect(TEXT).toContain(right)
    expect(mistakesIn(TEXT.replace(right, wrong)).join('\n')).toMatch(message)
  })

  it('refuses more orders in an hour of a table than ids have milliseconds', () => {
    const rush = TEXT.replace('mid: 8, high: 14', 'mid: 8e6, high: 8e6').replace(
      'rowsPerTableLimit: 50e6',
      'rowsPerTableLimit: 500e6',
    )
    expect(mistakesIn(rush).join()).toMatch(/orders into one table within its busiest hour/)
  })

  it('refuses a file that is not there, with the way out', async () => {
    await expect(loadPlan('no-such-plan.yaml')).rejects.toMatchObject({ name: 'Refusal', exitCode: 2 })
  })
})
