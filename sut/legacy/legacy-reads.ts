// List and detail as the monolith reads them: one statement that joins everything a page shows. `t_order` is joined with
// itself, since the payment of an order is a row of the same table, and each user's list walks over those rows too.

import type { LegacyDetail, LegacyItem, LegacyList, LegacyOrderLine } from '../../contracts/legacy-api.ts'
import {
  LEGACY_ITEMS_TABLE,
  LEGACY_KINDS,
  LEGACY_ORDERS_TABLE,
  LEGACY_PRODUCTS_TABLE,
  LEGACY_USERS_TABLE,
} from '../../contracts/legacy-tables.ts'
import type { MysqlLane } from '../storage/mysql-lane.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { LegacyOrders, OwnOrder } from './legacy-orders.ts'

/** BIGINT and DECIMAL arrive as text. */
interface LineRow {
  readonly id: string
  readonly user_id: string
  readonly nickname: string | null
  readonly status: number
  readonly pay_status: number | null
  readonly pay_method: number | null
  readonly channel: number
  readonly region: number
  readonly item_count: number
  readonly amount: string
  readonly create_time: string
}

type ListRow = LineRow & { readonly first_product: string | null }
type DetailRow = LineRow & { readonly update_time: string }

interface ItemRow {
  readonly line_no: number
  readonly product_id: number
  readonly name: string | null
  readonly quantity: number
  readonly unit_price: string
}

/** A DATETIME has no zone; the driver would read it in that of the process. */
const timeOf = (column: string, name: string) => `DATE_FORMAT(${column}, '%Y-%m-%d %H:%i:%s') AS ${name}`

const LINE = `o.id, o.user_id, u.nickname, o.status, p.status AS pay_status, p.pay_method, o.channel, o.region,
  o.item_count, o.amount, ${timeOf('o.create_time', 'create_time')}`

/** The last attempt to pay counts. */
const JOINS = `LEFT JOIN ${LEGACY_USERS_TABLE} u ON u.id = o.user_id
  LEFT JOIN ${LEGACY_ORDERS_TABLE} p ON p.parent_id = o.id AND p.kind = ${LEGACY_KINDS.payment} AND p.id = (
    SELECT MAX(attempt.id) FROM ${LEGACY_ORDERS_TABLE} attempt WHERE attempt.parent_id = o.id AND attempt.kind = ${LEGACY_KINDS.payment}
  )`

const SELECT_TOTAL = `SELECT COUNT(*) AS total FROM ${LEGACY_ORDERS_TABLE} WHERE user_id = ? AND kind = ${LEGACY_KINDS.product}`
const SELECT_LIST = `SELECT ${LINE}, f.name AS first_product
  FROM ${LEGACY_ORDERS_TABLE} o ${JOINS}
  LEFT JOIN ${LEGACY_ITEMS_TABLE} i ON i.order_id = o.id AND i.line_no = 1
  LEFT JOIN ${LEGACY_PRODUCTS_TABLE} f ON f.id = i.product_id
  WHERE o.user_id = ? AND o.kind = ${LEGACY_KINDS.product}
  ORDER BY o.create_time DESC, o.id DESC LIMIT ? OFFSET ?`
const SELECT_DETAIL = `SELECT ${LINE}, ${timeOf('o.update_time', 'update_time')}
  FROM ${LEGACY_ORDERS_TABLE} o ${JOINS}
  WHERE o.id = ? AND o.user_id = ? AND o.kind = ${LEGACY_KINDS.product}`
/** Of an order of this user only: the numbers of orders can be guessed. */
const SELECT_ITEMS = `SELECT i.line_no, i.product_id, f.name, i.quantity, i.unit_price
  FROM ${LEGACY_ITEMS_TABLE} i JOIN ${LEGACY_ORDERS_TABLE} o ON o.id = i.order_id
  LEFT JOIN ${LEGACY_PRODUCTS_TABLE} f ON f.id = i.product_id
  WHERE i.order_id = ? AND o.user_id = ? ORDER BY i.line_no`

export async function selectList(
  lane: MysqlLane,
  { userId, page, size }: Parameters<LegacyOrders['list']>[0],
  context: CallContext,
): Promise<LegacyList> {
  const [totals, lines] = await lane.rowsOfEach(
    [
      { sql: SELECT_TOTAL, values: [userId] },
      { sql: SELECT_LIST, values: [userId, size, (page - 1) * size] },
    ],
    context,
  )
  const [{ total } = { total: 0 }] = totals as readonly { readonly total: number | string }[]
  return {
    total: Number(total),
    page,
    size,
    orders: (lines as readonly ListRow[]).map((row) => ({ ...lineOf(row), firstProduct: row.first_product })),
  }
}

export async function selectDetail(
  lane: MysqlLane,
  { userId, orderNo }: OwnOrder,
  context: CallContext,
): Promise<LegacyDetail | null> {
  const values = [orderNo, userId]
  const [orders, items] = await lane.rowsOfEach(
    [
      { sql: SELECT_DETAIL, values },
      { sql: SELECT_ITEMS, values },
    ],
    context,
  )
  const [row] = orders as readonly DetailRow[]
  if (row === undefined) return null
  return { ...lineOf(row), updateTime: row.update_time, items: (items as readonly ItemRow[]).map(itemOf) }
}

function lineOf(row: LineRow): LegacyOrderLine {
  return {
    orderNo: Number(row.id),
    userId: Number(row.user_id),
    nickname: row.nickname ?? '',
    status: row.status,
    payStatus: row.pay_status,
    payMethod: row.pay_method,
    channel: row.channel,
    region: row.region,
    itemCount: row.item_count,
    amount: row.amount,
    createTime: row.create_time,
  }
}

function itemOf(row: ItemRow): LegacyItem {
  return {
    lineNo: row.line_no,
    productId: row.product_id,
    productName: row.name,
    quantity: row.quantity,
    unitPrice: row.unit_price,
  }
}
