import { describe, expect, it } from 'vitest'
import type { OrderEvent } from '../../../contracts/order-event.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import type { GroupEntry } from '../../storage/event-group.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { CacheInvalidation } from './cache-invalidation.ts'
import { TTL_MS } from './order-cache.ts'

const NOW_MS = 1_700_000_000_000
const ORDER_ID = '912288777518256128' as OrderId
const eventAt = (atMs: number, version = 2): OrderEvent => ({
  orderId: ORDER_ID,
  version,
  userId: 7,
  status: 'paid',
  amountCents: 1,
  atMs,
})

/** Entries that nobody is done with are given out again. */
function invalidation(texts: readonly (string | undefined)[], overtake = async () => true) {
  let left: readonly GroupEntry[] = texts.map((text, at) => ({ id: `${at}-0`, text }))
  const aside: string[] = []
  const told: [OrderId, number][] = []
  const without = (entries: readonly GroupEntry[]) => {
    const ids = entries.map(({ id }) => id)
    left = left.filter(({ id }) => !ids.includes(id))
  }
  const handler = new CacheInvalidation({
    events: {
      next: async () => left,
      done: async (entries) => without(entries),
      setAside: async (entries) => {
        aside.push(...entries.map(({ id }) => id))
        without(entries)
      },
    },
    cache: {
      overtake: async (orderId, version) => {
        told.push([orderId, version])
        return await overtake()
      },
    },
    metrics: new Metrics(),
    logger: createLogger('test', 'silent'),
    nowMs: () => NOW_MS,
  })
  return { handler, aside, told, left: () => left.map(({ id }) => id) }
}

describe('what somebody else changed', () => {
  it('is forgotten, and neither an order just placed nor what can no longer be remembered', async () => {
    const { handler, told, left } = invalidation([
      JSON.stringify(eventAt(NOW_MS - 200, 1)),
      JSON.stringify(eventAt(NOW_MS - 100)),
      JSON.stringify(eventAt(NOW_MS - TTL_MS - 6_000, 9)),
      JSON.stringify(eventAt(NOW_MS - 50, 3)),
    ])
    expect(await handler.round()).toBe(4)
    expect(told).toEqual([
      [ORDER_ID, 2],
      [ORDER_ID, 3],
    ])
    expect(left()).toEqual([])
  })

  it('stays to be done while the cache takes nothing', async () => {
    let takes = false
    const { handler, told, left } = invalidation([JSON.stringify(eventAt(NOW_MS))], async () => takes)
    await expect(handler.round()).rejects.toThrow('takes nothing')
    expect(left()).toEqual(['0-0'])
    takes = true
    await handler.round()
    expect([told.length, left()]).toEqual([2, []])
  })

  it('is put aside where it makes no sense, out of the way of the rest', async () => {
    const { handler, aside, told, left } = invalidation(['{', undefined, JSON.stringify(eventAt(NOW_MS))])
    await handler.round()
    expect([aside, told.length, left()]).toEqual([['0-0', '1-0'], 1, []])
  })
})
