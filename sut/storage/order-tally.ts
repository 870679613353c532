// How many orders a store holds from some moment on, and the sum of their versions, per shard: enough to see, while writers
// wait, whether the other store knows what was written last. By the order's time, a range of its key: older orders are the
// full comparison's.

import { LEGACY_KINDS, LEGACY_ORDERS_TABLE } from '../../contracts/legacy-tables.ts'
import { type OrderId, SHARD_SHIFT } from '../../contracts/order-id.ts'
import { SHARD_COUNT, type Shard, tableName } from '../../contracts/shard.ts'
import type { StoreName } from '../../contracts/switches.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { SqlValue } from './mysql-connection.ts'
import type { ServerLane } from './mysql-pool.ts'

export interface ShardTally {
  readonly orders: number
  readonly versions: number
}

export interface TallyRange {
  readonly sinceOrderId: OrderId
  /** Orders that are known to stay behind. */
  readonly without: readonly OrderId[]
}

interface TallyRow {
  readonly shard: number | string
  readonly orders: number | string
  readonly versions: string | null
}

const SUMS = 'COUNT(*) AS orders, SUM(version) AS versions'

/** Shards without such an order are left out. */
export async function tallyOrders(
  store: StoreName,
  servers: readonly ServerLane[],
  range: TallyRange,
  context: CallContext,
): Promise<ReadonlyMap<Shard, ShardTally>> {
  const rows = await Promise.all(
    servers.map(({ lane, shards }) => {
      const { sql, values } = store === 'legacy' ? legacyTally(range) : shardedTally(shards, range)
      return lane.rows<TallyRow>(sql, values, context)
    }),
  )
  const found = rows.flat().filter(({ orders }) => Number(orders) > 0)
  return new Map(
    found.map(({ shard, orders, versions }) => [
      Number(shard) as Shard,
      { orders: Number(orders), versions: Number(versions ?? 0) },
    ]),
  )
}

function legacyTally(range: TallyRange): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const { condition, values } = conditionOf(range)
  const shard = `(order_id >> ${SHARD_SHIFT}) & ${SHARD_COUNT - 1}`
  return {
    sql: `SELECT ${shard} AS shard, ${SUMS} FROM ${LEGACY_ORDERS_TABLE}
      WHERE kind = ${LEGACY_KINDS.product} AND ${condition} GROUP BY ${shard}`,
    values,
  }
}

function shardedTally(shards: readonly Shard[], range: TallyRange) {
  const { condition, values } = conditionOf(range)
  const perShard = shards.map(
    (shard) => `(SELECT ${shard} AS shard, ${SUMS} FROM ${tableName('orders', shard)} WHERE ${condition})`,
  )
  return { sql: perShard.join(' UNION ALL '), values: perShard.flatMap(() => values) }
}

function conditionOf({ sinceOrderId, without }: TallyRange) {
  const since = BigInt(sinceOrderId)
  if (without.length === 0) return { condition: 'order_id >= ?', values: [since] as readonly SqlValue[] }
  const values: readonly SqlValue[] = [since, without.map(BigInt)]
  return { condition: 'order_id >= ? AND order_id NOT IN (?)', values }
}
