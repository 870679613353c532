// Orders as the old interfaces show them: called by a number, page by page, all that there is in total. Found by a statement of
// the store, and read whole.

import type { OrderId } from '../../contracts/order-id.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { MysqlLane, Statement } from './mysql-lane.ts'
import type { NumberedPage, Snapshots } from './order-store.ts'

/** `total`: a row with `total`. `page`: rows with `order_id`, newest first. */
export async function selectNumberedPage(
  lane: MysqlLane,
  { total, page }: { readonly total: Statement; readonly page: Statement },
  snapshots: (orderIds: readonly OrderId[], context: CallContext) => Promise<Snapshots>,
  context: CallContext,
): Promise<NumberedPage> {
  const [totals, found] = await lane.rowsOfEach([total, page], context)
  const [counted] = totals as readonly { readonly total: number | string }[]
  const orderIds = (found as readonly { readonly order_id: OrderId }[]).map(({ order_id }) => order_id)
  const read = orderIds.length === 0 ? [] : (await snapshots(orderIds, context)).whole
  const byId = new Map(read.map((snapshot) => [snapshot.order.orderId, snapshot]))
  const orders = orderIds.flatMap((orderId) => {
    const snapshot = byId.get(orderId)
    // One without a payment is shown by nobody: whoever compares the stores tells of it.
    const payment = snapshot?.payments.at(-1)
    return snapshot && payment
      ? [{ order: snapshot.order, items: snapshot.items, payment, legacyNo: snapshot.legacyNo }]
      : []
  })
  return { total: Number(counted?.total ?? 0), orders }
}
