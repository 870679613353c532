import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Order, Payment } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import type { WholeOrder } from '../../storage/whole-order.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { MemoryRedis } from './memory-redis.fixture.ts'
import { OrderCache, TTL_MS } from './order-cache.ts'

const ORDER_ID = '912288777518256128' as OrderId
const KEY = { orderId: ORDER_ID, userId: 42 }
const STRANGER = { orderId: ORDER_ID, userId: 106 }
const PLACED = wholeOrder(1, 'placed', 'pending')
const PAID = wholeOrder(2, 'paid', 'captured')

function wholeOrder(version: number, status: Order['status'], payment: Payment['status']): WholeOrder {
  return {
    order: { orderId: ORDER_ID, userId: 42, version, status } as Order,
    items: [],
    payment: { status: payment } as Payment,
  }
}

const context = () => contextFor('test', 1_000)
const status = (found: WholeOrder | null) => [found?.order.status, found?.payment.status]

/** A load that ends when it is told to. */
function heldLoad() {
  let end: (found: WholeOrder) => void = () => {}
  const found = new Promise<WholeOrder>((resolve) => {
    end = resolve
  })
  return { load: () => found, end: (value: WholeOrder) => end(value) }
}

describe('order cache', () => {
  it('reads at most twice for many who miss at the same time, and not at all afterwards', async () => {
    const cache = new OrderCache(new MemoryRedis())
    let loads = 0
    const load = async () => {
      loads++
      await sleep(1)
      return PLACED
    }
    const find = () => cache.find(KEY, context(), load)
    const found = await Promise.all(Array.from({ length: 20 }, find))
    expect(found.map(status)).toEqual(Array(20).fill(['placed', 'pending']))
    expect(status(await find())).toEqual(['placed', 'pending'])
    expect(loads).toBe(2)
  })

  it('gives a cached order to nobody but its owner', async () => {
    const cache = new OrderCache(new MemoryRedis())
    await cache.find(KEY, context(), async () => PLACED)
    expect(await cache.find(STRANGER, context(), async () => null)).toBeNull()
  })

  it('asks the store for another’s order as for one that is not there: the time tells nothing', async () => {
    const cache = new OrderCache(new MemoryRedis())
    await cache.find(KEY, context(), async () => PLACED)
    let loads = 0
    const load = async () => {
      loads++
      return null
    }
    await cache.find(STRANGER, context(), load)
    await cache.find({ ...KEY, orderId: '912288777518256129' as OrderId }, context(), load)
    expect(loads).toBe(2)
  })

  it('does not mix up two users who miss the same order', async () => {
    const cache = new OrderCache(new MemoryRedis())
    const [owner, stranger] = await Promise.all([
      cache.find(KEY, context(), async () => PLACED),
      cache.find(STRANGER, context(), async () => null),
    ])
    expect([status(owner), stranger]).toEqual([['placed', 'pending'], null])
  })

  it('keeps neither what was not found nor a failure', async () => {
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis)
    await cache.find(STRANGER, context(), async () => null)
    await expect(cache.find(KEY, context(), async () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
    expect(redis.entries.size).toBe(0)
    expect(status(await cache.find(KEY, context(), async () => PLACED))).toEqual(['placed', 'pending'])
  })
})

describe('after an acknowledged change', () => {
  it('a reader joins no read that began before it, and that read fills nothing in', async () => {
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis)
    const before = heldLoad()
    const early = cache.find(KEY, context(), before.load)
    await sleep(0)
    await cache.forget(ORDER_ID)
    const late = cache.find(KEY, context(), async () => PAID)
    before.end(PLACED)
    expect(status(await early)).toEqual(['placed', 'pending'])
    expect(status(await late)).toEqual(['paid', 'captured'])
    expect(status(await cache.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
  })

  it('a reader of another process is not given what was read before it either', async () => {
    const redis = new MemoryRedis()
    const [changing, other] = [new OrderCache(redis), new OrderCache(redis)]
    const before = heldLoad()
    const early = other.find(KEY, context(), before.load)
    await sleep(0)
    await changing.forget(ORDER_ID)
    before.end(PLACED)
    await early
    expect(status(await other.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
  })

  it('is not undone by an entry that Redis kept, for as long as the entry lives', async () => {
    let nowMs = 1_000_000
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis, () => nowMs)
    await cache.find(KEY, context(), async () => PLACED)
    redis.takesChanges = false
    await cache.forget(ORDER_ID)
    for (const passedMs of [0, TTL_MS / 2, TTL_MS]) {
      nowMs = 1_000_000 + passedMs
      expect(status(await cache.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
    }
  })

  it.each([true, false])('is not undone by a fill that was under way (Redis takes the change: %s)', async (takes) => {
    const redis = new MemoryRedis()
    const [changing, other] = [new OrderCache(redis), new OrderCache(redis)]
    redis.fillsLate = true
    await changing.find(KEY, context(), async () => PLACED)
    redis.takesChanges = takes
    await changing.forget(ORDER_ID)
    redis.fillAll()
    for (const reader of [changing, other]) {
      expect(status(await reader.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
    }
  })

  it('is not undone by an entry that Redis took late', async () => {
    let nowMs = 1_000_000
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis, () => nowMs)
    await cache.find(KEY, context(), async () => PLACED)
    const [[entry, text] = ['', '']] = redis.entries
    redis.entries.clear()
    nowMs += TTL_MS
    redis.entries.set(entry, text)
    expect(status(await cache.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
  })
})

describe('a process that takes the place of one that died', () => {
  it('does not show an order as it was before a change that Redis was not told of', async () => {
    let nowMs = 1_000_000
    const redis = new MemoryRedis()
    const died = new OrderCache(redis, () => nowMs)
    await died.find(KEY, context(), async () => PLACED)
    redis.takesChanges = false
    await died.forget(ORDER_ID)
    nowMs += 1
    const follows = new OrderCache(redis, () => nowMs)
    expect(status(await follows.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
  })
})

describe('an entry of the future', () => {
  it('is of no use: the clock it was read by was ahead', async () => {
    let nowMs = 1_000_000
    const cache = new OrderCache(new MemoryRedis(), () => nowMs)
    await cache.find(KEY, context(), async () => PLACED)
    nowMs -= 60_000
    expect(status(await cache.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
  })
})

describe('readers of one order', () => {
  it('leave at their own deadline, also when another started the read', async () => {
    const cache = new OrderCache(new MemoryRedis())
    const stalled = heldLoad()
    const first = cache.find(KEY, contextFor('patient', 60_000), stalled.load)
    await sleep(0)
    await expect(cache.find(KEY, contextFor('hurried', 5), stalled.load)).rejects.toMatchObject({
      code: 'deadline-exceeded',
    })
    stalled.end(PLACED)
    expect(status(await first)).toEqual(['placed', 'pending'])
  })

  it('are not kept by a read that stalls', async () => {
    const cache = new OrderCache(new MemoryRedis())
    const stalled = heldLoad()
    const first = cache.find(KEY, contextFor('first', 60_000), stalled.load)
    await sleep(0)
    expect(status(await cache.find(KEY, contextFor('second', 60_000), async () => PAID))).toEqual(['paid', 'captured'])
    stalled.end(PLACED)
    await first
  })
})

describe('a change that somebody else made', () => {
  const entry = (redis: MemoryRedis) => [...redis.entries.values()][0]

  it('takes an older entry away, and lets none come back that was read before', async () => {
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis)
    await cache.find(KEY, context(), async () => PLACED)
    expect(await cache.overtake(ORDER_ID, 2)).toBe(true)
    expect(status(await cache.find(KEY, context(), async () => PAID))).toEqual(['paid', 'captured'])
    expect(entry(redis)).toBe('changed')
  })

  it('leaves an entry that knows it already, however often it is told', async () => {
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis)
    await cache.find(KEY, context(), async () => PAID)
    const before = entry(redis)
    for (const version of [2, 1, 2]) expect(await cache.overtake(ORDER_ID, version)).toBe(true)
    expect(entry(redis)).toBe(before)
  })

  it('is not done with while Redis takes nothing', async () => {
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis)
    redis.takesChanges = false
    expect(await cache.overtake(ORDER_ID, 2)).toBe(false)
  })
})
