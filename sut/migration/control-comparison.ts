// Control against control: each store compared with itself, by the same code, before it is compared with the other one. What
// is found there is a fault of the comparison, and its other findings would be worth nothing.

import type { OrderId } from '../../contracts/order-id.ts'
import type { StoreName } from '../../contracts/switches.ts'
import type { OwnedOrderStore } from '../storage/order-store.ts'
import { findSuspects } from './find-suspects.ts'
import { judgeInGroups, withinJob } from './judge-in-groups.ts'
import { workOnGroups } from './walk-orders.ts'

export interface Control {
  readonly compared: number
  readonly differences: number
}

const CONTROL_ORDERS = 1_024

/** Rejects when a store differs from itself. */
export async function compareWithItself(
  name: StoreName,
  store: OwnedOrderStore,
  signal: AbortSignal,
): Promise<Control> {
  const { orderIds } = await store.idsAfter(null, CONTROL_ORDERS, withinJob())
  const itself = { authority: store, other: store }
  const suspects: OrderId[] = []
  const look = async (group: readonly OrderId[]) => {
    suspects.push(...(await findSuspects(itself, group, withinJob)))
  }
  await workOnGroups(orderIds, look, signal)
  const { differences } = await judgeInGroups(itself, suspects, signal)
  // Rows that are no order are so on both sides, and told when the stores are compared.
  const found = differences.filter(({ kind }) => kind !== 'unreadable')
  const [first] = found
  if (first) throw new Error(`${first.field} of order ${first.orderId} in the ${name} store differs from itself`)
  return { compared: orderIds.length, differences: found.length }
}
