// The order service as others call it: its own tables, its own index. In-process and over HTTP alike.

import type { Dataset } from '../../../contracts/dataset.ts'
import type { CheckoutResponse } from '../../../contracts/gateway-api.ts'
import type { Channel, Order, OrderItem, OrderStatus, PaymentMethod } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import type { NumberedOrder, NumberedPage } from '../../storage/order-store.ts'
import type { WholeOrder } from '../../storage/whole-order.ts'
import type { CallContext } from '../../telemetry/call-context.ts'

export interface AnswerKey {
  readonly userId: number
  readonly idempotencyKey: string
  /** SHA-256 of the request in its canonical form, hex: the same key with another request is refused. */
  readonly requestHash: string
}

export interface PlaceOrder extends AnswerKey {
  readonly channel: Channel
  readonly region: number
  readonly paymentMethod: PaymentMethod
  /** With the prices the buyer is charged. */
  readonly items: readonly OrderItem[]
}

export interface OwnOrder {
  readonly orderId: OrderId
  readonly userId: number
}

export interface AnyOrder {
  readonly orderId: OrderId
}

/** What may happen to an order: see change-status.ts. */
export const STATUS_EVENTS = ['pay', 'cancel', 'refund'] as const
export type StatusEvent = (typeof STATUS_EVENTS)[number]

export interface ChangeStatus extends OwnOrder {
  readonly event: StatusEvent
}

export interface OwnOrders {
  readonly userId: number
  readonly limit: number
  /** Only orders older than this one. */
  readonly before?: OrderId | undefined
}

/** By the number under which the old interfaces know it. */
export interface OwnNumber {
  readonly userId: number
  readonly legacyNo: number
}

/** By its number, counted from 1: what comes in between moves an order to the next one. */
export interface OldPage {
  readonly userId: number
  readonly page: number
  readonly size: number
}

export interface OrderSearch {
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  readonly region?: number | undefined
  readonly status?: OrderStatus | undefined
  readonly limit: number
  readonly after?: SearchPosition | undefined
}

export interface SearchPosition {
  readonly createdAtMs: number
  readonly orderId: OrderId
}

export interface FoundOrders {
  /** Newest first, as MySQL has them now. */
  readonly orders: readonly Order[]
  /** Where the next page starts; null: this was the last. */
  readonly next: SearchPosition | null
}

/** Who answers the old interfaces, as the switches say. */
export interface OldTraffic {
  /** Of 100 users, so many are answered by the interface layer: see contracts/gray-share.ts. */
  readonly grayPercent: number
}

export interface OrderService {
  /** Stores order, items, first payment, search event and the answer to the key, or nothing; or finds the answer. */
  place(request: PlaceOrder, context: CallContext): Promise<CheckoutResponse>
  /** The answer already given to this key; null: none yet. */
  storedAnswer(request: AnswerKey, context: CallContext): Promise<CheckoutResponse | null>
  /** null when this user has no such order. */
  find(request: OwnOrder, context: CallContext): Promise<WholeOrder | null>
  /** Of whichever user; null when there is no such order. */
  lookUp(request: AnyOrder, context: CallContext): Promise<WholeOrder | null>
  /** The order after the event; null when this user has no such order. */
  changeStatus(request: ChangeStatus, context: CallContext): Promise<Order | null>
  /** Newest first. */
  list(request: OwnOrders, context: CallContext): Promise<readonly Order[]>
  search(request: OrderSearch, context: CallContext): Promise<FoundOrders>
  /** null when this user has no such order. */
  numbered(request: OwnNumber, context: CallContext): Promise<NumberedOrder | null>
  numberedPage(request: OldPage, context: CallContext): Promise<NumberedPage>
  dataset(request: Readonly<Record<string, never>>, context: CallContext): Promise<Dataset | null>
  oldTraffic(request: Readonly<Record<string, never>>, context: CallContext): Promise<OldTraffic>
}
