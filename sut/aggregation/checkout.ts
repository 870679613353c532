// Checkout: prices come from the catalogue, never from the client; the order service stores all or nothing.

import { createHash } from 'node:crypto'
import type { CheckoutRequest, CheckoutResponse } from '../../contracts/gateway-api.ts'
import type { OrderItem } from '../../contracts/order.ts'
import type { CatalogueService } from '../domain/catalogue/catalogue-service.ts'
import { SutError } from '../errors.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { CheckoutCall, DomainServices } from './order-flows.ts'

export async function checkout(
  { order, catalogue }: Pick<DomainServices, 'order' | 'catalogue'>,
  { userId, idempotencyKey, body }: CheckoutCall,
  context: CallContext,
): Promise<CheckoutResponse> {
  const key = { userId, idempotencyKey, requestHash: requestHash(body) }
  let items: readonly OrderItem[]
  try {
    items = await priced(catalogue, body, context)
  } catch (error) {
    // A key that has its answer keeps it, also when the product has left the catalogue or the catalogue is down.
    const stored = await order.storedAnswer(key, context)
    if (stored) return stored
    throw error
  }
  const { channel, region, paymentMethod } = body
  return order.place({ ...key, channel, region, paymentMethod, items }, context)
}

async function priced(
  catalogue: CatalogueService,
  body: CheckoutRequest,
  context: CallContext,
): Promise<readonly OrderItem[]> {
  const productIds = body.items.map(({ productId }) => productId)
  const products = await catalogue.products({ productIds }, context)
  const priceOf = new Map(products.map((product) => [product.productId, product.priceCents]))
  return body.items.map(({ productId, quantity }, index) => {
    const unitPriceCents = priceOf.get(productId)
    if (unitPriceCents === undefined) throw new SutError('unknown-product', `there is no product ${productId}`)
    return { lineNo: index + 1, productId, quantity, unitPriceCents }
  })
}

/** Of what was asked for, not of how it was written: fields in a fixed order, items as they came. */
export function requestHash({ channel, region, paymentMethod, items }: CheckoutRequest): string {
  const canonical = [channel, region, paymentMethod, items.map(({ productId, quantity }) => [productId, quantity])]
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex')
}
