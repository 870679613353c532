// outbox_NN: what the search index has still to be told. Written in the order's transaction, deleted once told.

import type { OrderId } from '../../contracts/order-id.ts'
import type { OrderDocument } from '../../contracts/search-index.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { insertSql, sqlOf, sqlPerShard } from './columns.ts'
import type { Statement } from './mysql-lane.ts'
import type { ServerLane } from './mysql-pool.ts'

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

const INSERT = insertSql('outbox', 'one', 'order_id, version, document, created_at_ms')
const DELETE = sqlPerShard('outbox', (table) => `DELETE FROM ${table} WHERE event_id IN (?)`)

export interface EventRow {
  readonly shard: number
  readonly event_id: string
  readonly order_id: OrderId
  readonly version: number
  readonly document: string
  readonly created_at_ms: string
}

export function eventInsert(
  shard: Shard,
  event: { readonly orderId: OrderId; readonly version: number; readonly document: OrderDocument },
  createdAtMs: number,
): Statement {
  const values = [BigInt(event.orderId), event.version, JSON.stringify(event.document), createdAtMs]
  return { sql: sqlOf(INSERT, shard), values }
}

/** The oldest events of every shard of a server, in one round trip. */
export async function selectEvents(
  { lane, shards }: ServerLane,
  limitPerShard: number,
  context: CallContext,
): Promise<readonly OutboxEvent[]> {
  const perShard = shards.map(
    (shard) =>
      `(SELECT ${shard} AS shard, event_id, order_id, version, document, created_at_ms
        FROM ${tableName('outbox', shard)} ORDER BY event_id LIMIT ${Math.trunc(limitPerShard)})`,
  )
  const rows = await lane.rows<EventRow>(perShard.join(' UNION ALL '), [], context)
  return rows.map(eventOf)
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

/** They are told, or kept elsewhere. */
export function eventDeletes(events: readonly OutboxEvent[]): readonly Statement[] {
  const idsByShard = new Map<Shard, bigint[]>()
  for (const { shard, eventId } of events) {
    const ids = idsByShard.get(shard) ?? []
    ids.push(BigInt(eventId))
    idsByShard.set(shard, ids)
  }
  return [...idsByShard].map(([shard, eventIds]) => ({ sql: sqlOf(DELETE, shard), values: [eventIds] }))
}
