// The connections a role opens: each is checked for readiness and closed with the process.

import { LEGACY_STREAM, LEGACY_STREAM_LENGTH } from '../contracts/legacy-message.ts'
import { LEGACY_ORDERS_TABLE } from '../contracts/legacy-tables.ts'
import { Refusal } from '../contracts/refusal.ts'
import { oneServer, type ShardMap, serverName } from '../contracts/shard-map.ts'
import type { Config } from './config.ts'
import type { Parts } from './part.ts'
import { EdgeRedis } from './storage/edge-redis.ts'
import { EventGroup } from './storage/event-group.ts'
import { MessageStream } from './storage/message-stream.ts'
import { isMysqlError } from './storage/mysql-errors.ts'
import { MysqlPool } from './storage/mysql-pool.ts'
import { OrderStreams } from './storage/order-streams.ts'
import { RedisCache } from './storage/redis-cache.ts'
import { requireSchema } from './storage/schema.ts'
import { type OrderIndex, SearchIndex } from './storage/search-index.ts'
import { contextFor } from './telemetry/call-context.ts'
import { causeOf } from './telemetry/cause.ts'
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
  const unreachable = await requireSchemas(map)
  if (unreachable.length === map.length) throw unreachable[0]
  for (const reason of unreachable) logger.warn(causeOf(reason), 'a MySQL server cannot be reached')
  return pool
}

/** Of the servers that are there. Resolves to why the others are not. */
export async function requireSchemas(map: ShardMap): Promise<readonly unknown[]> {
  const failures = (await Promise.allSettled(map.map((server) => requireSchema(server)))).filter(
    (check) => check.status === 'rejected',
  )
  const refusal = failures.find(({ reason }) => reason instanceof Refusal)
  if (refusal) throw refusal.reason
  return failures.map(({ reason }) => reason)
}

/** The order index. A process starts without it: lists, details and checkouts do not need it. */
export function openSearchIndex({ config, metrics, parts }: StoreOptions): OrderIndex {
  const index = new SearchIndex(config.elasticsearchUrl)
  parts.add({ checks: [{ name: 'elasticsearch', vital: false, check: () => index.ping() }], stop: () => index.close() })
  return timed<OrderIndex>(metrics, 'storage', index, { find: 'timed', write: 'timed' })
}

/** The cache. */
export function openRedis({ config, metrics, parts }: StoreOptions): RedisCache {
  const redis = new RedisCache(config.redisUrl, metrics)
  parts.add({ checks: [{ name: 'redis', vital: false, check: () => redis.ping() }], stop: () => redis.close() })
  return redis
}

/** What front-ends share. Not vital: reads are answered without it. */
export function openEdgeRedis({ config, parts }: StoreOptions): EdgeRedis {
  const edge = new EdgeRedis(config.streamsUrl)
  parts.add({ checks: [{ name: 'streams', vital: false, check: () => edge.ping() }], stop: () => edge.close() })
  return edge
}

/** The monolith's database, over one pool for everything it does. Not vital: behind the business layer it is not asked. */
export async function openLegacyMysql({ config, metrics, parts }: StoreOptions): Promise<MysqlPool> {
  const map = oneServer(config.legacyMysql)
  const limits = { poolSize: config.mysql.poolSize, statementLimitMs: config.requestDeadlineMs, isShared: true }
  const pool = new MysqlPool({ map, ...limits }, metrics)
  const checks = pool.checks.map(({ ping }) => ({ name: 'mysql', vital: false, check: ping }))
  parts.add({ checks, stop: () => pool.close() })
  try {
    const context = contextFor('start', config.requestDeadlineMs)
    await pool.home.rows(`SELECT id FROM ${LEGACY_ORDERS_TABLE} LIMIT 1`, [], context)
  } catch (error) {
    if (isMysqlError(error, 'noSuchTable')) throw withoutTables(serverName(map[0]))
    throw error
  }
  return pool
}

/** Where others are told of orders beside a monolith. What it does not take waits in MySQL. */
export function openOrderStreams({ config, parts }: StoreOptions): OrderStreams {
  const streams = new OrderStreams(config.streamsUrl)
  parts.add({ checks: [{ name: 'streams', vital: false, check: () => streams.ping() }], stop: () => streams.close() })
  return streams
}

/** Each group is told once of every change. */
export function openEventGroup({ config, parts }: StoreOptions, group: string): EventGroup {
  const events = new EventGroup(config.streamsUrl, group)
  parts.add({ checks: [{ name: 'streams', vital: false, check: () => events.ping() }], stop: () => events.close() })
  return events
}

/** Where the monolith tells of its orders before a migration begins. It works without: nobody is told then. */
export function openMessages({ config, metrics, parts }: StoreOptions): MessageStream {
  const options = { redisUrl: config.streamsUrl, stream: LEGACY_STREAM, keep: LEGACY_STREAM_LENGTH }
  const messages = new MessageStream(options, metrics)
  parts.add({
    checks: [{ name: 'streams', vital: false, check: () => messages.ping() }],
    stop: () => messages.close(),
  })
  return messages
}

function withoutTables(database: string): Refusal {
  return new Refusal({
    what: `the monolith's tables are not in ${database}`,
    why: [`there is no ${LEGACY_ORDERS_TABLE}`],
    wayOut: 'They are made by:',
    command: 'npm run tables -- --legacy',
  })
}
