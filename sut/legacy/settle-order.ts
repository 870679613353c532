// Paying and cancelling in the monolith: the product row is locked, then both rows get their new status.
//
// Weak, and left so, as such code was: the rows have no version and this code raises none, so whoever copies them
// elsewhere cannot tell the older state from the newer one within a second. It must not write while another store
// follows it, and does not: once a migration has begun the fence is closed for it.

import type { LegacyOrderState } from '../../contracts/legacy-api.ts'
import { LEGACY_KINDS, LEGACY_ORDERS_TABLE, LEGACY_STATUS } from '../../contracts/legacy-tables.ts'
import { dateTimeText } from '../../contracts/legacy-text.ts'
import { shardOf } from '../../contracts/shard.ts'
import { NOT_BEGUN } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import { Fenced, openShard } from '../storage/fence.ts'
import type { MysqlLane, Session } from '../storage/mysql-lane.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { OwnOrder, SettleEvent } from './legacy-orders.ts'

export const SETTLED_STATUS: Readonly<Record<SettleEvent, number>> = {
  pay: LEGACY_STATUS.paid,
  cancel: LEGACY_STATUS.closed,
}

const LOCK_ORDER = `SELECT status, amount FROM ${LEGACY_ORDERS_TABLE}
  WHERE id = ? AND user_id = ? AND kind = ${LEGACY_KINDS.product} FOR UPDATE`
const UPDATE_ORDER = `UPDATE ${LEGACY_ORDERS_TABLE} SET status = ?, update_time = ? WHERE id = ?`
const UPDATE_PAYMENT = `UPDATE ${LEGACY_ORDERS_TABLE} SET status = ?, update_time = ?
  WHERE parent_id = ? AND kind = ${LEGACY_KINDS.payment} AND status = ${LEGACY_STATUS.open}`

export interface Settled extends LegacyOrderState {
  /** False: it was so before, and nothing was changed. */
  readonly isNew: boolean
}

/** null: this user has no such order. */
export async function settleOrder(
  lane: MysqlLane,
  asked: OwnOrder & { readonly event: SettleEvent },
  nowMs: number,
  context: CallContext,
): Promise<Settled | null> {
  return lane.transaction(context, (session) => settle(session, asked, dateTimeText(nowMs)))
}

async function settle(
  session: Session,
  { userId, orderNo, event }: OwnOrder & { readonly event: SettleEvent },
  now: string,
): Promise<Settled | null> {
  const status = SETTLED_STATUS[event]
  const [orders, open] = await session.rowsOfEach([
    { sql: LOCK_ORDER, values: [orderNo, userId] },
    openShard(shardOf(userId), NOT_BEGUN.epoch),
  ])
  if (open?.length === 0) throw new Fenced()
  const [order] = orders as readonly { readonly status: number; readonly amount: string }[]
  if (order === undefined) return null
  const { amount } = order
  if (order.status === status) return { orderNo, status, amount, isNew: false }
  if (order.status !== LEGACY_STATUS.open) {
    throw new SutError('status-conflict', `an order of status ${order.status} cannot become ${status}`)
  }
  await session.execute(UPDATE_ORDER, [status, now, orderNo])
  const payments = await session.execute(UPDATE_PAYMENT, [status, now, orderNo])
  if (payments === 0) throw new SutError('internal', `order ${orderNo} is open, and no payment of it is`)
  return { orderNo, status, amount, isNew: true }
}
