// The connections a role opens: each is checked for readiness and closed with the process.

import { LEGACY_STREAM, LEGACY_STREAM_LENGTH } from '../contracts/legacy-message.ts'
import { LEGACY_ORDERS_TABLE } from '../contracts/legacy-tables.ts'
import { Refusal } from '../contracts/refusal.ts'
import { oneServer, type ShardMap, serverName } from '../contracts/shard-map.ts'
import type { Config } from './config.ts'
import type { Parts } from './part.ts'
import { MessageStream } from './storage/message-stream.ts'
import { isMysqlError } from './storage/mysql-errors.ts'
import type { MysqlLane } from './storage/mysql-lane.ts'
import { MysqlMetrics } from './storage/mysql-metrics.ts'
import { MysqlPool, PING_LIMIT_MS } from './storage/mysql-pool.ts'
import { MysqlServer } from './storage/mysql-server.ts'
import { RedisCache } from './storage/redis-cache.ts'
import { requireSchema } from './storage/schema.ts'
import { type OrderIndex, SearchIndex } from './storage/search-index.ts'
import { contextFor } from './telemetry/call-context.ts'
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

/** The monolith's database, over one pool for everything it does. */
export async function openLegacyMysql({ config, metrics, parts }: StoreOptions): Promise<MysqlLane> {
  const [address] = oneServer(config.legacyMysql)
  const limits = { poolSize: config.mysql.poolSize, statementLimitMs: config.requestDeadlineMs, isShared: true }
  const server = new MysqlServer(address, limits, new MysqlMetrics(metrics))
  const pings = server.reservedLane('ping')
  const ping = () => pings.rows('SELECT 1', [], contextFor('ping', PING_LIMIT_MS))
  parts.add({ checks: [{ name: 'mysql', vital: true, check: ping }], stop: () => server.close() })
  const lane = server.lane('monolith')
  try {
    await lane.rows(`SELECT id FROM ${LEGACY_ORDERS_TABLE} LIMIT 1`, [], contextFor('start', config.requestDeadlineMs))
  } catch (error) {
    if (isMysqlError(error, 'noSuchTable')) throw withoutTables(serverName(address))
    throw error
  }
  return lane
}

/** Where the monolith tells of its orders. It works without: nobody is told then. */
export function openMessages({ config, metrics, parts }: StoreOptions): MessageStream {
  const options = { redisUrl: config.redisUrl, stream: LEGACY_STREAM, keep: LEGACY_STREAM_LENGTH }
  const messages = new MessageStream(options, metrics)
  parts.add({
    checks: [{ name: 'redis', vital: false, check: () => messages.ping() }],
    stop: () => messages.close(),
  })
  return messages
}

function withoutTables(database: string): Refusal {
  return new Refusal({
    what: `the monolith's tables are not in ${database}`,
    why: [`there is no ${LEGACY_ORDERS_TABLE}`],
    wayOut: 'They are made by:',
    command: 'npm run up -- --legacy',
  })
}
