// What the old interfaces do, done by the new business layer: whoever is asked, the monolith or the interface layer's adapter,
// puts the question and the answer into the old shape. Others are told of it by the store's own messages.

import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import type { LegacyItem, LegacyOrderLine, LegacyOrderState } from '../../contracts/legacy-api.ts'
import { rowStatusOfOrder, rowStatusOfPayment } from '../../contracts/legacy-status.ts'
import { dateTimeText } from '../../contracts/legacy-text.ts'
import { CHANNELS, type OrderItem, PAYMENT_METHODS } from '../../contracts/order.ts'
import type { NamedOrder } from '../aggregation/numbered.ts'
import type { OrderFlows } from '../aggregation/order-flows.ts'
import { asCheckout, asSubmitted } from './as-checkout.ts'
import { askUntilAnswered } from './ask-until-answered.ts'
import type { LegacyOrders } from './legacy-orders.ts'
import type { OldRecords } from './old-records.ts'

type NumberedOrder = Omit<NamedOrder, 'productNames'>

export interface BusinessLayerOptions {
  readonly flows: Pick<OrderFlows, 'checkout' | 'changeStatus' | 'numbered' | 'numberedPage'>
  readonly records: OldRecords
}

export function businessLayer({ flows, records }: BusinessLayerOptions): LegacyOrders {
  return {
    list: async ({ userId, page, size }, context) => {
      const [{ total, orders, productNames }, nickname] = await Promise.all([
        flows.numberedPage({ userId, page, size }, context),
        records.nickname({ userId }, context),
      ])
      const lines = orders.map((order) => ({
        ...lineOf(order, nickname),
        firstProduct: productNames[String(order.items[0]?.productId)] ?? null,
      }))
      return { total, page, size, orders: lines }
    },
    detail: async ({ userId, orderNo }, context) => {
      const [found, nickname] = await Promise.all([
        flows.numbered({ userId, legacyNo: orderNo }, context),
        records.nickname({ userId }, context),
      ])
      if (!found) return null
      const items = found.items.map((item) => itemOf(item, found.productNames))
      return { ...lineOf(found, nickname), updateTime: dateTimeText(found.order.updatedAtMs), items }
    },
    submit: async (order, context) => {
      const { userId, submitToken: idempotencyKey } = order
      const call = { userId, idempotencyKey, body: asCheckout(order) }
      const before = await records.submittedBefore(order, context)
      if (before) return before
      return asSubmitted(await askUntilAnswered(() => flows.checkout(call, context), context))
    },
    settle: async ({ userId, orderNo, event }, context) => {
      const before = await flows.numbered({ userId, legacyNo: orderNo }, context)
      if (!before) return null
      const changed = await flows.changeStatus({ userId, orderId: before.order.orderId, event }, context)
      return changed && stateOf({ legacyNo: orderNo, order: { ...before.order, status: changed.status } })
    },
  }
}

function stateOf({ legacyNo, order }: Pick<NumberedOrder, 'legacyNo' | 'order'>): LegacyOrderState {
  return {
    orderNo: legacyNo,
    status: rowStatusOfOrder(order.status),
    amount: decimalOfCents(order.amountCents),
  }
}

function lineOf(found: NumberedOrder, nickname: string): LegacyOrderLine {
  const { order, payment } = found
  return {
    ...stateOf(found),
    userId: order.userId,
    nickname,
    payStatus: rowStatusOfPayment(payment.status),
    payMethod: PAYMENT_METHODS.indexOf(payment.method),
    channel: CHANNELS.indexOf(order.channel),
    region: order.region,
    itemCount: order.itemCount,
    createTime: dateTimeText(order.createdAtMs),
  }
}

function itemOf(item: OrderItem, productNames: NamedOrder['productNames']): LegacyItem {
  const { lineNo, productId, quantity, unitPriceCents } = item
  return {
    lineNo,
    productId,
    productName: productNames[String(productId)] ?? null,
    quantity,
    unitPrice: decimalOfCents(unitPriceCents),
  }
}
