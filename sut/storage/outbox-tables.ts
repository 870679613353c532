// outbox_NN: what the search index has still to be told. Written in the order's transaction, deleted once told.

import type { Order } from '../../contracts/order.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { orderDocument } from '../../contracts/search-index.ts'
import { ALL_SHARDS, type Shard, shardOf, tableName } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { insertSql, sqlOf, sqlPerShard } from './columns.ts'
import { openEpochSql } from './fence.ts'
import type { SqlValue } from './mysql-connection.ts'
import type { MysqlLane, Statement } from './mysql-lane.ts'
import type { ServerLane } from './mysql-pool.ts'
import type { WriteGuard } from './order-store.ts'

export interface OutboxEvent {
  readonly shard: Shard
  /** Text: an AUTO_INCREMENT of its table. */
  readonly eventId: string
  readonly orderId: OrderId
  readonly version: number
  /** JSON of an OrderDocument. */
  readonly document: string
  readonly createdAtMs: number
}

const EVENTS_PER_SHARD = 100
const INSERT = insertSql('outbox', 'one', 'order_id, version, document, created_at_ms')
const INSERT_FENCED = ALL_SHARDS.map(
  (shard) => `INSERT INTO ${tableName('outbox', shard)} (epoch, order_id, version, document, created_at_ms)
    VALUES (${openEpochSql(shard)}, ?, ?, ?, ?)`,
)
const DELETE = sqlPerShard('outbox', (table) => `DELETE FROM ${table} WHERE event_id IN (?)`)

export interface EventRow {
  readonly shard: number
  readonly event_id: string
  readonly order_id: OrderId
  readonly version: number
  readonly document: string
  readonly created_at_ms: string
}

/** What the order's new state is to the search index. With a guard it is refused where the store is not open for its epoch. */
export function eventInsert(order: Order, guard: WriteGuard | null): Statement {
  const shard = shardOf(order.userId)
  const values = eventValues(order)
  return guard
    ? { sql: sqlOf(INSERT_FENCED, shard), values: [guard.epoch, ...values] }
    : { sql: sqlOf(INSERT, shard), values }
}

export function eventValues(order: Order): readonly SqlValue[] {
  return [BigInt(order.orderId), order.version, JSON.stringify(orderDocument(order)), order.updatedAtMs]
}

/** What is to be told, of one server: the relay does not know in which tables it lies. */
export interface Outbox {
  /** Where it lies, and beside it what was parked. */
  readonly lane: MysqlLane
  /** In one round trip. `isFull`: there may be more. */
  readonly oldest: (
    context: CallContext,
  ) => Promise<{ readonly events: readonly OutboxEvent[]; readonly isFull: boolean }>
  /** They are told, or kept elsewhere. */
  readonly deletes: (events: readonly OutboxEvent[]) => readonly Statement[]
}

export function shardedOutbox({ lane, shards }: ServerLane): Outbox {
  const perShard = shards.map(
    (shard) =>
      `(SELECT ${shard} AS shard, event_id, order_id, version, document, created_at_ms
        FROM ${tableName('outbox', shard)} ORDER BY event_id LIMIT ${EVENTS_PER_SHARD})`,
  )
  const sql = perShard.join(' UNION ALL ')
  return {
    lane,
    oldest: async (context) => {
      const events = (await lane.rows<EventRow>(sql, [], context)).map(eventOf)
      return { events, isFull: hasFullShard(events) }
    },
    deletes: eventDeletes,
  }
}

export function eventOf(row: EventRow): OutboxEvent {
  return {
    shard: row.shard as Shard,
    eventId: row.event_id,
    orderId: row.order_id,
    version: row.version,
    document: row.document,
    createdAtMs: Number(row.created_at_ms),
  }
}

function hasFullShard(events: readonly OutboxEvent[]): boolean {
  const counts = new Map<number, number>()
  return events.some(({ shard }) => {
    const count = (counts.get(shard) ?? 0) + 1
    counts.set(shard, count)
    return count >= EVENTS_PER_SHARD
  })
}

function eventDeletes(events: readonly OutboxEvent[]): readonly Statement[] {
  const idsByShard = new Map<Shard, bigint[]>()
  for (const { shard, eventId } of events) {
    const ids = idsByShard.get(shard) ?? []
    ids.push(BigInt(eventId))
    idsByShard.set(shard, ids)
  }
  return [...idsByShard].map(([shard, eventIds]) => ({ sql: sqlOf(DELETE, shard), values: [eventIds] }))
}
