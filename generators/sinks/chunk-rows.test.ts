import { buffer } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEEDED_FAMILIES, type SeededFamily } from '../../contracts/shard.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { rowWriters } from '../rows/row-formats.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { ChunkRows, type OrderFeed } from './chunk-rows.ts'

const dataset = countRows(draftDataset(smallVolume(), { seed: 4, scale: 1, fullShards: [7] }), SMALL_PLAN)
const cursor = new OrderCursor(dataset, SMALL_PLAN, 7)
const chunk = new ChunkRows(rowWriters('tsv'))

/** What the same chunk, filled again and again, holds for orders [from, to). */
async function bytesOf(from: number, to: number, feed?: OrderFeed): Promise<Readonly<Record<SeededFamily, Buffer>>> {
  await chunk.fill(cursor, { from, to }, feed)
  const [orders, items, payments] = await Promise.all(
    SEEDED_FAMILIES.map((family) => buffer(chunk.tables[family].stream())),
  )
  return { orders: orders!, order_items: items!, payments: payments! }
}

function linesOf(bytes: Buffer): readonly string[] {
  return bytes.toString('latin1').split('\n').slice(0, -1)
}

describe('ChunkRows', () => {
  it('makes the same bytes of every table however they are cut', async () => {
    const whole = await bytesOf(0, 20_000)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20_000 }), { maxLength: 4 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), 20_000]
        const parts = []
        for (const [at, to] of edges.slice(1).entries()) parts.push(await bytesOf(edges[at] ?? 0, to))
        for (const family of SEEDED_FAMILIES) {
          expect(Buffer.concat(parts.map((part) => part[family])).equals(whole[family])).toBe(true)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('counts the rows of each table', async () => {
    const bytes = await bytesOf(10, 4_010)
    for (const family of SEEDED_FAMILIES) expect(chunk.tables[family].rows).toBe(linesOf(bytes[family]).length)
    expect(chunk.tables.orders.rows).toBe(4_000)
    expect(chunk.rows).toBe(8_000 + chunk.tables.order_items.rows)
  })

  it('can be sent again: a stream leaves the rows where they are', async () => {
    const first = await bytesOf(0, 3_000)
    expect(await buffer(chunk.tables.payments.stream())).toEqual(first.payments)
  })

  it('shows every order to the feed, and waits while it is full', async () => {
    const seen: string[] = []
    let room = 500
    const feed: OrderFeed = {
      get isFull() {
        return room === 0
      },
      append: (order) => {
        room--
        seen.push(order.orderId)
      },
      handOver: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        room = 500
      },
    }
    const { orders } = await bytesOf(0, 2_100, feed)
    expect(seen).toEqual(linesOf(orders).map((line) => line.split('\t')[0]))
  })

  it('lets whatever else is ready run after each slice', async () => {
    let turns = 0
    let isFilling = true
    const count = () => {
      turns++
      if (isFilling) setImmediate(count)
    }
    setImmediate(count)
    await chunk.fill(cursor, { from: 0, to: 10_000 })
    isFilling = false
    expect(turns).toBeGreaterThanOrEqual(10)
  })

  it('fails with the error of its feed', async () => {
    const failing: OrderFeed = {
      isFull: true,
      append: () => {},
      handOver: () => Promise.reject(new Error('search is gone')),
    }
    await expect(chunk.fill(cursor, { from: 0, to: 10 }, failing)).rejects.toThrow('search is gone')
  })
})
