// A user orders a basket of one to four products.

import { type Dice, PURPOSE } from '../../contracts/dice.ts'
import { type CheckoutRequest, type CheckoutResponse, IDEMPOTENCY_HEADER, ROUTES } from '../../contracts/gateway-api.ts'
import { CHANNELS, PAYMENT_METHODS } from '../../contracts/order.ts'
import { isOrderId, shardOfOrder } from '../../contracts/order-id.ts'
import { shardOf } from '../../contracts/shard.ts'
import { appRequest } from '../app-request.ts'
import { acknowledgedOrder, type Operation } from '../operation.ts'

const LARGEST_BASKET = 4
const LARGEST_QUANTITY = 3

export const checkout: Operation = {
  flow: 'checkout',
  prepare({ settings, runId, catalogue, order: { userId }, dice, iteration }) {
    const idempotencyKey = `${runId}-${iteration}`
    return {
      ...appRequest(settings, {
        flow: 'checkout',
        method: 'POST',
        target: ROUTES.checkout.path,
        userId,
        body: JSON.stringify(basketOf(dice, catalogue.regions, catalogue.productCount)),
        headers: { [IDEMPOTENCY_HEADER]: idempotencyKey },
      }),
      expectedStatus: 201,
      idempotencyKey,
      acknowledges: acknowledgedOrder,
      wrong: (answer) => wrongCheckout(answer as CheckoutResponse, userId),
    }
  },
}

export function basketOf(dice: Dice, regions: number, products: number): CheckoutRequest {
  const lines = 1 + Math.floor(dice.roll(PURPOSE.basket) * LARGEST_BASKET)
  // Distinct products: a basket holds each product once, with a quantity.
  const first = Math.floor(dice.roll(PURPOSE.product) * products)
  return {
    channel: CHANNELS[Math.floor(dice.roll(PURPOSE.channel) * CHANNELS.length)] ?? CHANNELS[0],
    region: Math.floor(dice.roll(PURPOSE.region) * regions),
    paymentMethod:
      PAYMENT_METHODS[Math.floor(dice.roll(PURPOSE.payment) * PAYMENT_METHODS.length)] ?? PAYMENT_METHODS[0],
    items: Array.from({ length: Math.min(lines, products) }, (_, line) => ({
      productId: 1 + ((first + line * Math.max(1, Math.floor(products / LARGEST_BASKET))) % products),
      quantity: 1 + Math.floor(dice.roll(PURPOSE.quantity, line) * LARGEST_QUANTITY),
    })),
  }
}

function wrongCheckout({ orderId, amountCents, status }: CheckoutResponse, userId: number): string | null {
  if (!isOrderId(orderId)) return 'checkout gives an order id'
  if (shardOfOrder(orderId) !== shardOf(userId)) return 'checkout: order id routes to the table of the user'
  if (!(amountCents > 0)) return 'checkout has an amount'
  if (status !== 'placed' && status !== 'paid') return 'checkout gives a new order'
  return null
}
