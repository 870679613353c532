import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { priceOf } from '../../contracts/catalogue.ts'
import { ORDER_STATUSES, PAYMENT_STATUS_OF, PAYMENT_STATUSES } from '../../contracts/order.ts'
import { MAX_TIMESTAMP_MS, ORDER_ID_EPOCH_MS } from '../../contracts/order-id.ts'
import { seededOrder } from '../../contracts/seeded-order.ts'
import { asShard } from '../../contracts/shard.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { countItems } from './count-items.ts'
import { meanItemsPerOrder, OrderCursor } from './order-cursor.ts'

const DAY_MS = 86_400_000
const dataset = countRows(draftDataset(smallVolume(), { seed: 9, scale: 1, fullShards: [3] }), SMALL_PLAN)
const FULL = 3
const ORDERS = dataset.shards[FULL]?.orders ?? 0

/** Reads every order of the full shard. */
function readAll<T>(read: (order: OrderCursor) => T): readonly T[] {
  const cursor = new OrderCursor(dataset, SMALL_PLAN, FULL)
  cursor.seek(0)
  return Array.from({ length: ORDERS }, () => {
    cursor.next()
    return read(cursor)
  })
}

const share = (values: readonly number[], value: number) =>
  values.filter((each) => each === value).length / values.length

describe('OrderCursor', () => {
  it('makes no order that its id could not carry: after 2089, before 2020', () => {
    for (const startMs of [MAX_TIMESTAMP_MS + 1, MAX_TIMESTAMP_MS - DAY_MS, ORDER_ID_EPOCH_MS - DAY_MS]) {
      const cursor = new OrderCursor({ ...dataset, startMs }, SMALL_PLAN, FULL)
      cursor.seek(0)
      expect(() => Array.from({ length: ORDERS }, () => cursor.next())).toThrow(RangeError)
    }
  })

  it('gives the orders of seededOrder, wherever it begins', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 3, 63), fc.nat(), (shard, at) => {
        const cursor = new OrderCursor(dataset, SMALL_PLAN, shard)
        const orders = dataset.shards[shard]?.orders ?? 0
        const first = at % orders
        cursor.seek(first)
        for (let row = first; row < Math.min(orders, first + 40); row++) {
          cursor.next()
          const { orderId, userId, createdAtMs } = cursor
          expect({ orderId, userId, createdAtMs }).toEqual(seededOrder(dataset, asShard(shard), row))
        }
      }),
    )
  })

  it('keeps the books: amounts, statuses, times', () => {
    readAll((order) => {
      let sum = 0
      for (let line = 0; line < order.itemCount; line++) {
        const productId = order.productIds[line] ?? 0
        expect(productId).toBeGreaterThanOrEqual(1)
        expect(productId).toBeLessThanOrEqual(dataset.productCount)
        sum += (order.quantities[line] ?? 0) * priceOf(productId)
      }
      expect(order.amountCents).toBe(sum)
      const status = ORDER_STATUSES[order.status] ?? 'placed'
      expect(PAYMENT_STATUSES[order.paymentStatus]).toBe(PAYMENT_STATUS_OF[status])
      expect(order.createdAtMs).toBeLessThanOrEqual(order.paymentUpdatedAtMs)
      expect(order.paymentUpdatedAtMs).toBeLessThanOrEqual(order.updatedAtMs)
      expect(order.updatedAtMs).toBeLessThanOrEqual(dataset.endMs)
      expect(order.paymentVersion).toBeLessThanOrEqual(order.version)
    })
  })

  it('settles old orders and leaves young ones in flight', () => {
    const settleMs = SMALL_PLAN.lifecycle.settledAfterDays * DAY_MS
    const all = readAll(({ createdAtMs, status }) => ({
      ageMs: dataset.endMs - createdAtMs,
      status: ORDER_STATUSES[status],
    }))
    const final = ['completed', 'cancelled', 'refunded']
    for (const { ageMs, status } of all) if (ageMs > settleMs) expect(final).toContain(status)
    const young = all.filter(({ ageMs }) => ageMs < settleMs / 10)
    expect(young.length).toBeGreaterThan(50)
    expect(young.filter(({ status }) => status === 'completed')).toHaveLength(0)
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(ORDER_STATUSES))
  })

  it('has the means the plan states', () => {
    const orders = readAll(({ region, channel, itemCount, status }) => ({ region, channel, itemCount, status }))
    const of = (key: 'region' | 'channel' | 'itemCount' | 'status') => orders.map((order) => order[key])
    // Five standard errors of a share near one half, 20 000 orders.
    const within = 5 * Math.sqrt(0.25 / ORDERS)
    for (const [region, { weight }] of SMALL_PLAN.regions.entries()) {
      expect(Math.abs(share(of('region'), region) - weight)).toBeLessThan(within)
    }
    for (const [channel, weight] of SMALL_PLAN.channelWeights.entries()) {
      expect(Math.abs(share(of('channel'), channel) - weight)).toBeLessThan(within)
    }
    for (const [at, weight] of SMALL_PLAN.items.countWeights.entries()) {
      expect(Math.abs(share(of('itemCount'), at + 1) - weight)).toBeLessThan(within)
    }
    const mean = of('itemCount').reduce((sum, count) => sum + count, 0) / ORDERS
    expect(Math.abs(mean - meanItemsPerOrder(SMALL_PLAN))).toBeLessThan(2 * within)
    expect(Math.abs(share(of('status'), ORDER_STATUSES.indexOf('cancelled')) - 0.1)).toBeLessThan(within)
  })

  it('counts its items without reading them', () => {
    const counts = readAll(({ itemCount }) => itemCount)
    expect(countItems(SMALL_PLAN, dataset.seed, FULL, 0, ORDERS)).toBe(counts.reduce((sum, count) => sum + count, 0))
    expect(countItems(SMALL_PLAN, dataset.seed, FULL, 5, 9)).toBe(
      counts.slice(5, 9).reduce((sum, count) => sum + count, 0),
    )
  })
})
