// How many orders a store holds up to some id, and what they cost, per shard: what an import is held against. Neither changes
// in an order's life.

import { centsOfDecimal } from '../../contracts/legacy-amount.ts'
import { LEGACY_ORDERS_TABLE } from '../../contracts/legacy-tables.ts'
import { type OrderId, SHARD_SHIFT, shardOfOrder } from '../../contracts/order-id.ts'
import { SHARD_COUNT, type Shard, tableName } from '../../contracts/shard.ts'
import type { StoreName } from '../../contracts/switches.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { Statement } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'

export interface ShardSums {
  readonly orders: number
  readonly cents: number
}

export interface SumRange {
  readonly upTo: OrderId
  /** Orders that the other store can never take. */
  readonly without: readonly OrderId[]
}

interface SumRow {
  readonly shard: number | string
  readonly orders: number | string
  readonly amount: string | null
}

/** Shards without an order are left out. */
export async function orderSums(
  store: StoreName,
  { upkeep }: MysqlPool,
  range: SumRange,
  context: CallContext,
): Promise<ReadonlyMap<Shard, ShardSums>> {
  const centsOf = store === 'legacy' ? centsOfDecimal : Number
  const read = await Promise.all(
    upkeep.map(({ lane, shards }) => {
      const { sql, values } = store === 'legacy' ? legacySums(range) : shardedSums(shards, range)
      return lane.rows<SumRow>(sql, values, context)
    }),
  )
  return new Map(
    read
      .flat()
      .filter(({ orders }) => Number(orders) > 0)
      .map(({ shard, orders, amount }) => [
        Number(shard) as Shard,
        { orders: Number(orders), cents: centsOf(amount ?? '0.00') },
      ]),
  )
}

/** Those from `after` on that have an order id, and rows that have none yet. */
export async function countLegacyOrders({ upkeep }: MysqlPool, after: OrderId | null, context: CallContext) {
  const [server] = upkeep
  if (!server) throw new RangeError("the monolith's database is one server")
  const [counted, without] = await server.lane.rowsOfEach(
    [
      {
        sql: `SELECT COUNT(*) AS counted FROM ${LEGACY_ORDERS_TABLE} WHERE order_id > ? AND payment_no = 0`,
        values: [BigInt(after ?? 0)],
      },
      { sql: `SELECT COUNT(*) AS counted FROM ${LEGACY_ORDERS_TABLE} WHERE order_id IS NULL`, values: [] },
    ],
    context,
  )
  const countIn = (rows: unknown) => Number((rows as readonly { readonly counted: string }[])[0]?.counted)
  return { orders: countIn(counted), rowsWithoutId: countIn(without) }
}

function legacySums(range: SumRange): Statement {
  const { condition, values } = conditionOf(range)
  const shard = `(order_id >> ${SHARD_SHIFT}) & ${SHARD_COUNT - 1}`
  return {
    sql: `SELECT ${shard} AS shard, COUNT(*) AS orders, SUM(amount) AS amount FROM ${LEGACY_ORDERS_TABLE}
      WHERE payment_no = 0 AND ${condition} GROUP BY ${shard}`,
    values,
  }
}

function shardedSums(shards: readonly Shard[], { upTo, without }: SumRange): Statement {
  // Each table is told of its own ones only: all of them 64 times would be more than a server takes in one statement.
  const withoutOf = Map.groupBy(without, shardOfOrder)
  const perShard = shards.map((shard) => {
    const { condition, values } = conditionOf({ upTo, without: withoutOf.get(shard) ?? [] })
    const sql = `(SELECT ${shard} AS shard, COUNT(*) AS orders, SUM(amount_cents) AS amount FROM ${tableName('orders', shard)}
        WHERE ${condition})`
    return { sql, values }
  })
  return { sql: perShard.map(({ sql }) => sql).join(' UNION ALL '), values: perShard.flatMap(({ values }) => values) }
}

/** NOT IN takes no empty list; no order has the id 0. */
function conditionOf({ upTo, without }: SumRange) {
  return { condition: 'order_id <= ? AND order_id NOT IN (?)', values: [BigInt(upTo), [0n, ...without.map(BigInt)]] }
}
