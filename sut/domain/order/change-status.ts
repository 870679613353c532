// Status only moves forward, and only from where its reader saw it: order, payment and search event change together.
//
//   order      event    order becomes   payment becomes
//   placed     pay      paid            captured
//   placed     cancel   cancelled       voided
//   (the same event again changes nothing; any other is refused)

import { type Order, type OrderStatus, PAYMENT_STATUS_OF } from '../../../contracts/order.ts'
import { orderDocument } from '../../../contracts/search-index.ts'
import { shardOf } from '../../../contracts/shard.ts'
import { SutError } from '../../errors.ts'
import { isMysqlError } from '../../storage/mysql-errors.ts'
import type { Session } from '../../storage/mysql-lane.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { updateOrderStatus } from '../../storage/order-tables.ts'
import { eventInsert } from '../../storage/outbox-tables.ts'
import { updatePaymentStatus } from '../../storage/payment-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { findOwnOrder } from './order-reads.ts'
import type { ChangeStatus, StatusEvent } from './order-service.ts'

const TRANSITIONS: Readonly<Record<StatusEvent, { readonly from: OrderStatus; readonly to: OrderStatus }>> = {
  pay: { from: 'placed', to: 'paid' },
  cancel: { from: 'placed', to: 'cancelled' },
}

/** How often a change that was overtaken by another is decided anew. */
const MAX_OVERTAKEN = 3

/** null: this user has no such order. */
export async function changeStatus(
  pool: MysqlPool,
  request: ChangeStatus,
  nowMs: () => number,
  context: CallContext,
): Promise<Order | null> {
  const { from, to } = TRANSITIONS[request.event]
  for (let overtaken = 0; overtaken <= MAX_OVERTAKEN; overtaken++) {
    const before = (await findOwnOrder(pool, request, context))?.order
    if (!before) return null
    if (before.status === to) return before
    if (before.status !== from) throw conflict(`a ${before.status} order cannot become ${to}`)
    const updatedAtMs = Math.max(nowMs(), before.updatedAtMs)
    const after: Order = { ...before, status: to, version: before.version + 1, updatedAtMs }
    if (await isStored(pool, before, after, context)) return after
  }
  throw conflict('the order is being changed by others')
}

/** False when somebody else was quicker. */
async function isStored(pool: MysqlPool, before: Order, after: Order, context: CallContext): Promise<boolean> {
  try {
    return await pool.shard(shardOf(before.userId)).transaction(context, (session) => store(session, before, after))
  } catch (error) {
    if (isMysqlError(error, 'deadlock')) return false
    throw error
  }
}

async function store(session: Session, before: Order, after: Order): Promise<boolean> {
  if (!(await updateOrderStatus(session, before, after))) return false
  const { orderId, version, updatedAtMs } = after
  const payment = { from: PAYMENT_STATUS_OF[before.status], to: PAYMENT_STATUS_OF[after.status], updatedAtMs }
  if (!(await updatePaymentStatus(session, after, payment))) {
    throw new SutError('internal', `the payment of order ${orderId} is not ${payment.from}`)
  }
  const event = eventInsert(shardOf(after.userId), { orderId, version, document: orderDocument(after) }, updatedAtMs)
  await session.execute(event.sql, event.values)
  return true
}

function conflict(message: string): SutError {
  return new SutError('status-conflict', message)
}
