// A user's orders, newest first: one table, one index, one page.

import type { ListResponse } from '../../contracts/gateway-api.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { DomainServices, ListCall } from './order-flows.ts'
import { summaryOf } from './order-summary.ts'

export async function list(
  { order }: Pick<DomainServices, 'order'>,
  { userId, limit, before }: ListCall,
  context: CallContext,
): Promise<ListResponse> {
  const orders = await order.list({ userId, limit, before }, context)
  const last = orders.at(-1)
  return { orders: orders.map(summaryOf), nextBefore: last && orders.length === limit ? last.orderId : null }
}
