// The ids of all orders, through all tables at once: some of each, and a page ends where the table that is read least ends.

import { compareOrderIds, type OrderId } from '../../../contracts/order-id.ts'
import { SHARD_COUNT, type Shard } from '../../../contracts/shard.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { sqlOf, sqlPerShard } from '../columns.ts'
import type { Statement } from '../mysql-lane.ts'
import type { MysqlPool, ServerLane } from '../mysql-pool.ts'
import type { IdPage } from '../order-store.ts'

const idsOf = (table: string) => `SELECT DISTINCT order_id FROM ${table} WHERE order_id > ? ORDER BY order_id LIMIT ?`
/** Payments too: what has a payment and no order is to be found. */
const SELECT_IDS = [sqlPerShard('orders', idsOf), sqlPerShard('payments', idsOf)]
/** Orders are spread evenly: so a page has about the size that was asked for. */
const TIMES_THE_MEAN = 2

export async function shardedIdsAfter(
  pool: MysqlPool,
  after: OrderId | null,
  size: number,
  context: CallContext,
): Promise<IdPage> {
  const limit = Math.ceil((TIMES_THE_MEAN * size) / SHARD_COUNT)
  const select = (shard: Shard): readonly Statement[] =>
    SELECT_IDS.map((perShard) => ({ sql: sqlOf(perShard, shard), values: [BigInt(after ?? 0), limit] }))
  const read = await Promise.all(
    pool.mirror.map(({ lane, shards }: ServerLane) => lane.rowsOfEach(shards.flatMap(select), context)),
  )
  const tables = (read.flat() as readonly (readonly { readonly order_id: OrderId }[])[]).map((rows) =>
    rows.map(({ order_id }) => order_id),
  )
  return pageOf(tables, limit)
}

/** Of the lowest ids of each table, `limit` at most: further ones may be left out beyond the last of a full list. */
export function pageOf(tables: readonly (readonly OrderId[])[], limit: number): IdPage {
  const ends = tables.flatMap((ids) => (ids.length < limit ? [] : (ids.at(-1) ?? [])))
  const [upTo = null] = ends.toSorted(compareOrderIds)
  const known = new Set(tables.flat())
  const orderIds = [...known].filter((orderId) => upTo === null || compareOrderIds(orderId, upTo) <= 0)
  return { orderIds: orderIds.toSorted(compareOrderIds), upTo }
}
