// The connections a role opens: each is checked for readiness and closed with the process.

import { Refusal } from '../contracts/refusal.ts'
import type { ShardMap } from '../contracts/shard-map.ts'
import type { Config } from './config.ts'
import type { Parts } from './part.ts'
import { MysqlPool } from './storage/mysql-pool.ts'
import { RedisCache } from './storage/redis-cache.ts'
import { requireSchema } from './storage/schema.ts'
import { type OrderIndex, SearchIndex } from './storage/search-index.ts'
import type { Logger } from './telemetry/logger.ts'
import { type Metrics, timed } from './telemetry/metrics.ts'

export interface StoreOptions {
  readonly config: Config
  readonly metrics: Metrics
  readonly logger: Logger
  readonly parts: Parts
}

/** The order database, its schema at the version that this code needs. Nothing works without it. */
export async function openMysql({ config, metrics, logger, parts }: StoreOptions): Promise<MysqlPool> {
  const { map, poolSize } = config.mysql
  const pool = new MysqlPool({ map, poolSize, statementLimitMs: config.requestDeadlineMs }, metrics)
  // Of several servers, one that is gone takes its own shards along and no others.
  const vital = map.length === 1
  const checks = pool.checks.map(({ name, ping }) => ({ name: vital ? 'mysql' : `mysql ${name}`, vital, check: ping }))
  parts.add({ checks, stop: () => pool.close() })
  await requireSchemas(map, logger)
  return pool
}

/** Of several servers, the ones that are there are served. */
async function requireSchemas(map: ShardMap, logger: Logger): Promise<void> {
  const failures = (await Promise.allSettled(map.map((server) => requireSchema(server)))).filter(
    (check) => check.status === 'rejected',
  )
  const refusal = failures.find(({ reason }) => reason instanceof Refusal) ?? failures[0]
  if (refusal && (refusal.reason instanceof Refusal || failures.length === map.length)) throw refusal.reason
  for (const { reason } of failures) logger.warn({ err: reason }, 'a MySQL server cannot be reached')
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
