import { describe, expect, it } from 'vitest'
import { ordersBeforeHour } from '../../contracts/legacy-numbers.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { CHUNK_ORDERS } from '../chunk-ranges.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { hourChunks } from './hour-chunks.ts'
import { OrdersInTime } from './orders-in-time.ts'

function datasetOf(rowsPerTable: number) {
  return countRows(draftDataset(smallVolume(rowsPerTable), { seed: 1, scale: 1, fullShards: [] }), SMALL_PLAN)
}

describe('chunks of the monolith', () => {
  const dataset = datasetOf(2_000)
  const hours = dataset.cumulativeOrdersByHour.length

  it('follow each other from any hour to the last, none above its size', () => {
    for (const done of [0, 1, 4_000, hours - 1, hours]) {
      const chunks = [...hourChunks(dataset, done)]
      const ends = [done, ...chunks.map(({ to }) => to)]
      expect(chunks.map(({ from }) => from)).toEqual(ends.slice(0, -1))
      expect(ends.at(-1)).toBe(hours)
      for (const { from, to } of chunks) {
        expect(ordersBeforeHour(dataset, to) - ordersBeforeHour(dataset, from)).toBeLessThanOrEqual(CHUNK_ORDERS)
      }
    }
  })

  it('are an hour at least, however many orders it has', () => {
    const crowded = { ...dataset, cumulativeOrdersByHour: [1, 2] }
    expect([...hourChunks(crowded, 0)]).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
    ])
  })
})

describe('orders in time', () => {
  it('are those of all tables, each once, whatever the cut', () => {
    const dataset = datasetOf(30)
    const hours = dataset.cumulativeOrdersByHour.length
    const read = (cuts: readonly number[]) => {
      const orders = new OrdersInTime(dataset, SMALL_PLAN)
      return cuts.slice(1).flatMap((to, at) => {
        const seen: string[] = []
        orders.seek(cuts[at] ?? 0, to)
        for (let order = orders.next(); order !== null; order = orders.next()) {
          seen.push(`${orders.before} ${order.createdAtMs} ${order.orderId}`)
        }
        return seen
      })
    }
    const whole = read([0, hours])
    expect(whole).toHaveLength(dataset.rows.orders)
    expect(new Set(whole.map((line) => line.split(' ')[2])).size).toBe(whole.length)
    expect(whole.map((line) => Number(line.split(' ')[0]))).toEqual(whole.map((_, before) => before))
    const times = whole.map((line) => Number(line.split(' ')[1]))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(read([0, 1, 2, 700, 701, hours])).toEqual(whole)
  })
})
