// One order as the monolith's rows, in TSV: a product row and a payment row of `t_order`, and its items.

import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import { legacyNumber } from '../../contracts/legacy-numbers.ts'
import { rowStatusOfOrder, rowStatusOfPayment } from '../../contracts/legacy-status.ts'
import { LEGACY_KINDS } from '../../contracts/legacy-tables.ts'
import { dateTimeText } from '../../contracts/legacy-text.ts'
import { ORDER_STATUSES, PAYMENT_STATUSES } from '../../contracts/order.ts'
import type { OrderCursor } from '../rows/order-cursor.ts'

export const LEGACY_ORDER_COLUMNS = [
  'id',
  'kind',
  'parent_id',
  'user_id',
  'status',
  'channel',
  'region',
  'item_count',
  'amount',
  'pay_method',
  'submit_token',
  'create_time',
  'update_time',
] as const
/** The server gives the rest: nothing refers to an item by its number. */
export const LEGACY_ITEM_COLUMNS = ['order_id', 'line_no', 'product_id', 'quantity', 'unit_price'] as const
export const ORDER_ROWS_PER_ORDER = 2

const NULL = '\\N'
/** By the position of the status. */
const ROW_OF_ORDER = ORDER_STATUSES.map(rowStatusOfOrder)
const ROW_OF_PAYMENT = PAYMENT_STATUSES.map(rowStatusOfPayment)

/** Both rows. `before`: how many orders of the data set are older. */
export function legacyOrderRows(order: OrderCursor, before: number): string {
  const { orderNo, paymentNo } = legacyNumber(before)
  const { productStatus, paymentStatus } = rowStatuses(order)
  const { userId, channel, region, itemCount, method } = order
  const amount = decimalOfCents(order.amountCents)
  const created = dateTimeText(order.createdAtMs)
  const common = `${channel}\t${region}\t${itemCount}\t${amount}`
  return `${orderNo}\t${LEGACY_KINDS.product}\t${NULL}\t${userId}\t${productStatus}\t${common}\t${NULL}\t${NULL}\t${created}\t${dateTimeText(order.updatedAtMs)}
${paymentNo}\t${LEGACY_KINDS.payment}\t${orderNo}\t${userId}\t${paymentStatus}\t${common}\t${method}\t${NULL}\t${created}\t${dateTimeText(order.paymentUpdatedAtMs)}
`
}

export function legacyItemRows(order: OrderCursor, before: number): string {
  const { orderNo } = legacyNumber(before)
  let rows = ''
  for (let line = 0; line < order.itemCount; line++) {
    const productId = order.productIds[line] as number
    rows += `${orderNo}\t${line + 1}\t${productId}\t${order.quantities[line]}\t${decimalOfCents(order.prices[productId] as number)}\n`
  }
  return rows
}

export function rowStatuses({ status, paymentStatus }: Pick<OrderCursor, 'status' | 'paymentStatus'>) {
  return {
    productStatus: ROW_OF_ORDER[status] as number,
    paymentStatus: ROW_OF_PAYMENT[paymentStatus] as number,
  }
}
