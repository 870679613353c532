// The other store made to say what the authority says, of orders that were found to differ. Of an order that the authority
// does not have it says nothing, so that one is left alone: whether it is to be deleted, or was lost there, is for a person.

import type { OrderId } from '../../contracts/order-id.ts'
import { withinJob } from './judge-in-groups.ts'
import type { ComparedStores, Finding } from './order-sights.ts'
import { patiently } from './patiently.ts'
import { workOnGroups } from './walk-orders.ts'

/** Resolves to how many orders were written: a newer one in the other store stays, and is found again. */
export async function repairOrders(
  { authority, other }: ComparedStores,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<number> {
  const orderIds = new Set(findings.map(({ orderId }) => orderId))
  let repaired = 0
  const repair = async (group: readonly OrderId[]) => {
    const { whole } = await authority.snapshots(group, withinJob())
    const written = await other.overwrite(whole, withinJob())
    repaired += written.filter(({ outcome }) => outcome === 'stored').length
  }
  await workOnGroups([...orderIds], (group) => patiently(() => repair(group), signal), signal)
  return repaired
}
