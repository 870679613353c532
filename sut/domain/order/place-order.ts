// Checkout's transaction, on the buyer's shard: key, order, items, first payment and search event commit together.

import type { CheckoutResponse } from '../../../contracts/gateway-api.ts'
import { type Order, PAYMENT_STATUS_OF } from '../../../contracts/order.ts'
import { type OrderId, parseOrderId } from '../../../contracts/order-id.ts'
import { orderDocument } from '../../../contracts/search-index.ts'
import { type Shard, shardOf } from '../../../contracts/shard.ts'
import { SutError } from '../../errors.ts'
import {
  type IdempotencyKey,
  isKeyBeingWritten,
  type KeyedOrder,
  keyInsert,
  selectKeyedOrder,
} from '../../storage/idempotency-table.ts'
import { isMysqlError } from '../../storage/mysql-errors.ts'
import type { Statement } from '../../storage/mysql-lane.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { orderInserts } from '../../storage/order-tables.ts'
import { eventInsert } from '../../storage/outbox-tables.ts'
import { paymentInsert } from '../../storage/payment-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { AnswerKey, PlaceOrder } from './order-service.ts'

const MAX_DEADLOCKS = 3
const FIRST_STATUS = 'placed'

export interface OrderIds {
  next(shard: Shard, context: CallContext): Promise<{ readonly orderId: OrderId; readonly timestampMs: number }>
}

export class OrderPlacement {
  readonly #pool: MysqlPool
  readonly #ids: OrderIds
  /** Keys being worked on in this process: a second request is told at once, without holding a connection. */
  readonly #inFlight = new Set<string>()

  constructor(pool: MysqlPool, ids: OrderIds) {
    this.#pool = pool
    this.#ids = ids
  }

  async place(request: PlaceOrder, context: CallContext): Promise<CheckoutResponse> {
    const slot = `${request.userId}/${request.idempotencyKey}`
    if (this.#inFlight.has(slot)) throw keyInFlight()
    this.#inFlight.add(slot)
    try {
      return await this.#store(request, context)
    } catch (error) {
      // Another process holds the uncommitted row of this key, or somebody else the whole table.
      if (isMysqlError(error, 'lockWaitTimeout') && (await isKeyBeingWritten(this.#pool, keyOf(request), context))) {
        throw keyInFlight()
      }
      const answered = isMysqlError(error, 'duplicateKey') ? await this.storedAnswer(request, context) : null
      if (answered) return answered
      throw error
    } finally {
      this.#inFlight.delete(slot)
    }
  }

  async storedAnswer(request: AnswerKey, context: CallContext): Promise<CheckoutResponse | null> {
    const stored = await selectKeyedOrder(this.#pool, keyOf(request), context)
    return stored ? matching(stored, request) : null
  }

  async #store(request: PlaceOrder, context: CallContext): Promise<CheckoutResponse> {
    const shard = shardOf(request.userId)
    for (let deadlocks = 0; ; deadlocks++) {
      const { orderId, timestampMs } = await this.#ids.next(shard, context)
      const order = newOrder(request, orderId, timestampMs)
      try {
        await this.#pool.shard(shard).commitAll(placementInserts(request, order), context)
        return responseOf(order)
      } catch (error) {
        if (!isMysqlError(error, 'deadlock') || deadlocks >= MAX_DEADLOCKS) throw error
      }
    }
  }
}

/** The key comes first: of two requests with one key, the second stops here. */
export function placementInserts(request: PlaceOrder, order: Order): readonly Statement[] {
  const { orderId, userId, amountCents, createdAtMs, updatedAtMs, version } = order
  const requestHash = Buffer.from(request.requestHash, 'hex')
  const status = PAYMENT_STATUS_OF[order.status]
  const method = request.paymentMethod
  return [
    keyInsert(keyOf(request), requestHash, orderId),
    ...orderInserts(order, request.items),
    paymentInsert({ orderId, paymentNo: 1, userId, status, method, amountCents, createdAtMs, updatedAtMs, version: 1 }),
    eventInsert(shardOf(userId), { orderId, version, document: orderDocument(order) }, createdAtMs),
  ]
}

/** Also of an order that was placed before and has moved on since: the answer to its key stays what it was. */
export function responseOf({ orderId, amountCents }: Pick<Order, 'orderId' | 'amountCents'>): CheckoutResponse {
  const { timestampMs } = parseOrderId(orderId)
  const paymentStatus = PAYMENT_STATUS_OF[FIRST_STATUS]
  return { orderId, status: FIRST_STATUS, amountCents, paymentStatus, createdAtMs: timestampMs }
}

export function newOrder(request: PlaceOrder, orderId: OrderId, timestampMs: number): Order {
  return {
    orderId,
    userId: request.userId,
    status: FIRST_STATUS,
    channel: request.channel,
    region: request.region,
    itemCount: request.items.length,
    amountCents: request.items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0),
    createdAtMs: timestampMs,
    updatedAtMs: timestampMs,
    version: 1,
  }
}

function keyOf({ userId, idempotencyKey }: AnswerKey): IdempotencyKey {
  return { userId, key: idempotencyKey }
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
