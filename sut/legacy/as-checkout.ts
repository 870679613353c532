// A page of the old interfaces as the checkout that it asks for, and its order's state as they tell it: so that a page which is
// submitted again after the monolith has been switched is the order that it was.

import type { CheckoutRequest, CheckoutResponse } from '../../contracts/gateway-api.ts'
import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import type { LegacyOrderState } from '../../contracts/legacy-api.ts'
import { legacyNumberOf } from '../../contracts/legacy-number.ts'
import { LEGACY_STATUS } from '../../contracts/legacy-tables.ts'
import { CHANNELS, PAYMENT_METHODS } from '../../contracts/order.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { SutError } from '../errors.ts'
import { nameAt } from '../storage/name-at.ts'
import type { SubmitOrder } from './legacy-orders.ts'

export function asCheckout({ channel, region, payMethod, lines }: SubmitOrder): CheckoutRequest {
  return {
    channel: nameAt(CHANNELS, channel),
    region,
    paymentMethod: nameAt(PAYMENT_METHODS, payMethod),
    items: lines.map(({ productId, quantity }) => ({ productId, quantity })),
  }
}

/** As it was placed, also where it has gone on since: whoever submits a page again wants its number. */
export function asSubmitted({ orderId, amountCents }: CheckoutResponse): LegacyOrderState {
  const orderNo = legacyNumberOf(orderId as OrderId)
  if (orderNo === null) throw new SutError('internal', `order ${orderId} has no number for the old interfaces`)
  return { orderNo, status: LEGACY_STATUS.open, amount: decimalOfCents(amountCents) }
}
