// Orders that look different at one glance at both stores, and which of a page lie in one store only: cheap, and to be judged.

import type { OrderId } from '../../contracts/order-id.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { type ComparedStores, findingsOf, lookAtOrders } from './order-sights.ts'

export async function findSuspects(
  stores: ComparedStores,
  orderIds: readonly OrderId[],
  within: () => CallContext,
): Promise<readonly OrderId[]> {
  const sights = await lookAtOrders(stores, orderIds, within)
  return [...sights].filter(([orderId, seen]) => findingsOf(orderId, seen).length > 0).map(([orderId]) => orderId)
}
