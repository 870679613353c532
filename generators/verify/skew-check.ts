// Skew against the plan: whales' share over all tables, and orders per user within one table.

import type { Connection } from 'mysql2/promise'
import type { Dataset, SeededShard } from '../../contracts/dataset.ts'
import { TWO_32 } from '../../contracts/seeded-order.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import { rows } from '../store/mysql-connection.ts'
import type { Finding } from './finding.ts'
import { IS_SEEDED } from './row-rules.ts'
import { measureUserCv, type UserCv, usersToGroup } from './user-skew.ts'

export interface SkewFigures {
  /** Rows of the fullest and the emptiest of the tables that were not filled on purpose. */
  readonly tableRowsMin: number
  readonly tableRowsMax: number
  readonly whaleShare: { readonly measured: number; readonly planned: number }
  /** Of the table with the most users, or why they are not judged. */
  readonly userCv: UserCv | { readonly notJudged: string }
}

/** A right law strays further once in 1.7 million runs. */
const SIGMAS = 5
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
  const userCv = await judgedUsers(connection, dataset, tables)
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
  if (!('notJudged' in userCv) && Math.abs(userCv.measured / userCv.planned - 1) > USER_CV_TOLERANCE) {
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

/** One table tells: the draws are the same law in each. */
async function judgedUsers(
  connection: Connection,
  dataset: Dataset,
  tables: readonly SeededShard[],
): Promise<SkewFigures['userCv']> {
  const [table] = tables.toSorted((one, other) => other.users - one.users)
  if (!table || table.users < MIN_USERS_TO_JUDGE) {
    return { notJudged: `no table has ${MIN_USERS_TO_JUDGE} users or more` }
  }
  const sample = usersToGroup(table)
  if (sample && !(await hasUserIndex(connection, table))) {
    return { notJudged: `${tableName('orders', table.shard as Shard)} has no index by user, and is too large without` }
  }
  return measureUserCv(connection, dataset, table, sample)
}

/** Without it every look at some users scans the table. */
async function hasUserIndex(connection: Connection, { shard }: SeededShard): Promise<boolean> {
  const found = await rows(
    connection,
    `SHOW INDEX FROM ${tableName('orders', shard as Shard)} WHERE Column_name = 'user_id' AND Seq_in_index = 1`,
  )
  return found.length > 0
}
