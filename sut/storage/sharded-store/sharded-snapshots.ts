// Whole orders out of the sharded store. Orders and payments come from one statement, hence one snapshot: read one after the
// other, a payment made in between would make a pair that never was, and be parked.

import { legacyNumberOf } from '../../../contracts/legacy-number.ts'
import { type OrderId, shardOfOrder } from '../../../contracts/order-id.ts'
import { ALL_SHARDS, type Shard } from '../../../contracts/shard.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { sqlOf, sqlPerShard } from '../columns.ts'
import { byLane } from '../mirror-lanes.ts'
import type { MysqlLane, Statement } from '../mysql-lane.ts'
import type { MysqlPool } from '../mysql-pool.ts'
import type { OrderSnapshot, ParkedOrder, Snapshots } from '../order-store.ts'
import { type ItemRow, itemOf, orderOf } from '../order-tables.ts'
import { paymentOf } from '../payment-table.ts'
import { type PairRow, pairsSql } from '../whole-order.ts'
import { SELECT_NUMBERS } from './legacy-numbers-table.ts'

const SELECT_PAIRS = ALL_SHARDS.map((shard) => pairsSql(shard, 'order_id IN (?)', 'order_id IN (?)'))
const SELECT_ITEMS = sqlPerShard(
  'order_items',
  (table) => `(SELECT order_id, line_no, product_id, quantity, unit_price_cents FROM ${table} WHERE order_id IN (?))`,
)
const SELECT_KEYS = sqlPerShard(
  'idempotency_keys',
  (table) => `(SELECT order_id, user_id, key_hash, request_hash FROM ${table} WHERE order_id IN (?))`,
)

interface OfOrder {
  readonly order_id: OrderId
}
interface KeyRow extends OfOrder {
  readonly user_id: string
  readonly key_hash: Buffer
  readonly request_hash: Buffer
}
interface NumberRow extends OfOrder {
  readonly legacy_no: string
}

export async function shardedSnapshots(
  pool: MysqlPool,
  orderIds: readonly OrderId[],
  context: CallContext,
): Promise<Snapshots> {
  const shares = byLane(pool, orderIds, (orderId) => orderId)
  const read = await Promise.all(shares.map(({ lane, entries }) => snapshotsOn(lane, entries, context)))
  return {
    whole: read.flatMap(({ whole }) => whole),
    unreadable: read.flatMap(({ unreadable }) => unreadable),
  }
}

async function snapshotsOn(lane: MysqlLane, orderIds: readonly OrderId[], context: CallContext): Promise<Snapshots> {
  const idsOf = [...Map.groupBy(orderIds, shardOfOrder)].map(
    ([shard, own]) => [shard, own.map((orderId) => BigInt(orderId))] as const,
  )
  const union = (perShard: readonly string[], lists: number): Statement => ({
    sql: idsOf.map(([shard]: readonly [Shard, unknown]) => sqlOf(perShard, shard)).join(' UNION ALL '),
    values: idsOf.flatMap(([, ids]) => Array.from({ length: lists }, () => ids)),
  })
  const [pairs, items, keys, numbers] = await lane.rowsOfEach(
    [
      union(SELECT_PAIRS, 2),
      union(SELECT_ITEMS, 1),
      union(SELECT_KEYS, 1),
      { sql: SELECT_NUMBERS, values: [orderIds.map((orderId) => BigInt(orderId))] },
    ],
    context,
  )
  const rows = {
    pairs: byOrder(pairs as readonly PairRow[]),
    items: byOrder(items as readonly (ItemRow & OfOrder)[]),
    keys: byOrder(keys as readonly KeyRow[]),
    numbers: byOrder(numbers as readonly NumberRow[]),
  }
  const whole: OrderSnapshot[] = []
  const unreadable: ParkedOrder[] = []
  for (const orderId of rows.pairs.keys()) {
    try {
      whole.push(snapshotOf(orderId, rows))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      unreadable.push({ orderId, reason: error.message })
    }
  }
  return { whole, unreadable }
}

interface RowsOfOrders {
  readonly pairs: ReadonlyMap<OrderId, readonly PairRow[]>
  readonly items: ReadonlyMap<OrderId, readonly ItemRow[]>
  readonly keys: ReadonlyMap<OrderId, readonly KeyRow[]>
  readonly numbers: ReadonlyMap<OrderId, readonly NumberRow[]>
}

/** Throws RangeError for rows that are no order. */
function snapshotOf(orderId: OrderId, { pairs, items, keys, numbers }: RowsOfOrders): OrderSnapshot {
  const rows = pairs.get(orderId) ?? []
  const order = rows.find((row) => row.kind === 'order')
  if (!order) throw new RangeError('it has a payment and no order')
  const [number] = numbers.get(orderId) ?? []
  const legacyNo = number ? Number(number.legacy_no) : legacyNumberOf(orderId)
  if (legacyNo === null) throw new RangeError('the old interfaces have no number for it')
  const payments = rows.flatMap((row) => (row.kind === 'payment' ? [paymentOf(row)] : []))
  const [key] = keys.get(orderId) ?? []
  return {
    order: orderOf(order),
    items: (items.get(orderId) ?? []).map(itemOf).toSorted((one, other) => one.lineNo - other.lineNo),
    payments: payments.toSorted((one, other) => one.paymentNo - other.paymentNo),
    legacyNo,
    key: key ? { userId: Number(key.user_id), keyHash: key.key_hash, requestHash: key.request_hash } : null,
  }
}

function byOrder<R extends OfOrder>(rows: readonly R[]): ReadonlyMap<OrderId, readonly R[]> {
  return Map.groupBy(rows, (row) => row.order_id)
}
