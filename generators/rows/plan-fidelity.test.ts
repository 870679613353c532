// Do the rows follow plan.yaml? One table of the real plan, read row by row, against the figures of the file: shares
// that are drawn within 5 σ of a binomial, times within what rounding leaves. The seed is fixed: it holds or it does not.

import { describe, expect, it } from 'vitest'
import { ORDER_STATUSES, PAYMENT_METHODS } from '../../contracts/order.ts'
import { dateOf, daysBetween } from '../../plan/calendar.ts'
import { midFuture, projectDays } from '../../plan/growth.ts'
import { loadPlan } from '../../plan/load-plan.ts'
import { seedVolume } from '../../plan/seed-volume.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { OrderCursor } from './order-cursor.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const SHARD = 7
const ORDERS = 200_000
const SIGMAS = 5

const plan = await loadPlan(new URL('../../plan.yaml', import.meta.url).pathname)
const volume = { ...seedVolume(plan, 3), fullTableRows: ORDERS }
const dataset = countRows(draftDataset(volume, { seed: 1, scale: 1e-6, fullShards: [SHARD] }), plan)
const { startMs, endMs } = dataset
const days = daysBetween(startMs, endMs)

/** One pass over the table; columns of numbers, since 200 000 objects would take longer than the rows. */
const COLUMNS = ['createdAtMs', 'region', 'channel', 'method', 'itemCount', 'status', 'product', 'quantity'] as const
const table = Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(ORDERS)])) as Record<
  (typeof COLUMNS)[number],
  Float64Array
>
const productIds: number[] = []
const quantities: number[] = []
const cursor = new OrderCursor(dataset, plan, SHARD)
cursor.seek(0)
for (let row = 0; row < ORDERS; row++) {
  cursor.next()
  for (const name of ['createdAtMs', 'region', 'channel', 'method', 'itemCount', 'status'] as const) {
    table[name][row] = cursor[name]
  }
  for (let line = 0; line < cursor.itemCount; line++) {
    productIds.push(cursor.productIds[line] as number)
    quantities.push(cursor.quantities[line] as number)
  }
  table.product[row] = cursor.productIds[0] as number
  table.quantity[row] = cursor.quantities[0] as number
}

/** How often each of 0, 1, 2 … occurs. */
function tally(values: Iterable<number>, length: number): readonly number[] {
  const counts = Array.from({ length }, () => 0)
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

/** Draws of n: each share is its weight, within 5 standard errors of a binomial. */
function expectShares(counts: readonly number[], weights: readonly number[]): void {
  const total = counts.reduce((sum, count) => sum + count, 0)
  expect(counts).toHaveLength(weights.length)
  for (const [at, weight] of weights.entries()) {
    const sigma = Math.sqrt((weight * (1 - weight)) / total)
    expect(Math.abs((counts[at] ?? 0) / total - weight), `share of ${at}`).toBeLessThanOrEqual(SIGMAS * sigma)
  }
}

/**
 * Orders of many hours together, or of many days. Times are counted out, not drawn: the orders of each are the difference
 * of two roundings (variance 1/6) away from the plan's.
 */
const countedWithin = (summands: number) => SIGMAS * Math.sqrt(summands / 6)

const ordersByDay = tally(
  table.createdAtMs.map((ms) => Math.floor((ms - startMs) / DAY_MS)),
  days.length,
)
const isPromoted = (dayMs: number) =>
  plan.orders.promotions.some(({ from, days: length }) => {
    const firstMs = Date.parse(`${dateOf(dayMs).slice(0, 4)}-${from}T00:00:00Z`)
    return dayMs >= firstMs && dayMs < firstMs + length * DAY_MS
  })
const growthOf = (day: number) => (1 + plan.orders.yearlyGrowth.mid) ** (day / 365)

describe('rows of plan.yaml', () => {
  it('fall on every day as the plan projects it, to the order', () => {
    const projected = projectDays(plan, midFuture(plan), startMs, endMs)
    const total = projected.reduce((sum, { orders }) => sum + orders, 0)
    for (const [day, { orders }] of projected.entries()) {
      const expected = (ORDERS * orders) / total
      expect(Math.abs((ordersByDay[day] ?? 0) - expected), dateOf(startMs + day * DAY_MS)).toBeLessThan(1.001)
    }
  })

  it('spread over Monday to Sunday by the weekday shape, promotions and growth aside', () => {
    const ordinary = days.flatMap((dayMs, day) =>
      isPromoted(dayMs) ? [] : [{ day, weekday: new Date(dayMs).getUTCDay() }],
    )
    // Sunday is day 0 there, and the last of the shape here.
    const shapeOf = (weekday: number) => plan.orders.weekdayShape[(weekday + 6) % 7] ?? 0
    const weightOf = (weekday: number) =>
      ordinary.reduce((sum, each) => sum + (each.weekday === weekday ? growthOf(each.day) * shapeOf(weekday) : 0), 0)
    const weights = [0, 1, 2, 3, 4, 5, 6].map(weightOf)
    const orders = ordinary.reduce((sum, { day }) => sum + (ordersByDay[day] ?? 0), 0)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (const [weekday, weight] of weights.entries()) {
      const mine = ordinary.filter((each) => each.weekday === weekday)
      const found = mine.reduce((sum, { day }) => sum + (ordersByDay[day] ?? 0), 0)
      expect(Math.abs(found - (orders * weight) / total), `weekday ${weekday}`).toBeLessThan(countedWithin(mine.length))
    }
  })

  it('spread over the hours of the day by the hour shape', () => {
    const found = tally(
      table.createdAtMs.map((ms) => Math.floor((ms % DAY_MS) / HOUR_MS)),
      24,
    )
    for (const [hour, shape] of plan.orders.hourShape.entries()) {
      const expected = (ORDERS * shape) / 24
      expect(Math.abs((found[hour] ?? 0) - expected), `${hour} o’clock`).toBeLessThan(countedWithin(days.length))
    }
  })

  it.each(plan.orders.promotions)(
    'come as often more on $name as its multiplier says',
    ({ from, days: length, multiplier }) => {
      for (const year of [2023, 2024, 2025]) {
        const first = (Date.parse(`${year}-${from}T00:00:00Z`) - startMs) / DAY_MS
        for (let day = first; day < first + length; day++) {
          // The same weekday before and after, far enough not to be promoted itself; growth is their geometric mean's.
          const [before, after] = [ordersByDay[day - 7] ?? 0, ordersByDay[day + 7] ?? 0]
          const ordinary = Math.sqrt(before * after)
          const found = ordersByDay[day] ?? 0
          // Each of the three counts is off by less than one order.
          expect(Math.abs(found - multiplier.mid * ordinary), `${year}, day ${day}`).toBeLessThan(
            1.001 + 1.01 * multiplier.mid,
          )
        }
      }
    },
  )

  it('have the regions, channels and payment methods by their weights', () => {
    expectShares(
      tally(table.region, plan.regions.length),
      plan.regions.map(({ weight }) => weight),
    )
    expectShares(tally(table.channel, plan.channelWeights.length), plan.channelWeights)
    expectShares(tally(table.method, PAYMENT_METHODS.length), [0.62, 0.28, 0.1])
  })

  it('have items by the count weights, and so the mean the plan implies', () => {
    const weights = plan.items.countWeights
    expectShares(tally(table.itemCount, weights.length + 1).slice(1), weights)
    const mean = weights.reduce((sum, weight, at) => sum + weight * (at + 1), 0)
    const variance = weights.reduce((sum, weight, at) => sum + weight * (at + 1 - mean) ** 2, 0)
    expect(Math.abs(productIds.length / ORDERS - mean)).toBeLessThan(SIGMAS * Math.sqrt(variance / ORDERS))
  })

  it('have one, two and three of an item at 78, 16 and 6 %', () => {
    expectShares(tally(quantities, 4), [0, 0.78, 0.16, 0.06])
  })

  it('buy the products up to number p in √(p ÷ 5000) of the items', () => {
    for (const p of [1, 2, 10, 50, 200, 1_000, 2_500, 4_000, 4_999]) {
      const upTo = productIds.filter((productId) => productId <= p).length
      const share = Math.sqrt(p / 5_000)
      expectShares([upTo, productIds.length - upTo], [share, 1 - share])
    }
    expect(productIds.every((productId) => productId >= 1 && productId <= 5_000)).toBe(true)
  })

  it('end cancelled and refunded at the plan’s shares, once they are settled', () => {
    const { settledAfterDays, cancelledShare, refundedShare } = plan.lifecycle
    const settled = table.status.filter((_, row) => (table.createdAtMs[row] ?? 0) < endMs - settledAfterDays * DAY_MS)
    const final = { completed: 1 - cancelledShare - refundedShare, cancelled: cancelledShare, refunded: refundedShare }
    const weights = ORDER_STATUSES.map((status) => (status in final ? final[status as keyof typeof final] : 0))
    expect(settled.length).toBeGreaterThan(0.9 * ORDERS)
    expectShares(tally(settled, ORDER_STATUSES.length), weights)
  })

  it('draw every column for itself: no two correlate beyond chance', () => {
    for (const [at, one] of COLUMNS.entries()) {
      for (const other of COLUMNS.slice(at + 1)) {
        // The last two weeks are not settled: a status follows the time there.
        if (one === 'createdAtMs' && other === 'status') continue
        expect(Math.abs(correlation(table[one], table[other])), `${one} and ${other}`).toBeLessThan(
          SIGMAS / Math.sqrt(ORDERS),
        )
      }
    }
  })
})

function correlation(xs: Float64Array, ys: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(xs), mean(ys)]
  let [xy, xx, yy] = [0, 0, 0]
  for (const [row, x] of xs.entries()) {
    const [dx, dy] = [x - meanX, (ys[row] ?? 0) - meanY]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  }
  return xy / Math.sqrt(xx * yy)
}
