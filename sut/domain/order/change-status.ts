// Status only moves forward, and only from where its reader saw it: order, payment and search event change together.
//
//   order      event    order becomes   payment becomes
//   placed     pay      paid            captured
//   placed     cancel   cancelled       voided
//   paid       refund   refunded        refunded
//   (the same event again changes nothing; any other is refused)

import { type Order, type OrderStatus, PAYMENT_STATUS_OF } from '../../../contracts/order.ts'
import { shardOf } from '../../../contracts/shard.ts'
import { SutError } from '../../errors.ts'
import type { OrderStore, WriteGuard } from '../../storage/order-store.ts'
import type { WholeOrder } from '../../storage/whole-order.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { ChangeStatus, StatusEvent } from './order-service.ts'
import type { SwitchedStores, Written } from './switched-stores.ts'

const TRANSITIONS: Readonly<Record<StatusEvent, { readonly from: OrderStatus; readonly to: OrderStatus }>> = {
  pay: { from: 'placed', to: 'paid' },
  cancel: { from: 'placed', to: 'cancelled' },
  // Once it is shipped goods have to come back first, which is nothing that a user settles alone.
  refund: { from: 'paid', to: 'refunded' },
}

/** How often a change that was overtaken by another is decided anew. */
const MAX_OVERTAKEN = 3

/** null: this user has no such order. */
export function changeStatus(
  stores: SwitchedStores,
  request: ChangeStatus,
  nowMs: () => number,
  context: CallContext,
): Promise<Order | null> {
  return stores.write(shardOf(request.userId), context, ({ store }, guard) =>
    changeIn(store, guard, request, nowMs, context),
  )
}

async function changeIn(
  store: OrderStore,
  guard: WriteGuard | null,
  request: ChangeStatus,
  nowMs: () => number,
  context: CallContext,
): Promise<Written<Order | null> | 'fenced'> {
  const { from, to } = TRANSITIONS[request.event]
  for (let overtaken = 0; overtaken <= MAX_OVERTAKEN; overtaken++) {
    const before = await store.find(request, context)
    if (!before) return { answer: null, stored: null }
    const { order, payment } = before
    if (order.status === to) return { answer: order, stored: null }
    if (order.status !== from) throw conflict(`a ${order.status} order cannot become ${to}`)
    if (payment.status !== PAYMENT_STATUS_OF[from]) {
      throw new SutError('internal', `order ${order.orderId} is ${from}, its payment ${payment.status}`)
    }
    const after = moved(before, to, nowMs())
    const outcome = await store.change(before, after, guard, context)
    if (outcome === 'fenced') return outcome
    if (outcome === 'stored') return { answer: after.order, stored: after.order }
  }
  throw conflict('the order is being changed by others')
}

function moved({ order, items, payment }: WholeOrder, to: OrderStatus, nowMs: number): WholeOrder {
  const updatedAtMs = Math.max(nowMs, order.updatedAtMs)
  return {
    order: { ...order, status: to, version: order.version + 1, updatedAtMs },
    items,
    payment: { ...payment, status: PAYMENT_STATUS_OF[to], version: payment.version + 1, updatedAtMs },
  }
}

function conflict(message: string): SutError {
  return new SutError('status-conflict', message)
}
