// How the sharded store takes over whole orders: what it has of them already, and what it writes.

import { ORDER_STATUSES, PAYMENT_STATUSES, type Payment } from '../../../contracts/order.ts'
import { type Shard, STORED_FAMILIES, shardOf } from '../../../contracts/shard.ts'
import type { Absorber } from '../absorb.ts'
import { sqlOf, sqlPerShard } from '../columns.ts'
import type { Statement } from '../mysql-lane.ts'
import type { OrderSnapshot } from '../order-store.ts'
import { paymentInsert } from '../payment-table.ts'
import { DELETE_NUMBER, SELECT_CLAIMED_NUMBERS } from './legacy-numbers-table.ts'
import { absorbInserts } from './sharded-statements.ts'

const LOOK_ORDERS = sqlPerShard(
  'orders',
  (table) => `SELECT 'order' AS kind, order_id, version FROM ${table} WHERE order_id IN (?) FOR UPDATE`,
)
const LOOK_PAYMENTS = sqlPerShard(
  'payments',
  (table) => `SELECT 'payment' AS kind, order_id, payment_no FROM ${table} WHERE order_id IN (?)`,
)
const LOOK_KEYS = sqlPerShard(
  'idempotency_keys',
  (table) => `SELECT 'key' AS kind, order_id, user_id, key_hash FROM ${table} WHERE (user_id, key_hash) IN (?)`,
)
const UPDATE_ORDER = sqlPerShard(
  'orders',
  (table) => `UPDATE ${table} SET status = ?, version = ?, updated_at_ms = ? WHERE order_id = ?`,
)
const UPDATE_PAYMENT = sqlPerShard(
  'payments',
  (table) => `UPDATE ${table} SET status = ?, version = ?, updated_at_ms = ? WHERE order_id = ? AND payment_no = ?`,
)

const DELETES = STORED_FAMILIES.map((family) =>
  sqlPerShard(family, (table) => `DELETE FROM ${table} WHERE order_id = ?`),
)

export const SHARDED_ABSORBER: Absorber = { look, inserts: absorbInserts, updates, replaces }

function look(snapshots: readonly OrderSnapshot[]): readonly Statement[] {
  const ids = snapshots.map(({ order }) => BigInt(order.orderId))
  const byShard = Map.groupBy(snapshots, ({ order }) => shardOf(order.userId))
  return [
    ...[...byShard].flatMap(([shard, own]) => lookIn(shard, own)),
    { sql: SELECT_CLAIMED_NUMBERS, values: [snapshots.map(({ legacyNo }) => legacyNo), ids] },
  ]
}

function lookIn(shard: Shard, snapshots: readonly OrderSnapshot[]): readonly Statement[] {
  const ids = snapshots.map(({ order }) => BigInt(order.orderId))
  const keys = snapshots.flatMap(({ key }) => (key ? [[key.userId, key.keyHash]] : []))
  return [
    { sql: sqlOf(LOOK_ORDERS, shard), values: [ids] },
    { sql: sqlOf(LOOK_PAYMENTS, shard), values: [ids] },
    ...(keys.length > 0 ? [{ sql: sqlOf(LOOK_KEYS, shard), values: [keys] }] : []),
  ]
}

function updates({ order, payments }: OrderSnapshot, present: ReadonlySet<number>): readonly Statement[] {
  const { orderId, userId, status, version, updatedAtMs } = order
  const values = [ORDER_STATUSES.indexOf(status), version, updatedAtMs, BigInt(orderId)]
  return [
    { sql: sqlOf(UPDATE_ORDER, shardOf(userId)), values },
    ...payments.map((payment) => (present.has(payment.paymentNo) ? paymentChange(payment) : paymentInsert(payment))),
  ]
}

function replaces(snapshot: OrderSnapshot): readonly Statement[] {
  const { orderId, userId } = snapshot.order
  const deletes = [...DELETES.map((perShard) => sqlOf(perShard, shardOf(userId))), DELETE_NUMBER]
  return [...deletes.map((sql) => ({ sql, values: [BigInt(orderId)] })), ...absorbInserts(snapshot)]
}

function paymentChange({ orderId, paymentNo, userId, status, version, updatedAtMs }: Payment): Statement {
  const values = [PAYMENT_STATUSES.indexOf(status), version, updatedAtMs, BigInt(orderId), paymentNo]
  return { sql: sqlOf(UPDATE_PAYMENT, shardOf(userId)), values }
}
