// What the front-ends may ask of the business layer: one operation per flow. In-process and over HTTP alike.

import type { Dataset } from '../../contracts/dataset.ts'
import type {
  CheckoutRequest,
  CheckoutResponse,
  DetailResponse,
  ListResponse,
  OrderSummary,
  SearchQuery,
  SearchResponse,
} from '../../contracts/gateway-api.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import type { ProductMemory } from '../domain/catalogue/product-memory.ts'
import type { OldPage, OldTraffic, OrderService, OwnNumber, StatusEvent } from '../domain/order/order-service.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { checkout } from './checkout.ts'
import { detail } from './detail.ts'
import { list } from './list.ts'
import { type NamedOrder, type NamedPage, numbered, numberedPage } from './numbered.ts'
import { summaryOf } from './order-summary.ts'
import { search } from './search.ts'

export interface CheckoutCall {
  readonly userId: number
  readonly idempotencyKey: string
  readonly body: CheckoutRequest
}

export interface ListCall {
  readonly userId: number
  readonly limit: number
  readonly before?: OrderId | undefined
}

export interface DetailCall {
  readonly userId: number
  readonly orderId: OrderId
}

export interface StatusCall extends DetailCall {
  readonly event: StatusEvent
}

export interface OrderFlows {
  checkout(call: CheckoutCall, context: CallContext): Promise<CheckoutResponse>
  list(call: ListCall, context: CallContext): Promise<ListResponse>
  /** null: this user has no such order. */
  detail(call: DetailCall, context: CallContext): Promise<DetailResponse | null>
  /** null: this user has no such order. */
  changeStatus(call: StatusCall, context: CallContext): Promise<OrderSummary | null>
  search(query: SearchQuery, context: CallContext): Promise<SearchResponse>
  /** For the old interfaces. null: this user has no such order. */
  numbered(call: OwnNumber, context: CallContext): Promise<NamedOrder | null>
  numberedPage(call: OldPage, context: CallContext): Promise<NamedPage>
  /** What was seeded below; null: nothing was. */
  dataset(call: Readonly<Record<string, never>>, context: CallContext): Promise<Dataset | null>
  /** Who answers the old interfaces: the front-ends see no database. */
  oldTraffic(call: Readonly<Record<string, never>>, context: CallContext): Promise<OldTraffic>
}

export interface DomainServices {
  readonly order: OrderService
  readonly products: ProductMemory
}

export function orderFlows(domain: DomainServices): OrderFlows {
  return {
    checkout: (call, context) => checkout(domain, call, context),
    list: (call, context) => list(domain, call, context),
    detail: (call, context) => detail(domain, call, context),
    changeStatus: async (call, context) => {
      const order = await domain.order.changeStatus(call, context)
      return order && summaryOf(order)
    },
    search: (query, context) => search(domain, query, context),
    numbered: (call, context) => numbered(domain, call, context),
    numberedPage: (call, context) => numberedPage(domain, call, context),
    dataset: (call, context) => domain.order.dataset(call, context),
    oldTraffic: (call, context) => domain.order.oldTraffic(call, context),
  }
}
