// What the schema cannot say: sums, orders, dates. A rule reads only what has the right shape, so that no mistake hides
// another.

import { FLOW_NAME } from '../contracts/journal.ts'
import { MAX_TIMESTAMP_MS, ORDER_ID_EPOCH_MS } from '../contracts/order-id.ts'
import { FLOWS, type Interval, LEGACY_FLOW, type Plan, SETTLING_FLOWS } from '../contracts/plan.ts'
import { dateOf, dayStartMs, plusYears } from './calendar.ts'
import { isDayOfSomeYear } from './right-spelling.ts'
import type { PlanMistake } from './shape-mistakes.ts'
import type { YamlPath } from './yaml-source.ts'

const TOLERANCE = 1e-6

/** One look at a plan: what may be read, and where mistakes go. */
interface Examination {
  readonly plan: Plan
  /** Has the shape it should have, with all that is above and below it. */
  readonly isSound: (...path: YamlPath) => boolean
  readonly check: (holds: boolean, path: YamlPath, message: string) => void
}

/** `shapeMistakes` are those of the same plan: what they are about is left out, everything else is judged. */
export function ruleMistakes(plan: Plan, shapeMistakes: readonly PlanMistake[]): readonly PlanMistake[] {
  const mistakes: PlanMistake[] = []
  const examination: Examination = {
    plan,
    isSound: (...path) => !shapeMistakes.some(({ path: broken }) => isWithin(path, broken) || isWithin(broken, path)),
    check: (holds, path, message) => {
      if (!holds) mistakes.push({ path, message })
    },
  }
  checkTime(examination)
  checkIntervals(examination)
  checkPromotions(examination)
  checkSums(examination)
  checkUsers(examination)
  checkOwnFlows(examination)
  checkDeployment(examination)
  return mistakes
}

function isWithin(path: YamlPath, outer: YamlPath): boolean {
  return outer.every((key, at) => path[at] === key)
}

function checkTime({ plan, isSound, check }: Examination): void {
  if (!isSound('start') || !isSound('horizonYears')) return
  const { start, horizonYears } = plan
  const idsBegin = dateOf(ORDER_ID_EPOCH_MS)
  const earliest = dateOf(plusYears(ORDER_ID_EPOCH_MS, horizonYears))
  const history = `history of ${horizonYears} years ends there, and order ids begin on ${idsBegin}`
  check(start > earliest, ['start'], `must lie after ${earliest}, not on ${start}: ${history}`)
  const idsEnd = dateOf(MAX_TIMESTAMP_MS)
  const latest = dateOf(plusYears(dayStartMs(idsEnd), -horizonYears))
  const future = `order ids end on ${idsEnd}, and the horizon is ${horizonYears} years`
  check(start <= latest, ['start'], `can be ${latest} at the latest, not ${start}: ${future}`)
}

function checkIntervals({ plan, isSound, check }: Examination): void {
  for (const name of ['perDayAtStart', 'yearlyGrowth'] as const) {
    const path = ['orders', name]
    if (isSound(...path)) check(isOrdered(plan.orders[name]), path, orderedText(plan.orders[name]))
  }
}

function checkPromotions({ plan, isSound, check }: Examination): void {
  const listed: unknown = plan?.orders?.promotions
  const promotions = Array.isArray(listed) ? (listed as Plan['orders']['promotions']) : []
  for (const [at, promotion] of promotions.entries()) {
    const path = ['orders', 'promotions', at]
    if (isSound(...path, 'from')) {
      check(isDayOfSomeYear(promotion.from), [...path, 'from'], `"${promotion.from}" is no day of the calendar`)
    }
    if (isSound(...path, 'multiplier')) {
      check(isOrdered(promotion.multiplier), [...path, 'multiplier'], orderedText(promotion.multiplier))
    }
  }
}

function isOrdered({ low, mid, high }: Interval): boolean {
  return low <= mid && mid <= high
}

function orderedText({ low, mid, high }: Interval): string {
  return `must have low ≤ mid ≤ high, not ${low}, ${mid}, ${high}`
}

function checkSums({ plan, isSound, check }: Examination): void {
  const sumsTo = (expected: number, path: YamlPath, what: string, values: () => readonly number[]) => {
    if (!isSound(...path)) return
    const sum = values().reduce((total, value) => total + value, 0)
    check(Math.abs(sum - expected) <= TOLERANCE * expected, path, `${what}, not ${Number(sum.toPrecision(7))}`)
  }
  sumsTo(7, ['orders', 'weekdayShape'], 'must have mean 1: its 7 numbers must sum to 7', () => plan.orders.weekdayShape)
  sumsTo(24, ['orders', 'hourShape'], 'must have mean 1: its 24 numbers must sum to 24', () => plan.orders.hourShape)
  for (const share of ['shareOfUsers', 'shareOfOrders'] as const) {
    sumsTo(1, ['users', 'activity'], `${share} must sum to 1`, () => plan.users.activity.map((stair) => stair[share]))
  }
  sumsTo(1, ['items', 'countWeights'], 'must sum to 1', () => plan.items.countWeights)
  sumsTo(1, ['regions'], 'weights must sum to 1', () => plan.regions.map(({ weight }) => weight))
  sumsTo(1, ['channelWeights'], 'must sum to 1', () => plan.channelWeights)
  if (isSound('lifecycle', 'cancelledShare') && isSound('lifecycle', 'refundedShare')) {
    const unsettled = plan.lifecycle.cancelledShare + plan.lifecycle.refundedShare
    check(unsettled < 1, ['lifecycle'], `cancelledShare + refundedShare must stay below 1, not ${unsettled}`)
  }
  if (isSound('requestsPerOrder', 'checkout')) {
    const { checkout } = plan.requestsPerOrder
    check(checkout === 1, ['requestsPerOrder', 'checkout'], `must be 1, not ${checkout}: it is what the others count`)
  }
  if (isSound('requestsPerOrder')) {
    const settled = SETTLING_FLOWS.reduce((sum, flow) => sum + plan.requestsPerOrder[flow], 0)
    const rule = `${SETTLING_FLOWS.join(' and ')} must be 1 together at most, not ${Number(settled.toPrecision(7))}`
    check(settled <= 1 + TOLERANCE, ['requestsPerOrder'], `${rule}: an order is paid or cancelled once`)
  }
}

function checkUsers({ plan, isSound, check }: Examination): void {
  if (isSound('users', 'activity')) {
    let before = Number.POSITIVE_INFINITY
    for (const [at, { shareOfUsers, shareOfOrders }] of plan.users.activity.entries()) {
      const path = ['users', 'activity', at]
      const isInhabited = shareOfUsers > 0 && shareOfOrders > 0
      check(isInhabited, path, 'shares must be above 0: leave a class without users or orders out')
      const activity = shareOfOrders / shareOfUsers
      check(!(activity > before), path, 'is more active than the class before it: put the most active first')
      before = activity
    }
  }
  if (isSound('users', 'whales')) {
    const { count, shareOfOrders } = plan.users.whales
    check(shareOfOrders < 1, ['users', 'whales', 'shareOfOrders'], `must stay below 1, not ${shareOfOrders}`)
    check(count > 0 || shareOfOrders === 0, ['users', 'whales'], 'no whales cannot place a share of the orders')
  }
}

function checkOwnFlows({ plan, isSound, check }: Examination): void {
  if (!isSound('flows')) return
  for (const [name, { ordinaryPerSecond, peakPerSecond }] of Object.entries(plan.flows ?? {})) {
    const path = ['flows', name]
    check(FLOW_NAME.test(name), path, 'is no name of a flow: letters, digits, dots, - and _, at most 40')
    check(
      ![...FLOWS, 'mix', LEGACY_FLOW].includes(name),
      path,
      'is a flow of the order system: give yours another name',
    )
    if (ordinaryPerSecond === undefined || peakPerSecond === undefined) continue
    const order = `peakPerSecond (${peakPerSecond}) must not be below ordinaryPerSecond (${ordinaryPerSecond})`
    check(peakPerSecond >= ordinaryPerSecond, path, order)
  }
}

function checkDeployment({ plan, isSound, check }: Examination): void {
  const { deployment } = plan ?? {}
  if (deployment === undefined || deployment === null || typeof deployment !== 'object') return
  const at = (...path: YamlPath): YamlPath => ['deployment', ...path]
  if (isSound(...at('cpuSpeed'))) {
    check(isOrdered(deployment.cpuSpeed), at('cpuSpeed'), orderedText(deployment.cpuSpeed))
  }
  if (isSound(...at('mysql'))) {
    const { hosts, shardsPerHost } = deployment.mysql
    const given = [hosts, shardsPerHost].filter((count) => count !== undefined)
    check(given.length === 1, at('mysql'), 'must have either hosts or shardsPerHost: one follows from the other')
    for (const [name, count] of Object.entries({ hosts, shardsPerHost })) {
      if (count === undefined || !isSound('shards')) continue
      check(count <= plan.shards, at('mysql', name), `must not exceed the ${plan.shards} shards, not ${count}`)
    }
  }
  if (isSound(...at('redis', 'hosts'))) {
    const { hosts } = deployment.redis
    check(hosts === 1, at('redis', 'hosts'), `must be 1, not ${hosts}: the services know one Redis`)
  }
  if (isSound(...at('elasticsearch'))) {
    const { hosts, replicas } = deployment.elasticsearch
    const apart = `must be below the number of hosts (${hosts}), not ${replicas}: no host keeps two copies of a shard`
    check(replicas < hosts, at('elasticsearch', 'replicas'), apart)
  }
}
