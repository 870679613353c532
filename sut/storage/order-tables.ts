// orders_NN and order_items_NN: rows in, rows out. Ownership is part of every query by a user.

import { CHANNELS, ORDER_STATUSES, type Order, type OrderItem } from '../../contracts/order.ts'
import { type OrderId, shardOfOrder } from '../../contracts/order-id.ts'
import { type Shard, shardOf } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { columnsOf, insertSql, sqlOf, sqlPerShard } from './columns.ts'
import type { Statement } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'
import { nameAt } from './name-at.ts'
import type { OwnOrdersPage } from './order-store.ts'

/** BIGINT arrives as text. */
export interface OrderRow {
  readonly order_id: OrderId
  readonly user_id: string
  readonly status: number
  readonly channel: number
  readonly region: number
  readonly item_count: number
  readonly amount_cents: string
  readonly created_at_ms: string
  readonly updated_at_ms: string
  readonly version: number
}

export interface ItemRow {
  readonly line_no: number
  readonly product_id: number
  readonly quantity: number
  readonly unit_price_cents: string
}

const ORDER_COLUMNS = columnsOf('orders')
const INSERT_ORDER = insertSql('orders', 'one')
const INSERT_ITEMS = insertSql('order_items', 'many')
const SELECT_NEWEST = sqlPerShard(
  'orders',
  (table) => `SELECT ${ORDER_COLUMNS} FROM ${table} WHERE user_id = ? ORDER BY order_id DESC LIMIT ?`,
)
const SELECT_OLDER = sqlPerShard(
  'orders',
  (table) => `SELECT ${ORDER_COLUMNS} FROM ${table} WHERE user_id = ? AND order_id < ? ORDER BY order_id DESC LIMIT ?`,
)
const UPDATE_STATUS = sqlPerShard(
  'orders',
  (table) =>
    `UPDATE ${table} SET status = ?, version = ?, updated_at_ms = ? WHERE order_id = ? AND user_id = ? AND version = ?`,
)
const SELECT_BY_IDS = sqlPerShard('orders', (table) => `(SELECT ${ORDER_COLUMNS} FROM ${table} WHERE order_id IN (?))`)
export const SELECT_ITEMS = sqlPerShard(
  'order_items',
  (table) => `SELECT line_no, product_id, quantity, unit_price_cents FROM ${table} WHERE order_id = ? ORDER BY line_no`,
)

export function orderInserts(order: Order, items: readonly OrderItem[]): readonly Statement[] {
  const shard = shardOf(order.userId)
  const orderId = BigInt(order.orderId)
  const values = [
    orderId,
    order.userId,
    ORDER_STATUSES.indexOf(order.status),
    CHANNELS.indexOf(order.channel),
    order.region,
    order.itemCount,
    order.amountCents,
    order.createdAtMs,
    order.updatedAtMs,
    order.version,
  ]
  const rows = items.map((item) => [orderId, item.lineNo, item.productId, item.quantity, item.unitPriceCents])
  return [
    { sql: sqlOf(INSERT_ORDER, shard), values },
    { sql: sqlOf(INSERT_ITEMS, shard), values: [rows] },
  ]
}

/** Matches no row when the order is no longer what `before` says. */
export function orderUpdate(before: Order, after: Order): Statement {
  const values = [
    ORDER_STATUSES.indexOf(after.status),
    after.version,
    after.updatedAtMs,
    BigInt(before.orderId),
    before.userId,
    before.version,
  ]
  return { sql: sqlOf(UPDATE_STATUS, shardOf(before.userId)), values }
}

export function ownOrdersQuery({ userId, limit, before }: OwnOrdersPage): Statement {
  const shard = shardOf(userId)
  return before
    ? { sql: sqlOf(SELECT_OLDER, shard), values: [userId, BigInt(before), limit] }
    : { sql: sqlOf(SELECT_NEWEST, shard), values: [userId, limit] }
}

/** Newest first. */
export async function selectOwnOrders(
  pool: MysqlPool,
  page: OwnOrdersPage,
  context: CallContext,
): Promise<readonly Order[]> {
  const { sql, values } = ownOrdersQuery(page)
  return (await pool.shard(shardOf(page.userId)).rows<OrderRow>(sql, values, context)).map(orderOf)
}

/** Orders of any users, in no particular order: one round trip to each server, however many shards they lie in. */
export async function selectOrders(
  pool: MysqlPool,
  orderIds: readonly OrderId[],
  context: CallContext,
): Promise<readonly Order[]> {
  const idsByShard = new Map<Shard, bigint[]>()
  for (const orderId of orderIds) {
    const shard = shardOfOrder(orderId)
    const ids = idsByShard.get(shard)
    if (ids) ids.push(BigInt(orderId))
    else idsByShard.set(shard, [BigInt(orderId)])
  }
  const found = await Promise.all(
    pool.search.map(async ({ lane, shards }) => {
      const asked = shards.filter((shard) => idsByShard.has(shard))
      if (asked.length === 0) return []
      const sql = asked.map((shard) => sqlOf(SELECT_BY_IDS, shard)).join(' UNION ALL ')
      return lane.rows<OrderRow>(
        sql,
        asked.map((shard) => idsByShard.get(shard) ?? []),
        context,
      )
    }),
  )
  return found.flat().map(orderOf)
}

export function itemOf(row: ItemRow): OrderItem {
  return {
    lineNo: row.line_no,
    productId: row.product_id,
    quantity: row.quantity,
    unitPriceCents: Number(row.unit_price_cents),
  }
}

export function orderOf(row: OrderRow): Order {
  return {
    orderId: row.order_id,
    userId: Number(row.user_id),
    status: nameAt(ORDER_STATUSES, row.status),
    channel: nameAt(CHANNELS, row.channel),
    region: row.region,
    itemCount: row.item_count,
    amountCents: Number(row.amount_cents),
    createdAtMs: Number(row.created_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    version: row.version,
  }
}
