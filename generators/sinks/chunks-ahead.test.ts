import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { countRows, draftDataset } from '../build-dataset.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { rowWriters } from '../rows/row-formats.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { ChunkRows } from './chunk-rows.ts'
import { type ChunkFeed, chunksAhead, loadBuffers } from './chunks-ahead.ts'

const dataset = countRows(draftDataset(smallVolume(), { seed: 4, scale: 1, fullShards: [7] }), SMALL_PLAN)
const writers = rowWriters('load')
const RANGES = [0, 1, 2, 3, 4].map((at) => ({ from: at * 900, to: (at + 1) * 900 }))

function chunks(feed?: ChunkFeed, ranges = RANGES) {
  const cursor = new OrderCursor(dataset, SMALL_PLAN, 7)
  return chunksAhead({ cursor, ranges, buffers: loadBuffers(), feed })
}

/** A feed that accepts only when told, and notes what it has seen. */
function manualFeed() {
  let seen = 0
  const pending: (() => void)[] = []
  const feed: ChunkFeed = {
    isFull: false,
    append: () => {
      seen++
    },
    handOver: async () => {},
    flush: async () => {},
    acceptance: () => {
      const accepted = new Promise<void>((resolve) => pending.push(resolve))
      return () => accepted
    },
  }
  return { feed, seen: () => seen, pending }
}

describe('chunksAhead', () => {
  it('gives every chunk in order, whole while it is used, though the next is generated meanwhile', async () => {
    const whole = new ChunkRows(writers)
    await whole.fill(new OrderCursor(dataset, SMALL_PLAN, 7), { from: 0, to: 4_500 })
    const parts: Buffer[] = []
    const froms: number[] = []
    for await (const { from, rows } of chunks()) {
      await sleep(20) // long enough for the next chunk
      froms.push(from)
      parts.push(await buffer(rows.tables.order_items.stream()))
    }
    expect(froms).toEqual(RANGES.map(({ from }) => from))
    expect(Buffer.concat(parts).equals(await buffer(whole.tables.order_items.stream()))).toBe(true)
  })

  it('generates one chunk ahead, and no more', async () => {
    const { feed, seen } = manualFeed()
    const running = chunks(feed)
    await running.next()
    await sleep(50)
    expect(seen()).toBe(2 * 900)
    await running.next()
    await sleep(50)
    expect(seen()).toBe(3 * 900)
  })

  it('tells the acceptance of a chunk without waiting for that of the next', async () => {
    const { feed, pending } = manualFeed()
    const running = chunks(feed)
    const { value: first } = await running.next()
    await sleep(50)
    expect(pending).toHaveLength(2)
    let isAccepted = false
    const accepted = first?.accepted().then(() => {
      isAccepted = true
    })
    await sleep(1)
    expect(isAccepted).toBe(false)
    pending[0]?.()
    await accepted
  })

  it('gives the chunk before a failure, and then the failure', async () => {
    let appended = 0
    const { feed } = manualFeed()
    const failing: ChunkFeed = {
      ...feed,
      append: () => {
        if (++appended > 1_000) throw new Error('search is gone')
      },
    }
    const running = chunks(failing)
    expect((await running.next()).value?.from).toBe(0)
    await sleep(50)
    await expect(running.next()).rejects.toThrow('search is gone')
  })

  it('gives nothing for no ranges', async () => {
    expect((await chunks(undefined, []).next()).done).toBe(true)
  })
})
