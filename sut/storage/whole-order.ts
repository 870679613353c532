// One order as its buyer sees it: order, items and the last attempt to pay, of one version. Order and payment come from one
// statement, hence one snapshot: read one after the other, a payment made in between would show a placed order that is paid.

import type { Order, OrderItem, Payment } from '../../contracts/order.ts'
import { ALL_SHARDS, type Shard, shardOf, tableName } from '../../contracts/shard.ts'
import { SutError } from '../errors.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { sqlOf } from './columns.ts'
import type { Statement } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'
import type { OwnOrderKey } from './order-store.ts'
import { type ItemRow, itemOf, type OrderRow, orderOf, SELECT_ITEMS } from './order-tables.ts'
import { type PaymentRow, paymentOf } from './payment-table.ts'

export interface WholeOrder {
  readonly order: Order
  readonly items: readonly OrderItem[]
  readonly payment: Payment
}

/** Two rows of one shape, told apart by `kind`: two result sets fewer than two statements, and no join. */
export type PairRow = ({ readonly kind: 'order' } & OrderRow) | ({ readonly kind: 'payment' } & PaymentRow)

export function pairsSql(shard: Shard, ordersWhere: string, paymentsWhere: string): string {
  return `(SELECT 'order' AS kind, order_id, user_id, status, channel, NULL AS method, region, item_count,
    NULL AS payment_no, amount_cents, created_at_ms, updated_at_ms, version
    FROM ${tableName('orders', shard)} WHERE ${ordersWhere})
    UNION ALL
    (SELECT 'payment', order_id, user_id, status, NULL, method, NULL, NULL,
    payment_no, amount_cents, created_at_ms, updated_at_ms, version
    FROM ${tableName('payments', shard)} WHERE ${paymentsWhere})`
}

const SELECT_PAIR = ALL_SHARDS.map((shard) =>
  pairsSql(shard, 'order_id = ? AND user_id = ?', 'order_id = ? AND user_id = ? ORDER BY payment_no DESC LIMIT 1'),
)

/** One round trip. Items never change: a statement of their own sees the same ones. */
export function wholeOrderQueries({ orderId, userId }: OwnOrderKey): readonly [Statement, Statement] {
  const shard = shardOf(userId)
  const id = BigInt(orderId)
  return [
    { sql: sqlOf(SELECT_PAIR, shard), values: [id, userId, id, userId] },
    { sql: sqlOf(SELECT_ITEMS, shard), values: [id] },
  ]
}

/** undefined when there is no such order of this user. */
export async function selectWholeOrder(
  pool: MysqlPool,
  key: OwnOrderKey,
  context: CallContext,
): Promise<WholeOrder | undefined> {
  const [pair, items] = await pool.shard(shardOf(key.userId)).rowsOfEach(wholeOrderQueries(key), context)
  const rows = pair as readonly PairRow[]
  const order = rows.find((row) => row.kind === 'order')
  if (!order) return undefined
  const payment = rows.find((row) => row.kind === 'payment')
  if (!payment) throw new SutError('internal', `the payment of order ${key.orderId} is missing`)
  return { order: orderOf(order), items: (items as readonly ItemRow[]).map(itemOf), payment: paymentOf(payment) }
}
