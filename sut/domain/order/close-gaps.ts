// One store told what another has decided: whole orders over, their marks taken away, and what cannot be told put aside.

import { legacyNumberOf } from '../../../contracts/legacy-number.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import { otherStore, type StoreName } from '../../../contracts/switches.ts'
import type { NewOrder, OrderSnapshot, OrderStore, OrderVersion, ParkedOrder } from '../../storage/order-store.ts'
import { type CallContext, contextFor } from '../../telemetry/call-context.ts'

export interface StorePair {
  /** The authority: it has the marks. */
  readonly from: OrderStore
  readonly to: OrderStore
}

export interface Told {
  readonly told: number
  readonly parked: readonly ParkedOrder[]
}

const DRAINED_AT_ONCE = 64
const DRAIN_LIMIT_MS = 3_000

/** For a flip, while writers wait: some of what `from` has marked. The mirror of a service may do the same beside it. */
export function drainBetween(
  stores: Readonly<Record<StoreName, OrderStore>>,
): (from: StoreName) => Promise<Told | null> {
  return async (from) => {
    const context = contextFor('flip', DRAIN_LIMIT_MS)
    const gaps = await stores[from].gaps(DRAINED_AT_ONCE, context)
    if (gaps.length === 0) return null
    return await closeGaps({ from: stores[from], to: stores[otherStore(from)] }, gaps, context)
  }
}

/** Of what the orders are now, which may be later than their marks. */
export async function closeGaps(pair: StorePair, gaps: readonly OrderVersion[], context: CallContext): Promise<Told> {
  const { whole, unreadable } = await pair.from.snapshots(
    gaps.map(({ orderId }) => orderId),
    context,
  )
  const found = new Set([...whole.map(({ order }) => order.orderId), ...unreadable.map(({ orderId }) => orderId)])
  const versionOf = new Map(gaps.map(({ orderId, version }) => [orderId, version]))
  const aside = [
    ...unreadable,
    ...gaps.flatMap(({ orderId }) => (found.has(orderId) ? [] : [{ orderId, reason: 'it is marked, and not there' }])),
  ]
  const { told, parked } = await tell(pair, whole, context)
  await park(pair, aside, versionOf, context)
  return { told, parked: [...parked, ...aside] }
}

export async function tell(pair: StorePair, snapshots: readonly OrderSnapshot[], context: CallContext): Promise<Told> {
  if (snapshots.length === 0) return { told: 0, parked: [] }
  const versionOf = new Map(snapshots.map(({ order }) => [order.orderId, order.version]))
  const absorbed = await pair.to.absorb(snapshots, context)
  const parked = absorbed.filter((one) => one.outcome === 'parked')
  const told = absorbed.flatMap(({ orderId, outcome }) => (outcome === 'parked' ? [] : [orderId]))
  // Up to the version that was told, not to the one that was marked: what came between is told too.
  if (told.length > 0) await pair.from.settle(withVersions(told, versionOf), context)
  await park(pair, parked, versionOf, context)
  return { told: told.length, parked }
}

/** null: it was born without an old number, and no other store can take it. */
export function snapshotOf({ order, items, payment, key }: NewOrder): OrderSnapshot | null {
  const legacyNo = legacyNumberOf(order.orderId)
  return legacyNo === null ? null : { order, items, payments: [payment], legacyNo, key }
}

async function park(
  { from }: StorePair,
  orders: readonly ParkedOrder[],
  versionOf: ReadonlyMap<OrderId, number>,
  context: CallContext,
): Promise<void> {
  if (orders.length === 0) return
  await from.park(
    orders.map(({ orderId, reason }) => ({ orderId, reason, version: versionOf.get(orderId) ?? 0 })),
    context,
  )
}

function withVersions(orderIds: readonly OrderId[], versionOf: ReadonlyMap<OrderId, number>): readonly OrderVersion[] {
  return orderIds.map((orderId) => ({ orderId, version: versionOf.get(orderId) ?? 0 }))
}
