// A user opens one order of theirs: the order, its items and its payment in one answer.

import { type DetailResponse, ROUTES } from '../../contracts/gateway-api.ts'
import { type OrderStatus, PAYMENT_STATUS_OF } from '../../contracts/order.ts'
import { appRequest } from '../app-request.ts'
import type { Operation } from '../operation.ts'

export const detail: Operation = {
  flow: 'detail',
  prepare({ settings, order: { orderId, userId }, status }) {
    const target = ROUTES.detail.path.replace(':orderId', orderId)
    return {
      ...appRequest(settings, { flow: 'detail', method: 'GET', target, userId }),
      expectedStatus: 200,
      wrong: (body) => wrongDetail(body as DetailResponse, { orderId, userId, status }),
    }
  },
}

interface Asked {
  readonly orderId: string
  readonly userId: number
  readonly status: OrderStatus | null
}

function wrongDetail({ order, items, payment }: DetailResponse, { orderId, userId, status }: Asked): string | null {
  if (order.orderId !== orderId) return 'detail is of the order asked for'
  if (order.userId !== userId) return 'detail belongs to the user'
  if (items.length === 0 || items.length !== order.itemCount) return 'detail has all items'
  const sumCents = items.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0)
  if (sumCents !== order.amountCents) return 'detail: items sum to the amount'
  if (payment.amountCents !== order.amountCents) return 'detail: payment is of the amount'
  if (payment.status !== PAYMENT_STATUS_OF[order.status]) return 'detail: payment status fits the order status'
  // Whoever paid must see it paid, whatever was cached before.
  if (status !== null && order.status !== status) return `detail shows the order ${status}, as its user left it`
  return null
}
