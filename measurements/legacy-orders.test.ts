import { expect, it } from 'vitest'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { composeOrderId } from '../contracts/order-id.ts'
import { asShard } from '../contracts/shard.ts'
import { byOldNumber } from './legacy-orders.ts'

it('an order of the new interfaces is looked up by its number, once: where it was placed', () => {
  const orderId = composeOrderId({ timestampMs: Date.UTC(2026, 10, 26), shard: asShard(7), worker: 3, sequence: 1 })
  const acknowledged = [
    { orderId, settledAs: null },
    { orderId, settledAs: 'paid' as const },
  ]
  expect(byOldNumber(acknowledged)).toEqual([{ orderId: String(legacyNumberOf(orderId)), settledAs: null }])
  expect(Number(byOldNumber(acknowledged)[0]?.orderId)).toBeGreaterThan(2 ** 42)
})
