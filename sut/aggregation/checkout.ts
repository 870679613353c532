// Checkout: prices come from the catalogue, never from the client; the order service stores all or nothing.

import { createHash } from 'node:crypto'
import type { CheckoutRequest, CheckoutResponse } from '../../contracts/gateway-api.ts'
import type { OrderItem } from '../../contracts/order.ts'
import type { Products } from '../domain/catalogue/product-memory.ts'
import { SutError } from '../errors.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { CheckoutCall, DomainServices } from './order-flows.ts'

export async function checkout(
  { order, products }: DomainServices,
  { userId, idempotencyKey, body }: CheckoutCall,
  context: CallContext,
): Promise<CheckoutResponse> {
  const key = { userId, idempotencyKey, requestHash: requestHash(body) }
  const productIds = body.items.map(({ productId }) => productId)
  let prices = products.fresh(productIds)
  if (!prices) {
    // A key that has its answer keeps it, also when a product has left the catalogue or the catalogue does not answer: it is
    // looked up before anything is waited for. With fresh prices the order's own transaction finds it.
    const stored = await order.storedAnswer(key, context)
    if (stored) return stored
    prices = await products.prices(productIds, context)
  }
  const { channel, region, paymentMethod } = body
  return order.place({ ...key, channel, region, paymentMethod, items: priced(body, prices) }, context)
}

function priced({ items }: CheckoutRequest, prices: Products): readonly OrderItem[] {
  return items.map(({ productId, quantity }, index) => {
    const unitPriceCents = prices.get(productId)?.priceCents
    if (unitPriceCents === undefined) throw new SutError('unknown-product', `there is no product ${productId}`)
    return { lineNo: index + 1, productId, quantity, unitPriceCents }
  })
}

/** Of what was asked for, not of how it was written: fields in a fixed order, items as they came. */
export function requestHash({ channel, region, paymentMethod, items }: CheckoutRequest): string {
  const canonical = [channel, region, paymentMethod, items.map(({ productId, quantity }) => [productId, quantity])]
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex')
}
