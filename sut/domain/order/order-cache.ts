// Orders with their items, kept in Redis for seconds. Concurrent misses of one order become one read of MySQL.
// An entry never outlives its time to live, so a lost invalidation is bounded; the owner is checked on every hit.

import type { OrderId } from '../../../contracts/order-id.ts'
import type { RedisCache } from '../../storage/redis-cache.ts'
import type { OrderWithItems, OwnOrder } from './order-service.ts'

const TTL_MS = 10_000

export class OrderCache {
  readonly #redis: Pick<RedisCache, 'get' | 'set' | 'delete'>
  readonly #loading = new Map<string, Promise<OrderWithItems | null>>()

  constructor(redis: Pick<RedisCache, 'get' | 'set' | 'delete'>) {
    this.#redis = redis
  }

  async find(key: OwnOrder, load: () => Promise<OrderWithItems | null>): Promise<OrderWithItems | null> {
    const cached = await this.#redis.get(entryOf(key.orderId))
    if (cached !== null) {
      const entry = JSON.parse(cached) as OrderWithItems
      return entry.order.userId === key.userId ? entry : null
    }
    const flight = `${key.userId}/${key.orderId}`
    const loading = this.#loading.get(flight) ?? this.#load(key, load)
    this.#loading.set(flight, loading)
    try {
      return await loading
    } finally {
      this.#loading.delete(flight)
    }
  }

  /** After a change. A reader that loaded before it may still fill the old answer in: until its time to live ends. */
  async forget(orderId: OrderId): Promise<void> {
    await this.#redis.delete(entryOf(orderId))
  }

  async #load(key: OwnOrder, load: () => Promise<OrderWithItems | null>): Promise<OrderWithItems | null> {
    const found = await load()
    // Nobody waits for the cache to be filled. What was not found is not kept: a stranger's question must not fill it.
    if (found) void this.#redis.set(entryOf(key.orderId), JSON.stringify(found), TTL_MS)
    return found
  }
}

function entryOf(orderId: OrderId): string {
  return `headroom:order:${orderId}`
}
