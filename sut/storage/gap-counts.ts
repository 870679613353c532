// How far the other store lags behind this one, and what it can never take.

import { GAPS_TABLE } from '../../contracts/migration-tables.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { NOW_MS } from './database-clock.ts'
import type { ServerLane } from './mysql-pool.ts'

export interface GapCounts {
  /** Parked ones aside. */
  readonly gaps: number
  readonly oldestGapSeconds: number | null
  readonly parked: number
  /** The first few. */
  readonly parkedOrders: readonly { readonly orderId: OrderId; readonly reason: string }[]
}

const NAMED_AT_MOST = 10

export async function countGaps(servers: readonly ServerLane[], context: CallContext): Promise<GapCounts> {
  const counts = await Promise.all(servers.map((server) => countServer(server, context)))
  const ages = counts.flatMap(({ oldestGapSeconds }) => oldestGapSeconds ?? [])
  return {
    gaps: counts.reduce((sum, { gaps }) => sum + gaps, 0),
    oldestGapSeconds: ages.length === 0 ? null : Math.max(...ages),
    parked: counts.reduce((sum, { parked }) => sum + parked, 0),
    parkedOrders: counts.flatMap(({ parkedOrders }) => parkedOrders).slice(0, NAMED_AT_MOST),
  }
}

async function countServer({ lane }: ServerLane, context: CallContext): Promise<GapCounts> {
  const [counts, orders] = await lane.rowsOfEach(
    [
      {
        sql: `SELECT COUNT(*) AS marks, SUM(parked_reason IS NOT NULL) AS parked,
          (${NOW_MS} - MIN(CASE WHEN parked_reason IS NULL THEN since_ms END)) / 1000 AS oldest FROM ${GAPS_TABLE}`,
        values: [],
      },
      {
        sql: `SELECT order_id, parked_reason FROM ${GAPS_TABLE} WHERE parked_reason IS NOT NULL
          ORDER BY since_ms LIMIT ${NAMED_AT_MOST}`,
        values: [],
      },
    ],
    context,
  )
  const [{ marks, parked, oldest }] = counts as readonly [
    { readonly marks: string; readonly parked: string | null; readonly oldest: string | null },
  ]
  return {
    gaps: Number(marks) - Number(parked ?? 0),
    oldestGapSeconds: oldest === null ? null : Math.max(0, Number(oldest)),
    parked: Number(parked ?? 0),
    parkedOrders: (orders as readonly { readonly order_id: OrderId; readonly parked_reason: string }[]).map(
      ({ order_id, parked_reason }) => ({ orderId: order_id, reason: parked_reason }),
    ),
  }
}

/** Of the orders from `sinceOrderId` on, those that stay behind. */
export async function selectParkedIds(
  servers: readonly ServerLane[],
  sinceOrderId: OrderId,
  context: CallContext,
): Promise<readonly OrderId[]> {
  const sql = `SELECT order_id FROM ${GAPS_TABLE} WHERE parked_reason IS NOT NULL AND order_id >= ?`
  const perServer = await Promise.all(
    servers.map(({ lane }) => lane.rows<{ readonly order_id: OrderId }>(sql, [BigInt(sinceOrderId)], context)),
  )
  return perServer.flat().map(({ order_id }) => order_id)
}

/** After the migration was made final nobody follows any longer. */
export async function forgetGaps(servers: readonly ServerLane[], context: CallContext): Promise<void> {
  for (const { lane } of servers) {
    while ((await lane.execute(`DELETE FROM ${GAPS_TABLE} LIMIT 10000`, [], context)) > 0);
  }
}
