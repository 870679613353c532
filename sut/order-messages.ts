// What a change of an order tells to others, beside a monolith: from both databases to Redis, and from there to the cache.

import { STORE_NAMES } from '../contracts/switches.ts'
import type { Databases } from './databases.ts'
import { CacheInvalidation } from './domain/order/cache-invalidation.ts'
import { MessageMetrics } from './domain/order/message-metrics.ts'
import { MessageRelay } from './domain/order/message-relay.ts'
import { OrderCache } from './domain/order/order-cache.ts'
import { onceBegun } from './migration.ts'
import type { RedisCache } from './storage/redis-cache.ts'
import { openEventGroup, openOrderStreams, type StoreOptions } from './stores.ts'

/** Of both, while a migration is under way: of an order that went from one to the other the first one tells first. */
export async function startMessages(options: StoreOptions, { migration }: Databases): Promise<void> {
  if (!migration) return
  const { metrics, logger, parts } = options
  const { board, pools } = migration
  const outboxes = STORE_NAMES.flatMap((store) => pools[store].messages.map(({ lane }) => ({ store, lane })))
  const streams = openOrderStreams(options)
  const relay = new MessageRelay({ outboxes, board, streams, metrics: new MessageMetrics(metrics), logger })
  await onceBegun(board, parts, () => parts.startInBackground(relay))
}

/** Others change orders too. */
export function startCacheInvalidation(options: StoreOptions, redis: RedisCache): void {
  const { metrics, logger, parts } = options
  const events = openEventGroup(options, 'order-cache')
  parts.startInBackground(new CacheInvalidation({ events, cache: new OrderCache(redis), metrics, logger }))
}
