// Whether orders that differed at a glance do differ. While orders change, two reads of two stores are of two moments: so
// each order is looked at until both stores have said the same twice, with no mark that the other one is still to be told.

import type { OrderId } from '../../contracts/order-id.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import {
  areSame,
  type ComparedStores,
  type Finding,
  findingsOf,
  lookAtOrders,
  type OrderSights,
} from './order-sights.ts'

export type Verdict =
  | { readonly kind: 'alike' }
  /** The other store is still to be told, or it changed with every look. */
  | { readonly kind: 'lag' }
  /** The other store can never take it, and that is known. */
  | { readonly kind: 'parked' }
  | { readonly kind: 'different'; readonly findings: readonly Finding[] }

export interface Looking {
  /** For each statement anew. */
  readonly within: () => CallContext
  /** After that many looks; the more there were, the longer. */
  readonly pause: (looks: number) => Promise<void>
  /** Who may not wait for a mirror takes fewer; two at least, as one proves nothing. */
  readonly maxLooks?: number
}

/** A mirror that is at work needs less. */
const MAX_LOOKS = 6

export async function judgeOrders(
  stores: ComparedStores,
  orderIds: readonly OrderId[],
  { within, pause, maxLooks = MAX_LOOKS }: Looking,
): Promise<ReadonlyMap<OrderId, Verdict>> {
  const verdicts = new Map<OrderId, Verdict>()
  let open = orderIds
  let before: ReadonlyMap<OrderId, OrderSights> = new Map()
  for (let look = 1; look <= maxLooks && open.length > 0; look++) {
    if (look > 1) await pause(look - 1)
    // The marks first: whoever is told after that is seen by the look, and who was told before it has been.
    const marks = await stores.authority.marksOf(open, within())
    const isParked = new Map(marks.map(({ orderId, parkedReason }) => [orderId, parkedReason !== null]))
    const sights = await lookAtOrders(stores, open, within)
    for (const [orderId, seen] of sights) {
      verdicts.set(orderId, verdictOf(orderId, seen, before.get(orderId), isParked.get(orderId)))
    }
    before = sights
    open = open.filter((orderId) => verdicts.get(orderId)?.kind === 'lag')
  }
  return verdicts
}

/** `isParked`: undefined where there is no mark. */
function verdictOf(
  orderId: OrderId,
  seen: OrderSights,
  before: OrderSights | undefined,
  isParked: boolean | undefined,
): Verdict {
  const findings = findingsOf(orderId, seen)
  if (findings.length === 0) return { kind: 'alike' }
  if (isParked !== undefined) return { kind: isParked ? 'parked' : 'lag' }
  return before && areSame(seen, before) ? { kind: 'different', findings } : { kind: 'lag' }
}
