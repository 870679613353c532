// parked_events: events that the index did not take while it took others. Out of the way of the rest; tried again at their
// time, or, without one, kept for a person, who looks at the reason and re-drives them.

import { PARKED_TABLE } from '../../contracts/tables.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { MysqlLane, Statement } from './mysql-lane.ts'
import { type EventRow, eventOf, type OutboxEvent } from './outbox-tables.ts'

export interface ParkedEvent extends OutboxEvent {
  readonly reason: string
  /** How often the index did not take it while it took others. */
  readonly attempts: number
  /** null: not tried again until it is re-driven. */
  readonly nextTryAtMs: number | null
}

export const CREATE_PARKED_SQL = `CREATE TABLE IF NOT EXISTS ${PARKED_TABLE} (
  shard TINYINT NOT NULL,
  event_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  version INT NOT NULL,
  document JSON NOT NULL,
  created_at_ms BIGINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  attempts INT NOT NULL,
  next_try_at_ms BIGINT NULL,
  PRIMARY KEY (shard, event_id),
  KEY next_try (next_try_at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

const COLUMNS = 'shard, event_id, order_id, version, document, created_at_ms, reason, attempts, next_try_at_ms'
const SELECT_DUE = `SELECT ${COLUMNS} FROM ${PARKED_TABLE} WHERE next_try_at_ms <= ? ORDER BY next_try_at_ms LIMIT ?`
/** `is_waiting`: 1 for those that will be tried again by themselves. */
export const COUNT_PARKED = `SELECT reason, next_try_at_ms IS NOT NULL AS is_waiting, COUNT(*) AS events
  FROM ${PARKED_TABLE} GROUP BY reason, is_waiting ORDER BY events DESC`
/** All that wait for a person, due at once and with all their attempts. */
export const REDRIVE_PARKED = `UPDATE ${PARKED_TABLE} SET attempts = 0, next_try_at_ms = 0 WHERE next_try_at_ms IS NULL`

interface ParkedRow extends EventRow {
  readonly reason: string
  readonly attempts: number
  readonly next_try_at_ms: string
}

export async function selectDueEvents(
  lane: MysqlLane,
  nowMs: number,
  limit: number,
  context: CallContext,
): Promise<readonly ParkedEvent[]> {
  const rows = await lane.rows<ParkedRow>(SELECT_DUE, [nowMs, limit], context)
  return rows.map((row) => ({
    ...eventOf(row),
    reason: row.reason,
    attempts: row.attempts,
    nextTryAtMs: Number(row.next_try_at_ms),
  }))
}

export interface ParkedCount {
  readonly reason: string
  readonly is_waiting: number | string
  readonly events: number | string
}

export function countParked(lane: MysqlLane, context: CallContext): Promise<readonly ParkedCount[]> {
  return lane.rows<ParkedCount>(COUNT_PARKED, [], context)
}

/** Parks them, or says anew how they stand. */
export function parkedReplace(events: readonly ParkedEvent[]): Statement {
  const rows = events.map((event) => [
    event.shard,
    BigInt(event.eventId),
    BigInt(event.orderId),
    event.version,
    event.document,
    event.createdAtMs,
    event.reason.slice(0, 500),
    event.attempts,
    event.nextTryAtMs,
  ])
  return { sql: `REPLACE INTO ${PARKED_TABLE} (${COLUMNS}) VALUES ?`, values: [rows] }
}

export function parkedDelete(events: readonly OutboxEvent[]): Statement {
  const keys = events.map(({ shard, eventId }) => [shard, BigInt(eventId)])
  return { sql: `DELETE FROM ${PARKED_TABLE} WHERE (shard, event_id) IN (?)`, values: [keys] }
}
