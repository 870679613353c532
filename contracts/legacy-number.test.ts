import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { legacyNumberOf, MAX_NUMBERED_SEQUENCE, orderIdOfNumber, paymentRowId } from './legacy-number.ts'
import { composeOrderId, type OrderId, shardOfOrder } from './order-id.ts'
import { asShard } from './shard.ts'

const born = fc
  .record({
    timestampMs: fc.integer({ min: Date.UTC(2020, 0, 8), max: Date.UTC(2054, 0, 1) }),
    shard: fc.integer({ min: 0, max: 63 }).map(asShard),
    worker: fc.integer({ min: 1, max: 63 }),
    sequence: fc.integer({ min: 0, max: MAX_NUMBERED_SEQUENCE }),
  })
  .map(composeOrderId)

const compare = (one: bigint, other: bigint) => (one < other ? -1 : one > other ? 1 : 0)

describe('the old number of an order', () => {
  it('is safe in JavaScript, leads back to its order and so to its shard', () => {
    fc.assert(
      fc.property(born, (orderId) => {
        const number = legacyNumberOf(orderId) as number
        expect(Number.isSafeInteger(number)).toBe(true)
        expect(orderIdOfNumber(number)).toBe(orderId)
        expect(shardOfOrder(orderIdOfNumber(number) as OrderId)).toBe(shardOfOrder(orderId))
      }),
    )
  })

  it('is in the order of the ids, and no two ids share one, of whatever worker', () => {
    fc.assert(
      fc.property(born, born, (one, other) => {
        const [a, b] = [legacyNumberOf(one) as number, legacyNumberOf(other) as number]
        expect(compare(BigInt(a), BigInt(b))).toBe(compare(BigInt(one), BigInt(other)))
      }),
    )
  })

  it('is not made of an AUTO_INCREMENT, nor of an id that was born without one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 41 }), (old) => {
        expect(orderIdOfNumber(old)).toBeNull()
      }),
    )
    const parts = { timestampMs: Date.UTC(2026, 0, 1), shard: asShard(3), worker: 5, sequence: 0 }
    expect(legacyNumberOf(composeOrderId({ ...parts, worker: 0 }))).toBeNull()
    expect(legacyNumberOf(composeOrderId({ ...parts, sequence: 2 }))).toBeNull()
    expect(legacyNumberOf(composeOrderId({ ...parts, timestampMs: Date.UTC(2056, 0, 1) }))).toBeNull()
  })

  it('keeps the rows of payments apart from every order, also from old ones', () => {
    const number = fc.integer({ min: 1, max: 2 ** 53 - 1 })
    const paymentNo = fc.integer({ min: 1, max: 127 })
    fc.assert(
      fc.property(number, paymentNo, number, paymentNo, (one, first, other, second) => {
        const [a, b] = [paymentRowId(one, first), paymentRowId(other, second)]
        expect(a > BigInt(Number.MAX_SAFE_INTEGER) && a < 2n ** 63n).toBe(true)
        expect(a === b).toBe(one === other && first === second)
      }),
    )
  })
})
