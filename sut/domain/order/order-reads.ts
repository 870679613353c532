// Reading orders by the search index: it finds ids, the store that is read has the rows.

import type { OrderId } from '../../../contracts/order-id.ts'
import type { OrderStore } from '../../storage/order-store.ts'
import type { OrderIndex } from '../../storage/search-index.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { FoundOrders, OrderSearch } from './order-service.ts'

export async function searchOrders(
  store: Pick<OrderStore, 'byIds'>,
  index: OrderIndex,
  search: OrderSearch,
  context: CallContext,
): Promise<FoundOrders> {
  const { fromMs, toMs, region, status, limit, after } = search
  const hits = await index.find({ fromMs, toMs, region, status, limit, after }, context)
  const rows = await store.byIds(
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
