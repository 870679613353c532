import { expect, it } from 'vitest'
import { legacyMessageOf } from './legacy-message.ts'
import { LEGACY_STATUS } from './legacy-tables.ts'
import { ORDER_STATUSES } from './order.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderId } from './order-id.ts'

const EVENT: OrderEvent = {
  orderId: '912288777518256128' as OrderId,
  version: 1,
  userId: 7,
  status: 'placed',
  amountCents: 1_990,
  atMs: Date.UTC(2026, 10, 5, 12, 30, 15, 999),
}

it('says what the monolith said of a change, and nothing of what it never told', () => {
  const told = ORDER_STATUSES.map((status) => [status, legacyMessageOf({ ...EVENT, status }, 4_711)?.event])
  expect(Object.fromEntries(told)).toMatchObject({
    placed: 'ORDER_CREATED',
    paid: 'ORDER_PAID',
    cancelled: 'ORDER_CLOSED',
    shipped: undefined,
    refunded: undefined,
  })
})

it('is in the old shape: number, mixed status, decimal amount, and the second that the change lies in', () => {
  expect(legacyMessageOf(EVENT, 4_711)).toEqual({
    event: 'ORDER_CREATED',
    orderNo: 4_711,
    userId: 7,
    status: LEGACY_STATUS.open,
    amount: '19.90',
    time: '2026-11-05 12:30:15',
  })
})
