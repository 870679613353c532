// The connections a role opens: each is checked for readiness and closed with the process.

import type { Config } from './config.ts'
import type { Parts } from './part.ts'
import { MysqlPool } from './storage/mysql-pool.ts'
import { RedisCache } from './storage/redis-cache.ts'
import { ensureSchema } from './storage/schema.ts'
import { type OrderIndex, SearchIndex } from './storage/search-index.ts'
import type { Logger } from './telemetry/logger.ts'
import { type Metrics, timed } from './telemetry/metrics.ts'

export interface StoreOptions {
  readonly config: Config
  readonly metrics: Metrics
  readonly logger: Logger
  readonly parts: Parts
}

/** The order database, with every table there. Nothing works without it. */
export async function openMysql({ config, metrics, logger, parts }: StoreOptions): Promise<MysqlPool> {
  const pool = new MysqlPool(config.mysql, metrics)
  parts.add({ checks: [{ name: 'mysql', vital: true, check: () => pool.ping() }], stop: () => pool.close() })
  const created = await ensureSchema(pool)
  if (created > 0) logger.info({ created }, 'created missing tables')
  return pool
}

/** The order index. A process starts without it: lists, details and checkouts do not need it. */
export function openSearchIndex({ config, metrics, parts }: StoreOptions): OrderIndex {
  const index = new SearchIndex(config.elasticsearchUrl)
  parts.add({ checks: [{ name: 'elasticsearch', vital: false, check: () => index.ping() }], stop: () => index.close() })
  return timed<OrderIndex>(metrics, 'storage', index, { find: 'timed', write: 'timed' })
}

export function openRedis({ config, metrics, parts }: StoreOptions): RedisCache {
  const redis = new RedisCache(config.redisUrl, metrics)
  parts.add({ checks: [{ name: 'redis', vital: false, check: () => redis.ping() }], stop: () => redis.close() })
  return redis
}
