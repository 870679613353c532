import fc from 'fast-check'
import { expect, it } from 'vitest'
import { legacyNumberOf } from '../../../contracts/legacy-number.ts'
import { type OrderId, parseOrderId } from '../../../contracts/order-id.ts'
import { shardOf } from '../../../contracts/shard.ts'
import { firstIdsFor, freeIdFor, type OldOrder } from './old-order-ids.ts'

const SECOND = Date.UTC(2025, 5, 1) / 1_000
const order = (legacyNo: number, userId = 7): OldOrder => ({ legacyNo, userId, createdAtSeconds: SECOND })

it('gives an order an id of its second and of its user’s shard, which no order of a service can have', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 0, max: 1e9 }), (legacyNo, userId) => {
      const orderId = freeIdFor(order(legacyNo, userId), new Set())
      const { timestampMs, shard, worker } = parseOrderId(orderId)
      expect([Math.floor(timestampMs / 1_000), shard, worker]).toEqual([SECOND, shardOf(userId), 0])
      expect(legacyNumberOf(orderId)).toBeNull()
    }),
  )
})

it('gives orders of one second and shard different ids, also where their numbers end alike', () => {
  const taken = new Set<OrderId>()
  const numbers = [5, 5 + 1_024, 6, 5 + 2_048]
  const ids = numbers.map((legacyNo) => freeIdFor(order(legacyNo), taken))
  expect(ids.map((orderId) => parseOrderId(orderId).sequence)).toEqual([5, 6, 7, 8])
})

it('goes on in the next millisecond when every sequence of one is taken', () => {
  const taken = new Set<OrderId>()
  for (let legacyNo = 0; legacyNo < 1_024; legacyNo++) freeIdFor(order(legacyNo), taken)
  expect(parseOrderId(freeIdFor(order(3), taken))).toMatchObject({ timestampMs: 1_000 * SECOND + 1, sequence: 3 })
})

it('is the same every time it is asked', () => {
  const [first] = firstIdsFor(order(4_711), 1)
  expect(freeIdFor(order(4_711), new Set())).toBe(first)
})
