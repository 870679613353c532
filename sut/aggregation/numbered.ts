// What the old interfaces show: orders by their numbers, page by page, with the names of their products. Without the catalogue
// the names are missing, as they are of products that have left it.

import type { OldPage, OrderService, OwnNumber } from '../domain/order/order-service.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { DomainServices } from './order-flows.ts'

type NumberedOrder = NonNullable<Awaited<ReturnType<OrderService['numbered']>>>

/** By product id. JSON has no other keys than text. */
type ProductNames = Readonly<Record<string, string>>

export interface NamedOrder extends NumberedOrder {
  readonly productNames: ProductNames
}

export interface NamedPage {
  readonly total: number
  readonly orders: readonly NumberedOrder[]
  /** Of the first item of each. */
  readonly productNames: ProductNames
}

export async function numbered(
  { order, products }: DomainServices,
  call: OwnNumber,
  context: CallContext,
): Promise<NamedOrder | null> {
  const found = await order.numbered(call, context)
  if (!found) return null
  const productIds = found.items.map(({ productId }) => productId)
  return { ...found, productNames: namesIn(await products.names(productIds, context)) }
}

export async function numberedPage(
  { order, products }: DomainServices,
  call: OldPage,
  context: CallContext,
): Promise<NamedPage> {
  const { total, orders } = await order.numberedPage(call, context)
  const firsts = [...new Set(orders.flatMap(({ items: [first] }) => first?.productId ?? []))]
  const productNames = firsts.length === 0 ? {} : namesIn(await products.names(firsts, context))
  return { total, orders, productNames }
}

function namesIn(products: Awaited<ReturnType<DomainServices['products']['names']>>): ProductNames {
  return Object.fromEntries([...products].map(([productId, { name }]) => [productId, name]))
}
