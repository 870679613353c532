// order_gaps: what the other store has still to be told. A row is marked in the transaction that changed its order, and taken
// away once the other store has that version: so what is missing there is listed before it can be missing.

import { GAPS_TABLE } from '../../contracts/migration-tables.ts'
import type { Order } from '../../contracts/order.ts'
import { type OrderId, SHARD_SHIFT, shardOfOrder } from '../../contracts/order-id.ts'
import { asShard, SHARD_COUNT } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { byLane } from './mirror-lanes.ts'
import type { Statement } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'
import type { Backlog, Gap, Mark, OrderVersion, OwnedOrderStore } from './order-store.ts'

/** A mark that is there already keeps its age; a new state of the order is tried again, whatever the last one was parked for. */
const MARK = `INSERT INTO ${GAPS_TABLE} (order_id, version, since_ms) VALUES (?, ?, ?)
  ON DUPLICATE KEY UPDATE version = VALUES(version), parked_reason = NULL`
const SELECT_OLDEST = `SELECT order_id, version, since_ms FROM ${GAPS_TABLE}
  WHERE parked_reason IS NULL ORDER BY since_ms, order_id LIMIT ?`
const SELECT_PARKED = `SELECT order_id, version, since_ms, parked_reason FROM ${GAPS_TABLE}
  WHERE parked_reason IS NOT NULL ORDER BY since_ms, order_id LIMIT ?`
const SELECT_BACKLOG = `SELECT (order_id >> ${SHARD_SHIFT}) % ${SHARD_COUNT} AS shard, COUNT(*) AS marked,
  COUNT(parked_reason) AS parked, MIN(IF(parked_reason IS NULL, since_ms, NULL)) AS oldest
  FROM ${GAPS_TABLE} GROUP BY shard`
/** `version <=`: a mark that came after the version that was told stays. */
const DELETE_TOLD = `DELETE FROM ${GAPS_TABLE} WHERE order_id = ? AND version <= ?`
const PARK = `UPDATE ${GAPS_TABLE} SET parked_reason = ? WHERE order_id = ? AND version <= ?`
/** A mark of a later version stays: that one is still to be tried. */
const SET_ASIDE = `INSERT INTO ${GAPS_TABLE} (order_id, version, since_ms, parked_reason) VALUES (?, ?, ?, ?)
  ON DUPLICATE KEY UPDATE parked_reason = IF(version <= VALUES(version), VALUES(parked_reason), parked_reason)`
const SELECT_MARKS = `SELECT order_id, version, parked_reason FROM ${GAPS_TABLE} WHERE order_id IN (?)`
const REASON_LENGTH = 200

interface GapRow {
  readonly order_id: OrderId
  readonly version: number
  readonly since_ms: string
}

export function gapMark({ orderId, version, updatedAtMs }: Order): Statement {
  return { sql: MARK, values: [BigInt(orderId), version, updatedAtMs] }
}

type GapRecords = Pick<OwnedOrderStore, 'gaps' | 'settle' | 'park' | 'parked' | 'backlog' | 'marksOf' | 'setAside'>

/** The same in both stores, on each of their servers. */
export function gapRecords(pool: MysqlPool): GapRecords {
  async function oldest<R extends GapRow>(sql: string, limit: number, context: CallContext): Promise<readonly R[]> {
    const found = await Promise.all(pool.mirror.map(({ lane }) => lane.rows<R>(sql, [limit], context)))
    return found
      .flat()
      .toSorted((one, other) => Number(one.since_ms) - Number(other.since_ms))
      .slice(0, limit)
  }
  async function commitEach<T extends OrderVersion>(
    entries: readonly T[],
    statementOf: (entry: T) => Statement,
    context: CallContext,
  ): Promise<void> {
    const shares = byLane(pool, entries, ({ orderId }) => orderId)
    await Promise.all(shares.map((share) => share.lane.commitAll(share.entries.map(statementOf), context)))
  }
  return {
    gaps: async (limit, context) => (await oldest<GapRow>(SELECT_OLDEST, limit, context)).map(gapOf),
    settle: (told, context) =>
      commitEach(told, ({ orderId, version }) => ({ sql: DELETE_TOLD, values: [BigInt(orderId), version] }), context),
    park: (orders, context) =>
      commitEach(
        orders,
        ({ orderId, version, reason }) => ({
          sql: PARK,
          values: [reason.slice(0, REASON_LENGTH), BigInt(orderId), version],
        }),
        context,
      ),
    setAside: (orders, context) =>
      commitEach(
        orders,
        ({ orderId, version, reason }) => ({
          sql: SET_ASIDE,
          values: [BigInt(orderId), version, Date.now(), reason.slice(0, REASON_LENGTH)],
        }),
        context,
      ),
    marksOf: async (orderIds, context) => {
      const shares = byLane(pool, orderIds, (orderId) => orderId)
      const found = await Promise.all(
        shares.map(({ lane, entries }) => lane.rows<MarkRow>(SELECT_MARKS, [entries.map(BigInt)], context)),
      )
      return found.flat().map(markOf)
    },
    parked: async (limit, context) => {
      const rows = await oldest<GapRow & { readonly parked_reason: string }>(SELECT_PARKED, limit, context)
      return rows.map((row) => ({ ...gapOf(row), reason: row.parked_reason }))
    },
    backlog: async (context) => {
      const found = await Promise.all(pool.mirror.map(({ lane }) => lane.rows<BacklogRow>(SELECT_BACKLOG, [], context)))
      return backlogOf(found.flat())
    },
  }
}

type MarkRow = Pick<GapRow, 'order_id' | 'version'> & { readonly parked_reason: string | null }

function markOf({ order_id, version, parked_reason }: MarkRow): Mark {
  return { orderId: order_id, version, parkedReason: parked_reason }
}

interface BacklogRow {
  readonly shard: number | string
  readonly marked: number | string
  readonly parked: number | string
  readonly oldest: string | null
}

function backlogOf(rows: readonly BacklogRow[]): Backlog {
  const sum = (read: (row: BacklogRow) => number | string) => rows.reduce((all, row) => all + Number(read(row)), 0)
  const parked = sum((row) => row.parked)
  const oldest = rows.flatMap((row) => (row.oldest === null ? [] : [Number(row.oldest)]))
  const gapsByShard = rows
    .map((row) => ({ shard: asShard(Number(row.shard)), gaps: Number(row.marked) - Number(row.parked) }))
    .filter(({ gaps }) => gaps > 0)
    .toSorted((one, other) => one.shard - other.shard)
  return {
    gaps: sum((row) => row.marked) - parked,
    gapsByShard,
    parked,
    oldestSinceMs: oldest.length > 0 ? Math.min(...oldest) : null,
  }
}

function gapOf(row: GapRow): Gap {
  return {
    orderId: row.order_id,
    shard: shardOfOrder(row.order_id),
    version: row.version,
    sinceMs: Number(row.since_ms),
  }
}
