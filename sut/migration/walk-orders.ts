// Through all orders in the order of their ids, page by page, several shards of a page side by side: memory is bounded, and
// what a page is done with need not be done again after a kill.

import { compareOrderIds, type OrderId, shardOfOrder } from '../../contracts/order-id.ts'
import type { IdPage } from '../storage/order-store.ts'
import { forEachBounded } from './for-each-bounded.ts'

/** Of all shards. */
export const PAGE_ORDERS = 8_192
/** Of one shard, in one statement. */
const GROUP_ORDERS = 128
/** As many connections of each store. */
const SIDE_BY_SIDE = 6

export interface Walk {
  /** null: from the first one on. */
  readonly after: OrderId | null
  readonly nextPage: (after: OrderId | null) => Promise<IdPage>
  /** Orders of one shard. */
  readonly work: (orderIds: readonly OrderId[]) => Promise<void>
  /** All of the page has been worked on. False: that is enough. */
  readonly reached: (page: IdPage) => Promise<boolean>
  readonly signal: AbortSignal
}

export async function walkOrders({ after, nextPage, work, reached, signal }: Walk): Promise<void> {
  let reading: Promise<IdPage> | null = nextPage(after)
  while (reading !== null) {
    const page: IdPage = await reading
    signal.throwIfAborted()
    reading = page.upTo === null ? null : readAhead(nextPage(page.upTo))
    await workOnGroups(page.orderIds, work, signal)
    if (!(await reached(page))) return
  }
}

export async function workOnGroups(
  orderIds: readonly OrderId[],
  work: (orderIds: readonly OrderId[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await forEachBounded(groupsOf(orderIds), SIDE_BY_SIDE, async (group) => {
    signal.throwIfAborted()
    await work(group)
  })
}

/** Of both stores: the page ends where the shorter one ends. */
export function commonPage(pages: readonly IdPage[]): IdPage {
  const ends = pages.flatMap(({ upTo }) => upTo ?? [])
  const [upTo = null] = ends.toSorted(compareOrderIds)
  const all = new Set(pages.flatMap(({ orderIds }) => orderIds))
  return { orderIds: [...all].filter((orderId) => upTo === null || compareOrderIds(orderId, upTo) <= 0), upTo }
}

function groupsOf(orderIds: readonly OrderId[]): readonly (readonly OrderId[])[] {
  return [...Map.groupBy(orderIds, shardOfOrder).values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / GROUP_ORDERS) }, (_, at) =>
      own.slice(at * GROUP_ORDERS, (at + 1) * GROUP_ORDERS),
    ),
  )
}

/** Nobody waits for it yet: that it fails is told when somebody does. */
function readAhead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
