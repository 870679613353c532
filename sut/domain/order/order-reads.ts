// Reading orders: one user's by key from MySQL (details through a short-lived cache), any by the search index.

import { type OrderId, shardOfOrder } from '../../../contracts/order-id.ts'
import { shardOf } from '../../../contracts/shard.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { selectOrders } from '../../storage/order-tables.ts'
import type { OrderIndex } from '../../storage/search-index.ts'
import { selectWholeOrder, type WholeOrder } from '../../storage/whole-order.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { FoundOrders, OrderSearch, OwnOrder } from './order-service.ts'

export async function findOwnOrder(
  pool: MysqlPool,
  { orderId, userId }: OwnOrder,
  context: CallContext,
): Promise<WholeOrder | null> {
  // The id names its shard: another user's order mostly lies in another table.
  if (shardOfOrder(orderId) !== shardOf(userId)) return null
  return (await selectWholeOrder(pool, { orderId, userId }, context)) ?? null
}

export async function searchOrders(
  pool: MysqlPool,
  index: OrderIndex,
  search: OrderSearch,
  context: CallContext,
): Promise<FoundOrders> {
  const { fromMs, toMs, region, status, limit, after } = search
  const hits = await index.find({ fromMs, toMs, region, status, limit, after }, context)
  const rows = await selectOrders(
    pool,
    hits.map(({ orderId }) => orderId),
    context,
  )
  const byId = new Map<OrderId, (typeof rows)[number]>(rows.map((order) => [order.orderId, order]))
  // A hit without its row, or whose row has moved on, is the index running behind: MySQL decides.
  const orders = hits.flatMap(({ orderId }) => {
    const order = byId.get(orderId)
    return order && (status === undefined || order.status === status) ? [order] : []
  })
  return { orders, next: hits.length === limit ? (hits.at(-1) ?? null) : null }
}
