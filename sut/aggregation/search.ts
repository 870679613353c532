// Orders of all users by time, region and status, newest first.

import { MAX_SEARCH_RANGE_MS, pageSize, type SearchQuery, type SearchResponse } from '../../contracts/gateway-api.ts'
import { isOrderId } from '../../contracts/order-id.ts'
import type { SearchPosition } from '../domain/order/order-service.ts'
import { SutError } from '../errors.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { DomainServices } from './order-flows.ts'
import { summaryOf } from './order-summary.ts'

export async function search(
  { order }: Pick<DomainServices, 'order'>,
  query: SearchQuery,
  context: CallContext,
): Promise<SearchResponse> {
  const { fromMs, toMs, region, status, limit = pageSize.default } = query
  if (toMs <= fromMs) throw new SutError('bad-request', 'toMs must lie after fromMs')
  if (toMs - fromMs > MAX_SEARCH_RANGE_MS) {
    throw new SutError('bad-request', `the range is longer than ${MAX_SEARCH_RANGE_MS / 86_400_000} days`)
  }
  const after = query.after === undefined ? undefined : positionOf(query.after)
  const { orders, next } = await order.search({ fromMs, toMs, region, status, limit, after }, context)
  return { orders: orders.map(summaryOf), nextAfter: next ? `${next.createdAtMs}:${next.orderId}` : null }
}

/** `createdAtMs:orderId`, as an earlier page's `nextAfter`. */
function positionOf(text: string): SearchPosition {
  const [createdAt = '', orderId = ''] = text.split(':')
  const createdAtMs = Number(createdAt)
  if (!Number.isSafeInteger(createdAtMs) || !isOrderId(orderId)) {
    throw new SutError('bad-request', 'after is not a nextAfter of an earlier page')
  }
  return { createdAtMs, orderId }
}
