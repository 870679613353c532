import { expect, it } from 'vitest'
import { type OrderEvent, orderEventIn } from './order-event.ts'
import type { OrderId } from './order-id.ts'

const EVENT: OrderEvent = {
  orderId: '912288777518256128' as OrderId,
  version: 2,
  userId: 7,
  status: 'paid',
  amountCents: 1_990,
  atMs: 1_700_000_000_000,
}

it('is read as it was written, and by an older reader too', () => {
  expect(orderEventIn(JSON.stringify(EVENT))).toEqual(EVENT)
  expect(orderEventIn(JSON.stringify({ ...EVENT, added: 'later' }))).toEqual(EVENT)
})

it.each([
  '',
  'null',
  '[]',
  '{"orderId":',
  JSON.stringify({ ...EVENT, orderId: 'x' }),
  JSON.stringify({ ...EVENT, version: '2' }),
  JSON.stringify({ ...EVENT, status: 'lost' }),
  JSON.stringify({ ...EVENT, atMs: undefined }),
])('is not seen in %j', (text) => {
  expect(orderEventIn(text)).toBeUndefined()
})
