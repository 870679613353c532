// What the two stores say of the same orders, and where they say different things. Names of fields and ids only: what stands
// in an order is its user's.

import type { OrderId } from '../../contracts/order-id.ts'
import { otherStore, PHASE_RULES, type Phase, type StoreName } from '../../contracts/switches.ts'
import type { OwnedOrderStore } from '../storage/order-store.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { differentFields, fieldsOf, type OrderFields } from './canonical-order.ts'

/** `authority`: what it says is right. */
export interface ComparedStores {
  readonly authority: OwnedOrderStore
  readonly other: OwnedOrderStore
}

export function comparedIn(phase: Phase, stores: Readonly<Record<StoreName, OwnedOrderStore>>): ComparedStores {
  const { authority } = PHASE_RULES[phase]
  return { authority: stores[authority], other: stores[otherStore(authority)] }
}

/** `missing`: the other store does not have it; `extra`: the authority does not. */
export type FindingKind = 'value' | 'missing' | 'extra' | 'unreadable'

export interface Finding {
  readonly orderId: OrderId
  /** `order`: all of it; `rows`: they are no order that could be read. */
  readonly field: string
  readonly kind: FindingKind
}

export type Sight =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'whole'; readonly fields: OrderFields }

export interface OrderSights {
  readonly authority: Sight
  readonly other: Sight
}

const ABSENT: Sight = { kind: 'absent' }

export async function lookAtOrders(
  { authority, other }: ComparedStores,
  orderIds: readonly OrderId[],
  within: () => CallContext,
): Promise<ReadonlyMap<OrderId, OrderSights>> {
  const nowMs = Date.now()
  const [there, here] = await Promise.all(
    [authority, other].map(async (store) => {
      const { whole, unreadable } = await store.snapshots(orderIds, within())
      return new Map<OrderId, Sight>([
        ...whole.map(
          (snapshot) => [snapshot.order.orderId, { kind: 'whole', fields: fieldsOf(snapshot, nowMs) }] as const,
        ),
        ...unreadable.map(({ orderId, reason }) => [orderId, { kind: 'unreadable', reason }] as const),
      ])
    }),
  )
  return new Map(
    orderIds.map((orderId) => [
      orderId,
      { authority: there?.get(orderId) ?? ABSENT, other: here?.get(orderId) ?? ABSENT },
    ]),
  )
}

export function findingsOf(orderId: OrderId, { authority, other }: OrderSights): readonly Finding[] {
  if (authority.kind === 'whole' && other.kind === 'whole') {
    return differentFields(authority.fields, other.fields).map((field) => ({ orderId, field, kind: 'value' }))
  }
  if (authority.kind === 'unreadable' || other.kind === 'unreadable') {
    return [{ orderId, field: 'rows', kind: 'unreadable' }]
  }
  if (authority.kind === 'absent' && other.kind === 'absent') return []
  return [{ orderId, field: 'order', kind: other.kind === 'absent' ? 'missing' : 'extra' }]
}

/** Neither store has changed its mind. */
export function areSame(one: OrderSights, other: OrderSights): boolean {
  return isSame(one.authority, other.authority) && isSame(one.other, other.other)
}

function isSame(one: Sight, other: Sight): boolean {
  if (one.kind === 'whole' && other.kind === 'whole') return differentFields(one.fields, other.fields).length === 0
  if (one.kind === 'unreadable' && other.kind === 'unreadable') return one.reason === other.reason
  return one.kind === other.kind
}
