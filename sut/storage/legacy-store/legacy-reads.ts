// Orders as the monolith's tables have them. The rows of an order and of its payments come from one statement, hence one
// snapshot: nobody sees an order that is placed beside a payment that is captured.

import { centsOfDecimal } from '../../../contracts/legacy-amount.ts'
import { LEGACY_ITEMS_TABLE, LEGACY_KEYS_TABLE, LEGACY_ORDERS_TABLE } from '../../../contracts/legacy-tables.ts'
import type { Order } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { MysqlLane } from '../mysql-lane.ts'
import type { MysqlPool } from '../mysql-pool.ts'
import type {
  IdPage,
  KeyedOrder,
  KeyOfUser,
  OrderSnapshot,
  OwnOrderKey,
  OwnOrdersPage,
  ParkedOrder,
  Snapshots,
} from '../order-store.ts'
import type { WholeOrder } from '../whole-order.ts'
import { itemOfRow, type LegacyItemRow, type LegacyRow, orderOfRow, paymentOfRow, ROW_COLUMNS } from './legacy-rows.ts'

const FROM_ORDERS = `SELECT ${ROW_COLUMNS} FROM ${LEGACY_ORDERS_TABLE}`
const SELECT_OWN_ROWS = `${FROM_ORDERS} WHERE order_id = ? AND user_id = ? ORDER BY payment_no`
const SELECT_ROWS = `${FROM_ORDERS} WHERE order_id IN (?) ORDER BY order_id, payment_no`
const SELECT_PRODUCTS = `${FROM_ORDERS} WHERE order_id IN (?) AND payment_no = 0`
/** Above 0: without the rows that have no order id yet. */
const SELECT_NEWEST = `${FROM_ORDERS} WHERE user_id = ? AND payment_no = 0 AND order_id > 0 ORDER BY order_id DESC LIMIT ?`
const SELECT_OLDER = `${FROM_ORDERS} WHERE user_id = ? AND payment_no = 0 AND order_id < ? ORDER BY order_id DESC LIMIT ?`
/** Covered by the key of an order's rows. Without the rows that have no order id yet. */
const SELECT_IDS = `SELECT DISTINCT order_id FROM ${LEGACY_ORDERS_TABLE} WHERE order_id > ? ORDER BY order_id LIMIT ?`
/** The items' own `order_id` is the order's number. */
const SELECT_ITEMS = `SELECT ordered.order_id, items.line_no, items.product_id, items.quantity, items.unit_price
  FROM ${LEGACY_ORDERS_TABLE} AS ordered JOIN ${LEGACY_ITEMS_TABLE} AS items ON items.order_id = ordered.id
  WHERE ordered.order_id IN (?) AND ordered.payment_no = 0 ORDER BY ordered.order_id, items.line_no`
const SELECT_KEYS = `SELECT order_id, user_id, key_hash, request_hash FROM ${LEGACY_KEYS_TABLE} WHERE order_id IN (?)`
const SELECT_KEYED = `SELECT request_hash, order_id FROM ${LEGACY_KEYS_TABLE} WHERE user_id = ? AND key_hash = ?`
const SELECT_ANSWER = `SELECT given.request_hash, given.order_id, ordered.amount FROM ${LEGACY_KEYS_TABLE} AS given
  JOIN ${LEGACY_ORDERS_TABLE} AS ordered ON ordered.order_id = given.order_id AND ordered.payment_no = 0
  WHERE given.user_id = ? AND given.key_hash = ?`
const SELECT_NUMBERED = `SELECT order_id FROM ${LEGACY_ORDERS_TABLE} WHERE id = ? AND payment_no = 0 AND order_id IS NOT NULL`

interface KeyRow {
  readonly order_id: OrderId
  readonly user_id: string
  readonly key_hash: Buffer
  readonly request_hash: Buffer
}

export async function selectWhole(
  lane: MysqlLane,
  { orderId, userId }: OwnOrderKey,
  context: CallContext,
): Promise<WholeOrder | null> {
  const id = BigInt(orderId)
  const [rows, items] = await lane.rowsOfEach(
    [
      { sql: SELECT_OWN_ROWS, values: [id, userId] },
      { sql: SELECT_ITEMS, values: [[id]] },
    ],
    context,
  )
  const [product, ...payments] = rows as readonly LegacyRow[]
  if (!product) return null
  const payment = payments.at(-1)
  if (!payment || product.payment_no !== 0) throw new RangeError(`order ${orderId} is not one product and its payments`)
  return {
    order: orderOfRow(product),
    items: (items as readonly LegacyItemRow[]).map(itemOfRow),
    payment: paymentOfRow(payment),
  }
}

export async function selectOwn(
  lane: MysqlLane,
  { userId, limit, before }: OwnOrdersPage,
  context: CallContext,
): Promise<readonly Order[]> {
  const rows = before
    ? lane.rows<LegacyRow>(SELECT_OLDER, [userId, BigInt(before), limit], context)
    : lane.rows<LegacyRow>(SELECT_NEWEST, [userId, limit], context)
  return (await rows).map(orderOfRow)
}

export async function selectByIds(
  lane: MysqlLane,
  orderIds: readonly OrderId[],
  context: CallContext,
): Promise<readonly Order[]> {
  if (orderIds.length === 0) return []
  return (await lane.rows<LegacyRow>(SELECT_PRODUCTS, [orderIds.map(BigInt)], context)).map(orderOfRow)
}

export async function selectNumbered(lane: MysqlLane, legacyNo: number, context: CallContext): Promise<OrderId | null> {
  const [row] = await lane.rows<{ readonly order_id: OrderId }>(SELECT_NUMBERED, [legacyNo], context)
  return row?.order_id ?? null
}

export async function selectAnswer(
  lane: MysqlLane,
  { userId, keyHash }: KeyOfUser,
  context: CallContext,
): Promise<KeyedOrder | null> {
  const [row] = await lane.rows<Pick<KeyRow, 'order_id' | 'request_hash'> & Pick<LegacyRow, 'amount'>>(
    SELECT_ANSWER,
    [userId, keyHash],
    context,
  )
  return row ? { requestHash: row.request_hash, orderId: row.order_id, amountCents: centsOfDecimal(row.amount) } : null
}

/** A transaction that has not ended yet holds this key. */
export async function isKeyBeingWritten(
  lane: MysqlLane,
  { userId, keyHash }: KeyOfUser,
  context: CallContext,
): Promise<boolean> {
  const [, found] = await lane.rowsOfEach(
    [
      { sql: 'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED', values: [] },
      { sql: SELECT_KEYED, values: [userId, keyHash] },
    ],
    context,
  )
  return (found ?? []).length > 0
}

export async function selectIdsAfter(
  { mirror: [server] }: MysqlPool,
  after: OrderId | null,
  size: number,
  context: CallContext,
): Promise<IdPage> {
  if (!server) throw new RangeError("the monolith's database is one server")
  const rows = await server.lane.rows<{ readonly order_id: OrderId }>(SELECT_IDS, [BigInt(after ?? 0), size], context)
  const orderIds = rows.map(({ order_id }) => order_id)
  return { orderIds, upTo: orderIds.length < size ? null : (orderIds.at(-1) ?? null) }
}

export async function selectSnapshots(
  lane: MysqlLane,
  orderIds: readonly OrderId[],
  context: CallContext,
): Promise<Snapshots> {
  const values = [orderIds.map(BigInt)]
  const [rows, items, keys] = await lane.rowsOfEach(
    [
      { sql: SELECT_ROWS, values },
      { sql: SELECT_ITEMS, values },
      { sql: SELECT_KEYS, values },
    ],
    context,
  )
  const itemsOf = Map.groupBy(items as readonly LegacyItemRow[], (row) => row.order_id)
  const keyOf = new Map((keys as readonly KeyRow[]).map((row) => [row.order_id, row]))
  const whole: OrderSnapshot[] = []
  const unreadable: ParkedOrder[] = []
  for (const [orderId, own] of Map.groupBy(rows as readonly LegacyRow[], (row) => row.order_id)) {
    try {
      whole.push(snapshotOf(own, itemsOf.get(orderId) ?? [], keyOf.get(orderId)))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      unreadable.push({ orderId, reason: error.message })
    }
  }
  return { whole, unreadable }
}

/** Throws RangeError for rows that are no order. */
function snapshotOf(
  [product, ...payments]: readonly LegacyRow[],
  items: readonly LegacyItemRow[],
  key: KeyRow | undefined,
): OrderSnapshot {
  if (product?.payment_no !== 0) throw new RangeError('it has a payment and no product')
  return {
    order: orderOfRow(product),
    items: items.map(itemOfRow),
    payments: payments.map(paymentOfRow),
    legacyNo: Number(product.id),
    key: key ? { userId: Number(key.user_id), keyHash: key.key_hash, requestHash: key.request_hash } : null,
  }
}
