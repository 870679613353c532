// Skew against the plan: whales' share over all tables, and orders per user within one table.

import type { Connection } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import { TWO_32 } from '../../contracts/seeded-order.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import { rows } from '../store/mysql-connection.ts'
import type { Finding } from './finding.ts'
import { IS_SEEDED } from './row-rules.ts'

export interface SkewFigures {
  /** Rows of the fullest and the emptiest of the tables that were not filled on purpose. */
  readonly tableRowsMin: number
  readonly tableRowsMax: number
  readonly whaleShare: { readonly measured: number; readonly planned: number }
  /** Standard deviation ÷ mean of orders per ordinary user, in one table; null: every table is too large to group. */
  readonly userCv: {
    readonly table: string
    readonly users: number
    readonly measured: number
    readonly planned: number
  } | null
}

/** A right law strays further once in 1.7 million runs. */
const SIGMAS = 5
/** One table tells: the draws are the same law in each. Grouping it by user must not take minutes. */
const MAX_GROUPED_ROWS = 5_000_000
const USER_CV_TOLERANCE = 0.1
/** With fewer, chance alone moves the figure further than that. */
const MIN_USERS_TO_JUDGE = 500

export async function verifySkew(
  connection: Connection,
  dataset: Dataset,
  shards: readonly number[],
): Promise<{ readonly findings: readonly Finding[]; readonly figures: SkewFigures }> {
  const tables = dataset.shards.filter(({ shard }) => shards.includes(shard))
  const ordinary = tables.filter(({ shard }) => !dataset.fullShards.includes(shard))
  const sizes = (ordinary.length > 0 ? ordinary : tables).map(({ orders }) => orders)
  const whales = await whaleOrders(connection, dataset, shards)
  const userCv = await measuredUserCv(connection, dataset, shards)
  const orders = tables.reduce((sum, table) => sum + table.orders, 0)
  const figures: SkewFigures = {
    tableRowsMin: Math.min(...sizes),
    tableRowsMax: Math.max(...sizes),
    whaleShare: { measured: whales.measured / orders, planned: whales.expected / orders },
    userCv,
  }
  const findings: Finding[] = []
  if (Math.abs(whales.measured - whales.expected) > SIGMAS * Math.sqrt(whales.expected) + 1) {
    const samples = [`${whales.measured} orders by whales, ${Math.round(whales.expected)} planned`]
    findings.push({ check: 'skew', where: 'orders', what: 'whales have another share than planned', count: 1, samples })
  }
  if (
    userCv &&
    userCv.users >= MIN_USERS_TO_JUDGE &&
    Math.abs(userCv.measured / userCv.planned - 1) > USER_CV_TOLERANCE
  ) {
    const samples = [`CV of orders per user ${userCv.measured.toFixed(3)}, planned ${userCv.planned.toFixed(3)}`]
    findings.push({
      check: 'skew',
      where: userCv.table,
      what: 'users are not as unequal as planned',
      count: 1,
      samples,
    })
  }
  return { findings, figures }
}

async function whaleOrders(connection: Connection, dataset: Dataset, shards: readonly number[]) {
  let measured = 0
  let expected = 0
  for (const { shard, orders, whales, whaleWeight } of dataset.shards.filter((table) => shards.includes(table.shard))) {
    if (whales === 0) continue
    expected += (orders * whaleWeight) / TWO_32
    const ids = dataset.whales.filter((whale) => whale.shard === shard).map(({ userId }) => userId)
    const [row] = await rows<{ number: number }>(
      connection,
      `SELECT COUNT(*) AS number FROM ${tableName('orders', shard as Shard)} WHERE user_id IN (?) AND ${IS_SEEDED}`,
      [ids],
    )
    measured += Number(row?.number ?? 0)
  }
  return { measured, expected }
}

/** Orders fall on users at random within their class: a Poisson mixture, CV² = 1 ÷ mean + CV² of the activity. */
async function measuredUserCv(connection: Connection, dataset: Dataset, shards: readonly number[]) {
  const candidates = dataset.shards.filter(({ shard, orders }) => shards.includes(shard) && orders <= MAX_GROUPED_ROWS)
  const table = candidates.toSorted((one, other) => other.orders - one.orders)[0]
  if (!table) return null
  const name = tableName('orders', table.shard as Shard)
  const whales = dataset.whales.filter(({ shard }) => shard === table.shard).map(({ userId }) => userId)
  const [row] = await rows<{ total: number; squares: number }>(
    connection,
    `SELECT SUM(number) AS total, SUM(number * number) AS squares FROM (
       SELECT COUNT(*) AS number FROM ${name} WHERE ${IS_SEEDED} AND user_id NOT IN (?) GROUP BY user_id) AS users`,
    [whales.length > 0 ? whales : [-1]],
  )
  const mean = Number(row?.total ?? 0) / table.users
  const meanSquare = Number(row?.squares ?? 0) / table.users
  return {
    table: name,
    users: table.users,
    measured: mean > 0 ? Math.sqrt(Math.max(0, meanSquare / mean ** 2 - 1)) : 0,
    planned: Math.sqrt((mean > 0 ? 1 / mean : 0) + activityCvSquared(dataset)),
  }
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
