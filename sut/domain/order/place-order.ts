// Checkout: key, order, items, first payment and search event commit together, in the store that decides.

import type { CheckoutResponse } from '../../../contracts/gateway-api.ts'
import { PAYMENT_STATUS_OF } from '../../../contracts/order.ts'
import { type OrderId, parseOrderId } from '../../../contracts/order-id.ts'
import { shardOf } from '../../../contracts/shard.ts'
import { SutError } from '../../errors.ts'
import { storedKeyOf } from '../../storage/idempotency-table.ts'
import { isMysqlError } from '../../storage/mysql-errors.ts'
import type { KeyedOrder, NewOrder, OrderStore, StoredKey, WriteGuard } from '../../storage/order-store.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { AnswerKey, PlaceOrder } from './order-service.ts'
import type { StoreSide, SwitchedStores, Written } from './switched-stores.ts'

const MAX_DEADLOCKS = 3
const FIRST_STATUS = 'placed'

type Placed = Exclude<Awaited<ReturnType<OrderStore['place']>>, 'fenced'>

interface Placement {
  readonly outcome: Placed
  readonly order: NewOrder
}

export class OrderPlacement {
  readonly #stores: SwitchedStores
  /** Keys being worked on in this process: a second request is told at once, without holding a connection. */
  readonly #inFlight = new Set<string>()

  constructor(stores: SwitchedStores) {
    this.#stores = stores
  }

  async place(request: PlaceOrder, context: CallContext): Promise<CheckoutResponse> {
    const slot = `${request.userId}/${request.idempotencyKey}`
    if (this.#inFlight.has(slot)) throw keyInFlight()
    this.#inFlight.add(slot)
    try {
      const { outcome, order } = await this.#stores.write(shardOf(request.userId), context, (side, guard) =>
        storeOnce(side, guard, request, context),
      )
      if (outcome === 'stored') return responseOf(order.order)
      const answered = outcome === 'key-taken' ? await this.storedAnswer(request, context) : null
      if (answered) return answered
      throw keyInFlight()
    } finally {
      this.#inFlight.delete(slot)
    }
  }

  async storedAnswer(request: AnswerKey, context: CallContext): Promise<CheckoutResponse | null> {
    const stored = await this.#stores.authority.storedAnswer(keyOf(request), context)
    return stored ? matching(stored, request) : null
  }
}

async function storeOnce(
  { store, ids }: StoreSide,
  guard: WriteGuard | null,
  request: PlaceOrder,
  context: CallContext,
): Promise<Written<Placement> | 'fenced'> {
  const shard = shardOf(request.userId)
  for (let deadlocks = 0; ; deadlocks++) {
    const { orderId, timestampMs } = await ids.next(shard, context)
    const order = newOrder(request, orderId, timestampMs)
    try {
      const outcome = await store.place(order, guard, context)
      if (outcome === 'fenced') return outcome
      return { answer: { outcome, order }, stored: outcome === 'stored' ? order : null }
    } catch (error) {
      if (!isMysqlError(error, 'deadlock') || deadlocks >= MAX_DEADLOCKS) throw error
    }
  }
}

/** Also of an order that was placed before and has moved on since: the answer to its key stays what it was. */
export function responseOf({ orderId, amountCents }: Pick<KeyedOrder, 'orderId' | 'amountCents'>): CheckoutResponse {
  const { timestampMs } = parseOrderId(orderId)
  const paymentStatus = PAYMENT_STATUS_OF[FIRST_STATUS]
  return { orderId, status: FIRST_STATUS, amountCents, paymentStatus, createdAtMs: timestampMs }
}

export function newOrder(request: PlaceOrder, orderId: OrderId, timestampMs: number): NewOrder {
  const { userId, items, channel, region } = request
  const amountCents = items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0)
  const ofBoth = { orderId, userId, amountCents, createdAtMs: timestampMs, updatedAtMs: timestampMs, version: 1 }
  return {
    order: { ...ofBoth, status: FIRST_STATUS, channel, region, itemCount: items.length },
    items,
    payment: { ...ofBoth, paymentNo: 1, status: PAYMENT_STATUS_OF[FIRST_STATUS], method: request.paymentMethod },
    key: keyOf(request),
  }
}

function keyOf({ userId, idempotencyKey, requestHash }: AnswerKey): StoredKey {
  return storedKeyOf(userId, idempotencyKey, requestHash)
}

function matching(stored: KeyedOrder, request: AnswerKey): CheckoutResponse {
  if (request.requestHash.startsWith(stored.requestHash.toString('hex'))) return responseOf(stored)
  throw new SutError('idempotency-key-reused', 'this Idempotency-Key was used for another request')
}

function keyInFlight(): SutError {
  return new SutError('idempotency-key-in-flight', 'a request with this Idempotency-Key is still being worked on', {
    retryAfterSeconds: 1,
  })
}
