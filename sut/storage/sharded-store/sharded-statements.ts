// What an order is in the sharded store: its statements, built once per shard.

import { legacyNumberOf } from '../../../contracts/legacy-number.ts'
import { type Change, marksOf } from '../guarded-write.ts'
import { keyInsert } from '../idempotency-table.ts'
import type { Statement } from '../mysql-lane.ts'
import type { NewOrder, OrderSnapshot, WriteGuard } from '../order-store.ts'
import { orderInserts, orderUpdate } from '../order-tables.ts'
import { eventInsert } from '../outbox-tables.ts'
import { paymentInsert, paymentUpdate } from '../payment-table.ts'
import type { WholeOrder } from '../whole-order.ts'
import { INSERT_NUMBER } from './legacy-numbers-table.ts'

/**
 * Without a guard the key comes first: of two requests with one key, the second stops here. With one the event does, which
 * holds the fence.
 */
export function placementStatements(
  { order, items, payment, key }: NewOrder,
  guard: WriteGuard | null,
): readonly Statement[] {
  const rows = [keyInsert(key, order.orderId), ...orderInserts(order, items), paymentInsert(payment)]
  const event = eventInsert(order, guard)
  if (!guard) return [...rows, event]
  return [event, ...rows, ...marksOf(order, guard)]
}

export function changeOf(before: WholeOrder, after: WholeOrder, guard: WriteGuard | null): Change {
  return {
    updates: [orderUpdate(before.order, after.order), paymentUpdate(before.payment, after.payment)],
    event: eventInsert(after.order, guard),
    isFenced: guard !== null,
    marks: marksOf(after.order, guard),
  }
}

/** No event: the search index is told by the store that decided. */
export function absorbInserts({ order, items, payments, legacyNo, key }: OrderSnapshot): readonly Statement[] {
  const isBornWithIt = legacyNumberOf(order.orderId) === legacyNo
  return [
    ...orderInserts(order, items),
    ...payments.map(paymentInsert),
    ...(key ? [keyInsert(key, order.orderId)] : []),
    ...(isBornWithIt ? [] : [{ sql: INSERT_NUMBER, values: [legacyNo, BigInt(order.orderId)] }]),
  ]
}
