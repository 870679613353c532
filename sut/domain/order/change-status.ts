// Status only moves forward, and only from where its reader saw it: order, payment and search event change together.
//
//   order      event    order becomes   payment becomes
//   placed     pay      paid            captured
//   placed     cancel   cancelled       voided
//   (the same event again changes nothing; any other is refused)

import { type Order, type OrderStatus, PAYMENT_STATUS_OF, type Payment } from '../../../contracts/order.ts'
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
    const found = await findOwnOrder(pool, request, context)
    if (!found) return null
    const { order: before, payment } = found
    if (before.status === to) return before
    if (before.status !== from) throw conflict(`a ${before.status} order cannot become ${to}`)
    if (payment.status !== PAYMENT_STATUS_OF[from]) {
      throw new SutError('internal', `order ${before.orderId} is ${from}, its payment ${payment.status}`)
    }
    const updatedAtMs = Math.max(nowMs(), before.updatedAtMs)
    const after: Order = { ...before, status: to, version: before.version + 1, updatedAtMs }
    if (await isStored(pool, { before, after, payment }, context)) return after
  }
  throw conflict('the order is being changed by others')
}

interface Change {
  readonly before: Order
  readonly after: Order
  readonly payment: Payment
}

/** Thrown inside the transaction, so that what was changed so far is undone. */
class Overtaken extends Error {}

/** False when somebody else was quicker. */
async function isStored(pool: MysqlPool, change: Change, context: CallContext): Promise<boolean> {
  try {
    await pool.shard(shardOf(change.before.userId)).transaction(context, (session) => store(session, change))
    return true
  } catch (error) {
    if (error instanceof Overtaken) return false
    if (isMysqlError(error, 'deadlock')) return false
    throw error
  }
}

async function store(session: Session, { before, after, payment }: Change): Promise<void> {
  if (!(await updateOrderStatus(session, before, after))) throw new Overtaken()
  const { orderId, version, updatedAtMs } = after
  if (!(await updatePaymentStatus(session, payment, { to: PAYMENT_STATUS_OF[after.status], updatedAtMs }))) {
    throw new Overtaken()
  }
  const event = eventInsert(shardOf(after.userId), { orderId, version, document: orderDocument(after) }, updatedAtMs)
  await session.execute(event.sql, event.values)
}

function conflict(message: string): SutError {
  return new SutError('status-conflict', message)
}
