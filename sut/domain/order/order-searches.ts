// Searching orders: the index finds ids, the store that is read has the rows. Only searches need Elasticsearch, so only
// they may be held up by it: it is given a limited time, left alone while it is silent, and searches together take no
// more than a share of the connections by which lists, details and checkouts come too.

import type { OrderId } from '../../../contracts/order-id.ts'
import { SutError } from '../../errors.ts'
import type { OrderStore } from '../../storage/order-store.ts'
import { IncompleteSearch, type OrderIndex } from '../../storage/search-index.ts'
import { type CallContext, withBudget } from '../../telemetry/call-context.ts'
import { Breaker } from '../breaker.ts'
import { CONNECTIONS } from '../service-client.ts'
import type { FoundOrders, OrderSearch } from './order-service.ts'

/** Four times what the default plan wants of a search's p99. */
const INDEX_BUDGET_MS = 2_000
/** At work at once: half of what one caller has connections for. None waits here for another. */
export const MAX_SEARCHES = CONNECTIONS / 2

export class OrderSearches {
  readonly #index: Pick<OrderIndex, 'find'>
  readonly #breaker: Breaker
  #atWork = 0

  constructor(index: Pick<OrderIndex, 'find'>, nowMs: () => number = () => performance.now()) {
    this.#index = index
    this.#breaker = new Breaker('the search index', nowMs, {
      code: 'search-unavailable',
      // What Elasticsearch refuses it answers at once, and of other slices it may not refuse it.
      isFailure: (error) => error instanceof SutError && !(error instanceof IncompleteSearch),
    })
  }

  async search(store: Pick<OrderStore, 'byIds'>, search: OrderSearch, context: CallContext): Promise<FoundOrders> {
    if (this.#atWork >= MAX_SEARCHES) {
      throw new SutError('overloaded', 'too many searches at once', { retryAfterSeconds: 1 })
    }
    this.#atWork++
    try {
      return await this.#found(store, search, context)
    } finally {
      this.#atWork--
    }
  }

  async #found(store: Pick<OrderStore, 'byIds'>, search: OrderSearch, context: CallContext): Promise<FoundOrders> {
    const { fromMs, toMs, region, status, limit, after } = search
    const query = { fromMs, toMs, region, status, limit, after }
    const hits = await this.#breaker.call(() => this.#index.find(query, withBudget(context, INDEX_BUDGET_MS)))
    const rows = await store.byIds(
      hits.map(({ orderId }) => orderId),
      context,
    )
    const byId = new Map<OrderId, (typeof rows)[number]>(rows.map((order) => [order.orderId, order]))
    // A hit without its row, or whose row has moved on, is the index running behind: MySQL decides.
    const orders = hits.flatMap(({ orderId }) => {
      const order = byId.get(orderId)
      return order && (status === undefined || order.status === status) ? [order] : []
    })
    return { orders, next: hits.length === limit ? (hits.at(-1) ?? null) : null }
  }
}
