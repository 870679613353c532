import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  composeOrderId,
  isOrderId,
  MAX_SEQUENCE,
  MAX_TIMESTAMP_MS,
  MAX_WORKER,
  ORDER_ID_EPOCH_MS,
  type OrderId,
  parseOrderId,
  shardOfOrder,
} from './order-id.ts'
import { asShard, SHARD_COUNT } from './shard.ts'

const parts = fc.record({
  timestampMs: fc.integer({ min: ORDER_ID_EPOCH_MS + 1, max: MAX_TIMESTAMP_MS }),
  shard: fc.nat({ max: SHARD_COUNT - 1 }).map(asShard),
  worker: fc.nat({ max: MAX_WORKER }),
  sequence: fc.nat({ max: MAX_SEQUENCE }),
})

describe('order id', () => {
  it('gives back the parts it was made of', () => {
    fc.assert(fc.property(parts, (given) => void expect(parseOrderId(composeOrderId(given))).toEqual(given)))
  })

  it('routes to its table by the id alone', () => {
    fc.assert(fc.property(parts, (given) => void expect(shardOfOrder(composeOrderId(given))).toBe(given.shard)))
  })

  it('grows with time, whatever the other parts are', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        fc.pre(a.timestampMs < b.timestampMs)
        expect(BigInt(composeOrderId(a)) < BigInt(composeOrderId(b))).toBe(true)
      }),
    )
  })

  it('survives a JSON round trip that a number would not', () => {
    const id = composeOrderId({ timestampMs: Date.UTC(2026, 0, 1), shard: asShard(5), worker: 3, sequence: 1 })
    expect(JSON.parse(JSON.stringify({ id })).id).toBe(id)
    expect(String(Number(id))).not.toBe(id)
  })

  it('fits a signed BIGINT at the end of its 69 years', () => {
    const last = composeOrderId({ timestampMs: MAX_TIMESTAMP_MS, shard: asShard(63), worker: 63, sequence: 1023 })
    expect(last).toBe(String(2n ** 63n - 1n))
  })

  it('is refused outside its 69 years: no id is negative, and none passes 2^63', () => {
    const at = (timestampMs: number) => () => composeOrderId({ timestampMs, shard: asShard(0), worker: 0, sequence: 0 })
    expect(at(MAX_TIMESTAMP_MS)).not.toThrow()
    expect(at(MAX_TIMESTAMP_MS + 1)).toThrow(RangeError)
    expect(at(ORDER_ID_EPOCH_MS - 1)).toThrow(RangeError)
    expect(at(Number.NaN)).toThrow(RangeError)
  })

  it.each(['', '0', '01', '-1', '1.5', '9223372036854775808', '12345678901234567890', '1e3', ' 1'])(
    'refuses "%s"',
    (text) => {
      expect(isOrderId(text)).toBe(false)
      expect(() => parseOrderId(text as OrderId)).toThrow(RangeError)
    },
  )
})
