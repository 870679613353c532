// The monolith on its own database while a migration is in use: it reads as it always did, and writes as the order service
// writes there, so that its orders have ids, versions, keys, marks and events like anybody's, and the fence stops it like
// anybody. Nobody uses AUTO_INCREMENT any longer: a number so given would not lead back to its order. Whoever reads the old
// messages is told by the store's own ones, as of every other order.

import { centsOfDecimal, decimalOfCents } from '../contracts/legacy-amount.ts'
import { rowStatusOfOrder } from '../contracts/legacy-status.ts'
import { legacyNickname } from '../contracts/legacy-text.ts'
import { NOBODYS_ORDER, type OrderId } from '../contracts/order-id.ts'
import { requestHash } from './aggregation/checkout.ts'
import { changeStatus } from './domain/order/change-status.ts'
import { OrderPlacement } from './domain/order/place-order.ts'
import type { SwitchedStores } from './domain/order/switched-stores.ts'
import { asCheckout, asSubmitted } from './legacy/as-checkout.ts'
import { askUntilAnswered } from './legacy/ask-until-answered.ts'
import type { LegacyOrders, SubmitOrder } from './legacy/legacy-orders.ts'
import { selectDetail, selectList } from './legacy/legacy-reads.ts'
import type { OldRecords } from './legacy/old-records.ts'
import { INSERT_USER, pricedItems } from './legacy/submit-order.ts'
import type { MysqlLane } from './storage/mysql-lane.ts'
import type { CallContext } from './telemetry/call-context.ts'

export interface OwnStoreOptions {
  readonly lane: MysqlLane
  /** Of the monolith's database alone. */
  readonly stores: SwitchedStores
  readonly records: OldRecords
  /** The services keep whole orders for seconds: what is changed here they may no longer show. */
  readonly forget: (orderId: OrderId) => Promise<void>
}

export function ownStore({ lane, stores, records, forget }: OwnStoreOptions): LegacyOrders {
  const placement = new OrderPlacement(stores)
  return {
    list: (page, context) => selectList(lane, page, context),
    detail: (asked, context) => selectDetail(lane, asked, context),
    submit: async (order, context) => {
      const { userId, submitToken: idempotencyKey } = order
      await lane.execute(INSERT_USER, [userId, legacyNickname(userId)], context)
      const before = await records.submittedBefore(order, context)
      if (before) return before
      const items = await itemsOf(lane, order, context)
      const checkout = asCheckout(order)
      const request = { ...checkout, userId, idempotencyKey, requestHash: requestHash(checkout), items }
      return asSubmitted(await askUntilAnswered(() => placement.place(request, context), context))
    },
    settle: async ({ userId, orderNo, event }, context) => {
      const orderId = await stores.authority.numbered({ userId, legacyNo: orderNo }, context)
      const before = await stores.authority.find({ orderId: orderId ?? NOBODYS_ORDER, userId }, context)
      if (!orderId || !before) return null
      // Also of a change that may have been stored all the same.
      const changed = await changeStatus(stores, { userId, orderId, event }, Date.now, context).finally(() =>
        forget(orderId),
      )
      if (!changed) return null
      return { orderNo, status: rowStatusOfOrder(changed.status), amount: decimalOfCents(changed.amountCents) }
    },
  }
}

/** At the prices of its own catalogue. */
async function itemsOf(lane: MysqlLane, order: SubmitOrder, context: CallContext) {
  const reads = {
    rows: <T>(sql: string, values: Parameters<MysqlLane['rows']>[1]) => lane.rows<T>(sql, values, context),
  }
  const priced = await pricedItems(reads, order)
  return priced.map(({ productId, quantity, price }, at) => ({
    lineNo: at + 1,
    productId,
    quantity,
    unitPriceCents: centsOfDecimal(price),
  }))
}
