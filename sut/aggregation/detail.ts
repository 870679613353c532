// One order with its items and payment, put together from three services. Names are decoration: without the catalogue the
// answer is still given, and says so. Without the payment it would be wrong, so it is refused.

import type { Product } from '../../contracts/catalogue.ts'
import type { DetailResponse } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { DetailCall, DomainServices } from './order-flows.ts'
import { summaryOf } from './order-summary.ts'

export async function detail(
  { order, payment, catalogue }: DomainServices,
  call: DetailCall,
  context: CallContext,
): Promise<DetailResponse | null> {
  const [found, paid] = await Promise.all([order.find(call, context), payment.latest(call, context)])
  if (!found) return null
  if (!paid) throw new SutError('internal', 'the payment of this order is missing')
  const productIds = found.items.map(({ productId }) => productId)
  const products = await catalogue.products({ productIds }, context).catch((): readonly Product[] => [])
  const nameOf = new Map(products.map(({ productId, name }) => [productId, name]))
  return {
    order: summaryOf(found.order),
    items: found.items.map((item) => ({ ...item, productName: nameOf.get(item.productId) ?? '' })),
    payment: {
      status: paid.status,
      method: paid.method,
      amountCents: paid.amountCents,
      updatedAtMs: paid.updatedAtMs,
    },
    ...(productIds.every((productId) => nameOf.has(productId)) ? {} : { degraded: ['product-names'] }),
  }
}
