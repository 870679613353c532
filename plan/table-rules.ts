// What a plan must keep to for tables to be made of it.

import type { Plan } from '../contracts/plan.ts'
import { MAX_USERS_PER_SHARD } from '../contracts/seeded-order.ts'
import { SHARD_COUNT } from '../contracts/shard.ts'
import { seedVolume } from './seed-volume.ts'
import type { PlanMistake } from './shape-mistakes.ts'
import type { YamlPath } from './yaml-source.ts'

/** Ids hold milliseconds: a table may take one generated order per millisecond at most. */
const MAX_ROWS_PER_TABLE_HOUR = 3_600_000

/** `tables`: rows will be made of the plan. `projection`: it is only computed, for any number of tables. */
export type PlanPurpose = 'tables' | 'projection'

/** `shards` has the right shape; whatever else is wrong with the plan. */
export function shardCountMistakes({ shards }: Pick<Plan, 'shards'>, purpose: PlanPurpose): readonly PlanMistake[] {
  if (shards === SHARD_COUNT || purpose === 'projection') return []
  const built = `ids and tables are built for ${SHARD_COUNT} (contracts/shard.ts)`
  return [{ path: ['shards'], message: `is ${shards}, but ${built}; npm run plan answers for other counts` }]
}

const EACH = '*'

/** What rows are counted by. */
const COUNTED_BY: readonly YamlPath[] = [
  ['shards'],
  ['rowsPerTableLimit'],
  ['horizonYears'],
  ['start'],
  ['orders', 'perDayAtStart', 'mid'],
  ['orders', 'yearlyGrowth', 'mid'],
  ['orders', 'weekdayShape', EACH],
  ['orders', 'hourShape', EACH],
  ['orders', 'promotions', EACH, 'from'],
  ['orders', 'promotions', EACH, 'days'],
  ['orders', 'promotions', EACH, 'multiplier', 'mid'],
  ['users', 'count'],
  ['users', 'activity', EACH, 'shareOfUsers'],
  ['users', 'activity', EACH, 'shareOfOrders'],
  ['users', 'whales', 'count'],
  ['users', 'whales', 'shareOfOrders'],
]

/** `others` are those of the same plan: where rows are counted by one of them, nothing is counted. */
export function idLawMistakes(plan: Plan, others: readonly PlanMistake[]): readonly PlanMistake[] {
  if (others.some(({ path }) => COUNTED_BY.some((counted) => holds(path, counted)))) return []
  if (plan.shards !== SHARD_COUNT) return []
  const volume = seedVolume(plan, plan.horizonYears)
  const curve = volume.cumulativeOrdersByHour
  const busiest = curve.reduce((most, total, hour) => Math.max(most, total - (curve[hour - 1] ?? 0)), 0)
  const tableRows = Math.max(volume.fullTableRows, ...volume.rowsByTable)
  const perHour = Math.ceil((busiest / (curve.at(-1) || 1)) * tableRows)
  const usersPerShard = Math.ceil(tableRows / volume.ordersPerUser)
  return [
    ...(perHour > MAX_ROWS_PER_TABLE_HOUR
      ? [
          {
            path: ['orders'],
            message: `would put ${perHour} orders into one table within its busiest hour; generated ids hold ${MAX_ROWS_PER_TABLE_HOUR}`,
          },
        ]
      : []),
    ...(usersPerShard > MAX_USERS_PER_SHARD
      ? [
          {
            path: ['users', 'count'],
            message: `means ${usersPerShard} users in one shard; user numbers hold ${MAX_USERS_PER_SHARD}`,
          },
        ]
      : []),
  ]
}

/** Whether `path` leads to `value`, or to what it stands in. */
function holds(path: YamlPath, value: YamlPath): boolean {
  return path.every((key, at) => value[at] === key || value[at] === EACH)
}
