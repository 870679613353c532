import { buffer } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEEDED_FAMILIES, type SeededFamily } from '../../contracts/shard.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { rowsOf, rowWriter } from '../rows/row-formats.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { ChunkRows, type OrderFeed } from './chunk-rows.ts'

const dataset = countRows(draftDataset(smallVolume(), { seed: 4, scale: 1, fullShards: [7] }), SMALL_PLAN)

function chunk(family: SeededFamily, from: number, to: number, feed?: OrderFeed): ChunkRows {
  return new ChunkRows({
    cursor: new OrderCursor(dataset, SMALL_PLAN, 7),
    write: rowWriter(family, 'tsv'),
    rowsOf: (order) => rowsOf(family, order),
    from,
    to,
    feed,
  })
}

describe('ChunkRows', () => {
  it.each(SEEDED_FAMILIES)('makes the same bytes of %s however they are cut', async (family) => {
    const whole = await buffer(chunk(family, 0, 20_000))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20_000 }), { maxLength: 4 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), 20_000]
        const parts = await Promise.all(edges.slice(1).map((to, at) => buffer(chunk(family, edges[at] ?? 0, to))))
        expect(Buffer.concat(parts).equals(whole)).toBe(true)
      }),
      { numRuns: 10 },
    )
  })

  it('counts its rows', async () => {
    const stream = chunk('order_items', 10, 4_010)
    expect(stream.rows).toBe(0)
    const bytes = await buffer(stream)
    expect(stream.rows).toBe(lines(bytes))
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
    const bytes = await buffer(chunk('orders', 0, 2_100, feed))
    expect(seen).toEqual(
      bytes
        .toString('latin1')
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t')[0]),
    )
  })

  it('ends with the error of its feed, not with an end', async () => {
    const failing: OrderFeed = {
      isFull: true,
      append: () => {},
      handOver: () => Promise.reject(new Error('search is gone')),
    }
    await expect(buffer(chunk('orders', 0, 10, failing))).rejects.toThrow('search is gone')
  })
})

function lines(bytes: Buffer): number {
  return bytes.toString('latin1').split('\n').length - 1
}
