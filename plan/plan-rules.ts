// What the schema cannot say: sums, orders, dates. A rule asks for the values that it reads and for no others, so that no
// mistake hides another. Numbers are judged together also where one is out of its range; a rule about one number alone
// leaves that to the schema, and nothing is held against a bound that is wrong itself.

import { FLOW_NAME } from '../contracts/journal.ts'
import { MAX_TIMESTAMP_MS, ORDER_ID_EPOCH_MS } from '../contracts/order-id.ts'
import { FLOWS, LEGACY_FLOW, type Plan, SETTLING_FLOWS } from '../contracts/plan.ts'
import { dateOf, dayStartMs, plusYears } from './calendar.ts'
import { isDayOfSomeYear } from './right-spelling.ts'
import type { PlanMistake } from './shape-mistakes.ts'
import type { YamlPath } from './yaml-source.ts'

const TOLERANCE = 1e-6

/** One look at a plan: what may be read, and where mistakes go. */
interface Examination {
  readonly plan: Plan
  /** Is there, with the shape it should have; what is in it answers for itself. */
  readonly isSound: (...path: YamlPath) => boolean
  /** In its range or not; undefined: no number stands there. */
  readonly numberAt: (...path: YamlPath) => number | undefined
  /** Empty where no list stands. */
  readonly listAt: (...path: YamlPath) => readonly unknown[]
  readonly check: (holds: boolean, path: YamlPath, message: string) => void
}

/** `shapeMistakes` are those of the same plan: what they are about is left out, everything else is judged. */
export function ruleMistakes(plan: Plan, shapeMistakes: readonly PlanMistake[]): readonly PlanMistake[] {
  const mistakes: PlanMistake[] = []
  const examination: Examination = {
    plan,
    isSound: (...path) => valueAt(plan, path) !== undefined && !shapeMistakes.some((made) => isSame(made.path, path)),
    numberAt: (...path) => {
      const value = valueAt(plan, path)
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    },
    listAt: (...path) => {
      const value = valueAt(plan, path)
      return Array.isArray(value) ? value : []
    },
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

function valueAt(plan: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as Readonly<Record<string | number, unknown>>)[key]
  }, plan)
}

function isSame(path: YamlPath, other: YamlPath): boolean {
  return path.length === other.length && path.every((key, at) => other[at] === key)
}

function checkTime({ plan, isSound, check }: Examination): void {
  if (!isSound('start')) return
  const { start, horizonYears } = plan
  const idsBegin = dateOf(ORDER_ID_EPOCH_MS)
  const idsEnd = dateOf(MAX_TIMESTAMP_MS)
  if (!isSound('horizonYears')) {
    const ids = `order ids begin on ${idsBegin} and end on ${idsEnd}`
    check(start > idsBegin && start <= idsEnd, ['start'], `must lie between, not on ${start}: ${ids}`)
    return
  }
  const earliest = dateOf(plusYears(ORDER_ID_EPOCH_MS, horizonYears))
  const history = `history of ${horizonYears} years ends there, and order ids begin on ${idsBegin}`
  check(start > earliest, ['start'], `must lie after ${earliest}, not on ${start}: ${history}`)
  const latest = dateOf(plusYears(dayStartMs(idsEnd), -horizonYears))
  const future = `order ids end on ${idsEnd}, and the horizon is ${horizonYears} years`
  check(start <= latest, ['start'], `can be ${latest} at the latest, not ${start}: ${future}`)
}

function checkIntervals(examination: Examination): void {
  checkOrder(examination, 'orders', 'perDayAtStart')
  checkOrder(examination, 'orders', 'yearlyGrowth')
}

function checkPromotions(examination: Examination): void {
  const { isSound, listAt, check } = examination
  for (const [at, promotion] of (listAt('orders', 'promotions') as Plan['orders']['promotions']).entries()) {
    const path = ['orders', 'promotions', at]
    if (isSound(...path, 'from')) {
      check(isDayOfSomeYear(promotion.from), [...path, 'from'], `"${promotion.from}" is no day of the calendar`)
    }
    checkOrder(examination, ...path, 'multiplier')
  }
}

/** Of an interval's three numbers, as many as can be read. */
function checkOrder({ numberAt, check }: Examination, ...path: YamlPath): void {
  const bounds = ['low', 'mid', 'high'].flatMap((name) => {
    const value = numberAt(...path, name)
    return value === undefined ? [] : [{ name, value }]
  })
  const isOrdered = bounds.every(({ value }, at) => value >= (bounds[at - 1]?.value ?? value))
  const names = bounds.map(({ name }) => name).join(' ≤ ')
  check(isOrdered, path, `must have ${names}, not ${bounds.map(({ value }) => value).join(', ')}`)
}

function checkSums({ plan, isSound, numberAt, listAt, check }: Examination): void {
  /** Not a number where a part of it cannot be read: then nothing can be said of it. */
  const sumOf = (paths: readonly YamlPath[]) => paths.reduce((sum, path) => sum + (numberAt(...path) ?? Number.NaN), 0)
  /** `field`: of each entry of the list. One of another length will have another sum. */
  const sumsTo = (expected: number, path: YamlPath, what: string, ...field: YamlPath) => {
    if (!isSound(...path)) return
    const sum = sumOf(listAt(...path).map((_, at) => [...path, at, ...field]))
    const isOff = Math.abs(sum - expected) > TOLERANCE * expected
    check(!isOff, path, `${what}, not ${Number(sum.toPrecision(7))}`)
  }
  sumsTo(7, ['orders', 'weekdayShape'], 'must have mean 1: its 7 numbers must sum to 7')
  sumsTo(24, ['orders', 'hourShape'], 'must have mean 1: its 24 numbers must sum to 24')
  for (const share of ['shareOfUsers', 'shareOfOrders']) {
    sumsTo(1, ['users', 'activity'], `${share} must sum to 1`, share)
  }
  sumsTo(1, ['items', 'countWeights'], 'must sum to 1')
  sumsTo(1, ['regions'], 'weights must sum to 1', 'weight')
  sumsTo(1, ['channelWeights'], 'must sum to 1')
  const unsettled = sumOf(['cancelledShare', 'refundedShare'].map((share) => ['lifecycle', share]))
  check(!(unsettled >= 1), ['lifecycle'], `cancelledShare + refundedShare must stay below 1, not ${unsettled}`)
  if (isSound('requestsPerOrder', 'checkout')) {
    const { checkout } = plan.requestsPerOrder
    check(checkout === 1, ['requestsPerOrder', 'checkout'], `must be 1, not ${checkout}: it is what the others count`)
  }
  const settled = sumOf(SETTLING_FLOWS.map((flow) => ['requestsPerOrder', flow]))
  const rule = `${SETTLING_FLOWS.join(' and ')} must be 1 together at most, not ${Number(settled.toPrecision(7))}`
  check(!(settled > 1 + TOLERANCE), ['requestsPerOrder'], `${rule}: an order is paid or cancelled once`)
}

function checkUsers({ plan, isSound, numberAt, listAt, check }: Examination): void {
  let before = Number.POSITIVE_INFINITY
  for (const at of listAt('users', 'activity').keys()) {
    const path = ['users', 'activity', at]
    const users = numberAt(...path, 'shareOfUsers')
    const orders = numberAt(...path, 'shareOfOrders')
    const isInhabited = users !== 0 && orders !== 0
    check(isInhabited, path, 'shares must be above 0: leave a class without users or orders out')
    if (users === undefined || orders === undefined || users <= 0 || orders <= 0) continue
    const activity = orders / users
    check(activity <= before, path, 'is more active than the class before it: put the most active first')
    before = activity
  }
  const whales = ['users', 'whales']
  if (isSound(...whales, 'shareOfOrders')) {
    const { shareOfOrders } = plan.users.whales
    check(shareOfOrders < 1, [...whales, 'shareOfOrders'], `must stay below 1, not ${shareOfOrders}`)
  }
  const isOfNobody = numberAt(...whales, 'count') === 0 && (numberAt(...whales, 'shareOfOrders') ?? 0) > 0
  check(!isOfNobody, whales, 'no whales cannot place a share of the orders')
}

function checkOwnFlows({ plan, isSound, numberAt, check }: Examination): void {
  if (!isSound('flows')) return
  for (const name of Object.keys(plan.flows ?? {})) {
    const path = ['flows', name]
    check(FLOW_NAME.test(name), path, 'is no name of a flow: letters, digits, dots, - and _, at most 40')
    check(
      ![...FLOWS, 'mix', LEGACY_FLOW].includes(name),
      path,
      'is a flow of the order system: give yours another name',
    )
    const ordinary = numberAt(...path, 'ordinaryPerSecond')
    const peak = numberAt(...path, 'peakPerSecond')
    if (ordinary === undefined || peak === undefined) continue
    const order = `peakPerSecond (${peak}) must not be below ordinaryPerSecond (${ordinary})`
    check(peak >= ordinary, path, order)
  }
}

function checkDeployment(examination: Examination): void {
  const { plan, isSound, numberAt, check } = examination
  const at = (...path: YamlPath): YamlPath => ['deployment', ...path]
  checkOrder(examination, ...at('cpuSpeed'))
  if (isSound(...at('mysql'))) {
    const given = (['hosts', 'shardsPerHost'] as const).filter((name) => plan.deployment?.mysql[name] !== undefined)
    check(given.length === 1, at('mysql'), 'must have either hosts or shardsPerHost: one follows from the other')
    for (const name of given) {
      const count = numberAt(...at('mysql', name))
      if (count === undefined || !isSound('shards')) continue
      check(count <= plan.shards, at('mysql', name), `must not exceed the ${plan.shards} shards, not ${count}`)
    }
  }
  if (isSound(...at('redis', 'hosts'))) {
    const hosts = plan.deployment?.redis.hosts
    check(hosts === 1, at('redis', 'hosts'), `must be 1, not ${hosts}: the services know one address of each Redis`)
  }
  const hosts = numberAt(...at('elasticsearch', 'hosts'))
  const replicas = numberAt(...at('elasticsearch', 'replicas'))
  if (hosts !== undefined && replicas !== undefined && isSound(...at('elasticsearch', 'hosts'))) {
    const apart = `must be below the number of hosts (${hosts}), not ${replicas}: no host keeps two copies of a shard`
    check(replicas < hosts, at('elasticsearch', 'replicas'), apart)
  }
}
