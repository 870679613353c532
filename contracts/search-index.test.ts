import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { composeOrderId, MAX_TIMESTAMP_MS, ORDER_ID_EPOCH_MS } from './order-id.ts'
import { ORDER_SLICES, sliceAt, sliceOfOrder, slicesBetween } from './search-index.ts'
import { asShard } from './shard.ts'

const moment = fc.integer({ min: ORDER_ID_EPOCH_MS, max: Math.min(MAX_TIMESTAMP_MS, Date.UTC(2080, 0)) })

describe('slices', () => {
  it('are quarters', () => {
    expect(sliceAt(Date.UTC(2026, 10, 25))).toEqual({
      index: 'orders-2026-q4',
      fromMs: Date.UTC(2026, 9),
      toMs: Date.UTC(2027, 0),
    })
    expect(sliceAt(Date.UTC(2026, 9) - 1).index).toBe('orders-2026-q3')
  })

  it('hold every order, where its id says', () => {
    fc.assert(
      fc.property(moment, (timestampMs) => {
        const { index, fromMs, toMs } = sliceAt(timestampMs)
        expect(fromMs <= timestampMs && timestampMs < toMs).toBe(true)
        expect(index.startsWith(ORDER_SLICES.slice(0, -1))).toBe(true)
        expect(sliceOfOrder(composeOrderId({ timestampMs, shard: asShard(3), worker: 1, sequence: 2 }))).toBe(index)
      }),
    )
  })

  it('of a range hold every moment of it, without gap or overlap', () => {
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: 1, max: 3 * 366 * 86_400_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (fromMs, lengthMs, part) => {
          const slices = slicesBetween(fromMs, fromMs + lengthMs)
          const inside = fromMs + Math.floor(part * (lengthMs - 1))
          expect(slices.filter((slice) => slice.fromMs <= inside && inside < slice.toMs)).toHaveLength(1)
          for (const [at, slice] of slices.entries()) if (at > 0) expect(slice.fromMs).toBe(slices[at - 1]?.toMs)
        },
      ),
    )
  })
})
