// The order service on its own stores, index and cache.

import type { Dataset } from '../../../contracts/dataset.ts'
import { NOBODYS_ORDER } from '../../../contracts/order-id.ts'
import { answeredPercent } from '../../../contracts/switches.ts'
import { outcomeUnknown, SutError } from '../../errors.ts'
import type { RedisCache } from '../../storage/redis-cache.ts'
import type { OrderIndex } from '../../storage/search-index.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { READ_ORDER_AGAIN } from '../service-contract.ts'
import { changeStatus } from './change-status.ts'
import { OrderCache } from './order-cache.ts'
import { OrderSearches } from './order-searches.ts'
import type { OrderService } from './order-service.ts'
import { OrderPlacement } from './place-order.ts'
import type { SwitchedStores } from './switched-stores.ts'

const DATASET_FRESH_MS = 1_000

export interface OrderServiceOptions {
  readonly stores: SwitchedStores
  /** What was seeded; null: nothing. */
  readonly dataset: (context: CallContext) => Promise<Dataset | null>
  readonly index: OrderIndex
  readonly redis: RedisCache
}

export function localOrderService({ stores, dataset, index, redis }: OrderServiceOptions): OrderService {
  const placement = new OrderPlacement(stores)
  const cache = new OrderCache(redis)
  const searches = new OrderSearches(index)
  const find: OrderService['find'] = (request, context) =>
    cache.find(request, context, (shared) => stores.reader.find(request, shared))
  return {
    place: (request, context) => placement.place(request, context),
    storedAnswer: (request, context) => placement.storedAnswer(request, context),
    find,
    lookUp: async ({ orderId }, context) => {
      const [order] = await stores.reader.byIds([orderId], context)
      return order ? await find({ orderId, userId: order.userId }, context) : null
    },
    changeStatus: async (request, context) => {
      try {
        const changed = await changeStatus(stores, request, Date.now, context)
        if (changed) await cache.forget(request.orderId)
        return changed
      } catch (error) {
        // It may have been stored all the same.
        await cache.forget(request.orderId)
        const isUnknown = error instanceof SutError && error.code === 'outcome-unknown'
        throw isUnknown ? outcomeUnknown(READ_ORDER_AGAIN, error) : error
      }
    },
    list: ({ userId, limit, before }, context) => stores.reader.list({ userId, limit, before }, context),
    numbered: async ({ userId, legacyNo }, context) => {
      const orderId = await stores.reader.numbered({ userId, legacyNo }, context)
      const found = await find({ orderId: orderId ?? NOBODYS_ORDER, userId }, context)
      return found && { ...found, legacyNo }
    },
    numberedPage: ({ userId, page, size }, context) =>
      stores.reader.numberedPage({ userId, limit: size, offset: (page - 1) * size }, context),
    search: (request, context) => searches.search(stores.reader, request, context),
    dataset: remembered((_request, context) => dataset(context)),
    oldTraffic: async () => ({ grayPercent: answeredPercent(stores.switches) }),
  }
}

/** A data set's description is large, and whoever asks who we are may ask often. */
function remembered(read: OrderService['dataset']): OrderService['dataset'] {
  let answer: ReturnType<OrderService['dataset']> | undefined
  let untilMs = 0
  return (request, context) => {
    if (!answer || performance.now() > untilMs) {
      untilMs = performance.now() + DATASET_FRESH_MS
      answer = read(request, context)
      answer.catch(() => {
        answer = undefined
      })
    }
    return answer
  }
}
