// What the schema cannot say: sums, orders, dates, and the limits of the id law. Each rule names the place it is about.

import { ORDER_ID_EPOCH_MS } from '../contracts/order-id.ts'
import type { Interval, Plan } from '../contracts/plan.ts'
import { MAX_USERS_PER_SHARD } from '../contracts/seeded-order.ts'
import { SHARD_COUNT } from '../contracts/shard.ts'
import { dateOf, dayStartMs, plusYears } from './calendar.ts'
import { seedVolume } from './seed-volume.ts'

export type PlanPath = readonly (string | number)[]

export interface PlanMistake {
  readonly path: PlanPath
  readonly message: string
}

const TOLERANCE = 1e-6
const MAX_ROWS_PER_TABLE_HOUR = 3_600_000

export function planMistakes(plan: Plan): readonly PlanMistake[] {
  const mistakes: PlanMistake[] = []
  const check = (holds: boolean, path: PlanPath, message: string) => {
    if (!holds) mistakes.push({ path, message })
  }
  checkShape(plan, check)
  checkSums(plan, check)
  checkIntervals(plan, check)
  checkUsers(plan, check)
  if (mistakes.length === 0) checkIdLaw(plan, check)
  return mistakes
}

type Check = (holds: boolean, path: PlanPath, message: string) => void

function checkShape(plan: Plan, check: Check): void {
  check(
    plan.shards === SHARD_COUNT,
    ['shards'],
    `is ${plan.shards}, but ids and tables are built for ${SHARD_COUNT} (contracts/shard.ts)`,
  )
  check(
    plan.requestsPerOrder.checkout === 1,
    ['requestsPerOrder', 'checkout'],
    'must be 1: it is what the others count',
  )
  const earliest = dateOf(plusYears(ORDER_ID_EPOCH_MS, plan.horizonYears))
  check(
    plan.start > earliest,
    ['start'],
    `must lie after ${earliest}: history of ${plan.horizonYears} years ends there, and order ids begin on ${dateOf(ORDER_ID_EPOCH_MS)}`,
  )
  for (const [at, { from }] of plan.orders.promotions.entries()) {
    check(isDayOfSomeYear(from), ['orders', 'promotions', at, 'from'], `"${from}" is no day of the calendar`)
  }
}

function checkSums(plan: Plan, check: Check): void {
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  const sumsTo = (expected: number, values: readonly number[], path: PlanPath, what: string) => {
    const sum = total(values)
    check(Math.abs(sum - expected) <= TOLERANCE * expected, path, `${what}, not ${Number(sum.toPrecision(7))}`)
  }
  sumsTo(7, plan.orders.weekdayShape, ['orders', 'weekdayShape'], 'must have mean 1: its 7 numbers must sum to 7')
  sumsTo(24, plan.orders.hourShape, ['orders', 'hourShape'], 'must have mean 1: its 24 numbers must sum to 24')
  const { activity } = plan.users
  const users = activity.map(({ shareOfUsers }) => shareOfUsers)
  sumsTo(1, users, ['users', 'activity'], 'shareOfUsers must sum to 1')
  const orders = activity.map(({ shareOfOrders }) => shareOfOrders)
  sumsTo(1, orders, ['users', 'activity'], 'shareOfOrders must sum to 1')
  sumsTo(1, plan.items.countWeights, ['items', 'countWeights'], 'must sum to 1')
  const regions = plan.regions.map(({ weight }) => weight)
  sumsTo(1, regions, ['regions'], 'weights must sum to 1')
  sumsTo(1, plan.channelWeights, ['channelWeights'], 'must sum to 1')
  const unsettled = plan.lifecycle.cancelledShare + plan.lifecycle.refundedShare
  check(unsettled < 1, ['lifecycle'], `cancelledShare + refundedShare must stay below 1, not ${unsettled}`)
}

function checkIntervals(plan: Plan, check: Check): void {
  const ordered = ({ low, mid, high }: Interval, path: PlanPath) =>
    check(low <= mid && mid <= high, path, `must have low ≤ mid ≤ high, not ${low}, ${mid}, ${high}`)
  ordered(plan.orders.perDayAtStart, ['orders', 'perDayAtStart'])
  ordered(plan.orders.yearlyGrowth, ['orders', 'yearlyGrowth'])
  for (const [at, { multiplier }] of plan.orders.promotions.entries()) {
    ordered(multiplier, ['orders', 'promotions', at, 'multiplier'])
  }
}

function checkUsers({ users }: Plan, check: Check): void {
  let before = Number.POSITIVE_INFINITY
  for (const [at, { shareOfUsers, shareOfOrders }] of users.activity.entries()) {
    const path = ['users', 'activity', at]
    check(
      shareOfUsers > 0 && shareOfOrders > 0,
      path,
      'shares must be above 0: leave a class without users or orders out',
    )
    const activity = shareOfOrders / shareOfUsers
    check(!(activity > before), path, 'is more active than the class before it: put the most active first')
    before = activity
  }
  check(users.whales.shareOfOrders < 1, ['users', 'whales', 'shareOfOrders'], 'must stay below 1')
  check(
    users.whales.count > 0 || users.whales.shareOfOrders === 0,
    ['users', 'whales'],
    'no whales cannot place a share of the orders',
  )
}

/** Ids hold milliseconds: a table may take one generated order per millisecond at most. */
function checkIdLaw(plan: Plan, check: Check): void {
  const volume = seedVolume(plan, plan.horizonYears)
  const curve = volume.cumulativeOrdersByHour
  const busiest = Math.max(...curve.map((total, hour) => total - (curve[hour - 1] ?? 0)))
  const tableRows = Math.max(volume.fullTableRows, ...volume.rowsByTable)
  const perHour = Math.ceil((busiest / (curve.at(-1) ?? 1)) * tableRows)
  check(
    perHour <= MAX_ROWS_PER_TABLE_HOUR,
    ['orders'],
    `would put ${perHour} orders into one table within its busiest hour; generated ids hold ${MAX_ROWS_PER_TABLE_HOUR}`,
  )
  const usersPerShard = Math.ceil(tableRows / volume.ordersPerUser)
  check(
    usersPerShard <= MAX_USERS_PER_SHARD,
    ['users', 'count'],
    `means ${usersPerShard} users in one shard; user numbers hold ${MAX_USERS_PER_SHARD}`,
  )
}

function isDayOfSomeYear(monthAndDay: string): boolean {
  const leapYearDay = `2024-${monthAndDay}`
  return dateOf(dayStartMs(leapYearDay) || 0) === leapYearDay
}
