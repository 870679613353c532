// What a plan must keep to for tables to be made of it.

import type { Plan } from '../contracts/plan.ts'
import { MAX_USERS_PER_SHARD } from '../contracts/seeded-order.ts'
import { SHARD_COUNT } from '../contracts/shard.ts'
import { seedVolume } from './seed-volume.ts'
import type { PlanMistake } from './shape-mistakes.ts'

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

/** Of a plan without other mistakes: rows are counted by all of it. */
export function idLawMistakes(plan: Plan): readonly PlanMistake[] {
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
