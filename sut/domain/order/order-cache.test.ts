import { describe, expect, it } from 'vitest'
import type { Order } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import { OrderCache } from './order-cache.ts'
import type { OrderWithItems } from './order-service.ts'

const ORDER_ID = '912288777518256128' as OrderId
const FOUND: OrderWithItems = { order: { orderId: ORDER_ID, userId: 42 } as Order, items: [] }

class MemoryRedis {
  readonly entries = new Map<string, string>()
  get = async (key: string) => this.entries.get(key) ?? null
  set = async (key: string, value: string) => void this.entries.set(key, value)
  delete = async (key: string) => void this.entries.delete(key)
}

describe('order cache', () => {
  it('reads once for many who miss at the same time, and not at all afterwards', async () => {
    const cache = new OrderCache(new MemoryRedis())
    let loads = 0
    const load = async () => {
      loads++
      return FOUND
    }
    const find = () => cache.find({ orderId: ORDER_ID, userId: 42 }, load)
    expect(await Promise.all(Array.from({ length: 20 }, find))).toEqual(Array(20).fill(FOUND))
    expect(await find()).toEqual(FOUND)
    expect(loads).toBe(1)
  })

  it('gives a cached order to nobody but its owner', async () => {
    const cache = new OrderCache(new MemoryRedis())
    await cache.find({ orderId: ORDER_ID, userId: 42 }, async () => FOUND)
    expect(await cache.find({ orderId: ORDER_ID, userId: 106 }, async () => null)).toBeNull()
  })

  it('does not mix up two users who miss the same order', async () => {
    const cache = new OrderCache(new MemoryRedis())
    const [owner, stranger] = await Promise.all([
      cache.find({ orderId: ORDER_ID, userId: 42 }, async () => FOUND),
      cache.find({ orderId: ORDER_ID, userId: 106 }, async () => null),
    ])
    expect([owner, stranger]).toEqual([FOUND, null])
  })

  it('keeps neither what was not found nor a failure', async () => {
    const redis = new MemoryRedis()
    const cache = new OrderCache(redis)
    await cache.find({ orderId: ORDER_ID, userId: 106 }, async () => null)
    await expect(
      cache.find({ orderId: ORDER_ID, userId: 42 }, async () => Promise.reject(new Error('gone'))),
    ).rejects.toThrow('gone')
    expect(redis.entries.size).toBe(0)
    expect(await cache.find({ orderId: ORDER_ID, userId: 42 }, async () => FOUND)).toEqual(FOUND)
  })
})
