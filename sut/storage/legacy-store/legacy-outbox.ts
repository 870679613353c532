// order_outbox: what the search index has still to be told of the monolith's orders, while its database decides.

import { LEGACY_OUTBOX_TABLE } from '../../../contracts/legacy-tables.ts'
import { shardOfOrder } from '../../../contracts/order-id.ts'
import type { MysqlLane } from '../mysql-lane.ts'
import { type EventRow, eventOf, type Outbox } from '../outbox-tables.ts'

const EVENTS = 1_000
const SELECT = `SELECT event_id, order_id, version, document, created_at_ms FROM ${LEGACY_OUTBOX_TABLE}
  ORDER BY event_id LIMIT ${EVENTS}`
const DELETE = `DELETE FROM ${LEGACY_OUTBOX_TABLE} WHERE event_id IN (?)`

export function legacyOutbox(lane: MysqlLane): Outbox {
  return {
    lane,
    oldest: async (context) => {
      const rows = await lane.rows<Omit<EventRow, 'shard'>>(SELECT, [], context)
      const events = rows.map((row) => eventOf({ ...row, shard: shardOfOrder(row.order_id) }))
      return { events, isFull: events.length === EVENTS }
    },
    deletes: (events) =>
      events.length === 0 ? [] : [{ sql: DELETE, values: [events.map(({ eventId }) => BigInt(eventId))] }],
  }
}
