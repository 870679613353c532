// How unequal the users of a table are: orders per ordinary user, against the stairs of the plan's activity.

import type { Connection } from 'mysql2/promise'
import type { Dataset, SeededShard } from '../../contracts/dataset.ts'
import { draw, TWO_32, userIdOf } from '../../contracts/seeded-order.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import { rows } from '../store/mysql-connection.ts'
import { IS_SEEDED } from './row-rules.ts'

export interface UserCv {
  readonly table: string
  /** Users that were looked at: all, or a sample. */
  readonly users: number
  /** Standard deviation ÷ mean of their orders. */
  readonly measured: number
  readonly planned: number
}

/** Grouping a table by user must not take minutes: above, a sample is. */
const MAX_GROUPED_ROWS = 5_000_000
/** Of users, whose orders lie together in the index: the default plan's figure strays by 1 %. */
export const SAMPLE_USERS = 5_000
/** MariaDB makes a subquery of a list of 1000, and MySQL gives up counting: shorter ones are read from the index. */
const USERS_PER_QUERY = 500

/** null: all of them. */
export function usersToGroup(table: SeededShard): readonly number[] | null {
  return table.orders > MAX_GROUPED_ROWS ? drawnUsers(table) : null
}

/** Drawn, and not the first ones: ids are spread over the classes of activity by a stride, so neighbours may be alike. */
export function drawnUsers({ shard, users }: SeededShard): readonly number[] {
  const indexes = new Set<number>()
  for (let row = 0; indexes.size < Math.min(SAMPLE_USERS, users); row++) indexes.add(draw(shard, row) % users)
  return [...indexes].map((index) => userIdOf(index, shard))
}

/** Orders fall on users at random within their class: a Poisson mixture, CV² = 1 ÷ mean + CV² of the activity. */
export async function measureUserCv(
  connection: Connection,
  dataset: Dataset,
  table: SeededShard,
  userIds: readonly number[] | null,
): Promise<UserCv> {
  const name = tableName('orders', table.shard as Shard)
  const users = userIds?.length ?? table.users
  let [total, squares] = [0, 0]
  for (const { condition, ids } of groups(dataset, table, userIds)) {
    const [row] = await rows<{ total: number; squares: number }>(
      connection,
      `SELECT SUM(number) AS total, SUM(number * number) AS squares FROM (
         SELECT COUNT(*) AS number FROM ${name} WHERE ${IS_SEEDED} AND ${condition} GROUP BY user_id) AS users`,
      [ids],
    )
    total += Number(row?.total ?? 0)
    squares += Number(row?.squares ?? 0)
  }
  const mean = total / users
  return {
    table: name,
    users,
    measured: mean > 0 ? Math.sqrt(Math.max(0, squares / users / mean ** 2 - 1)) : 0,
    planned: Math.sqrt((mean > 0 ? 1 / mean : 0) + activityCvSquared(dataset)),
  }
}

function groups({ whales }: Dataset, { shard }: SeededShard, userIds: readonly number[] | null) {
  if (userIds === null) {
    const ids = whales.filter((whale) => whale.shard === shard).map(({ userId }) => userId)
    return [{ condition: 'user_id NOT IN (?)', ids: ids.length > 0 ? ids : [-1] }]
  }
  return Array.from({ length: Math.ceil(userIds.length / USERS_PER_QUERY) }, (_, at) => ({
    condition: 'user_id IN (?)',
    ids: userIds.slice(at * USERS_PER_QUERY, (at + 1) * USERS_PER_QUERY),
  }))
}

function activityCvSquared({ activity }: Dataset): number {
  let secondMoment = 0
  let [users, orders] = [0, 0]
  for (const { shareOfUsers, shareOfOrders } of activity) {
    const [width, height] = [(shareOfUsers - users) / TWO_32, (shareOfOrders - orders) / TWO_32]
    secondMoment += height ** 2 / width
    users = shareOfUsers
    orders = shareOfOrders
  }
  return secondMoment - 1
}
