// One order with its items and payment, which the order service reads as one value, and the names of its products. Names are
// decoration: without the catalogue the answer is still given, and says so.

import type { DetailResponse } from '../../contracts/gateway-api.ts'
import type { OrderService } from '../domain/order/order-service.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { DetailCall, DomainServices } from './order-flows.ts'
import { summaryOf } from './order-summary.ts'

export async function detail(
  { order, products }: DomainServices,
  call: DetailCall,
  context: CallContext,
): Promise<DetailResponse | null> {
  const found = await order.find(call, context)
  return found && (await withNames(found, products, context))
}

type WholeOrder = NonNullable<Awaited<ReturnType<OrderService['find']>>>

export async function withNames(
  found: WholeOrder,
  products: DomainServices['products'],
  context: CallContext,
): Promise<DetailResponse> {
  const { payment } = found
  const productIds = found.items.map(({ productId }) => productId)
  const named = await products.names(productIds, context)
  return {
    order: summaryOf(found.order),
    items: found.items.map((item) => ({ ...item, productName: named.get(item.productId)?.name ?? '' })),
    payment: {
      status: payment.status,
      method: payment.method,
      amountCents: payment.amountCents,
      updatedAtMs: payment.updatedAtMs,
    },
    ...(productIds.every((productId) => named.has(productId)) ? {} : { degraded: ['product-names'] }),
  }
}
