// An order as the front-ends see it: version and update time stay inside.

import type { OrderSummary } from '../../contracts/gateway-api.ts'
import type { Order } from '../../contracts/order.ts'

export function summaryOf(order: Order): OrderSummary {
  const { orderId, userId, status, channel, region, itemCount, amountCents, createdAtMs } = order
  return { orderId, userId, status, channel, region, itemCount, amountCents, createdAtMs }
}
