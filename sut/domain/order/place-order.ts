// Checkout's transaction, on the buyer's shard: key, order, items, first payment and search event commit together.

import type { CheckoutResponse } from '../../../contracts/gateway-api.ts'
import { type Order, PAYMENT_STATUS_OF } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import { orderDocument } from '../../../contracts/search-index.ts'
import { type Shard, shardOf } from '../../../contracts/shard.ts'
import { SutError } from '../../errors.ts'
import { type IdempotencyKey, insertAnswer, type StoredAnswer, selectAnswer } from '../../storage/idempotency-table.ts'
import { isMysqlError, type MysqlPool, type Session } from '../../storage/mysql-pool.ts'
import { insertOrder } from '../../storage/order-tables.ts'
import { insertEvent } from '../../storage/outbox-tables.ts'
import { insertPayment } from '../../storage/payment-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { AnswerKey, PlaceOrder } from './order-service.ts'

const MAX_DEADLOCKS = 3

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
      return (await this.#store(request, context)) ?? (await this.#answerOfWinner(request, context))
    } finally {
      this.#inFlight.delete(slot)
    }
  }

  async storedAnswer(request: AnswerKey, context: CallContext): Promise<CheckoutResponse | null> {
    const stored = await selectAnswer(this.#pool, keyOf(request), context)
    return stored ? matching(stored, request) : null
  }

  /** undefined: the key has its answer already. */
  async #store(request: PlaceOrder, context: CallContext): Promise<CheckoutResponse | undefined> {
    for (let deadlocks = 0; ; deadlocks++) {
      const { orderId, timestampMs } = await this.#ids.next(shardOf(request.userId), context)
      const order = newOrder(request, orderId, timestampMs)
      try {
        return await this.#pool.transaction(context, (session) => insertAll(session, request, order))
      } catch (error) {
        if (error instanceof KeyTaken) return undefined
        if (!isMysqlError(error, 'deadlock') || deadlocks >= MAX_DEADLOCKS) throw error
      }
    }
  }

  async #answerOfWinner(request: PlaceOrder, context: CallContext): Promise<CheckoutResponse> {
    const stored = await selectAnswer(this.#pool, keyOf(request), context)
    if (!stored) throw keyInFlight()
    return matching(stored, request)
  }
}

class KeyTaken extends Error {}

async function insertAll(session: Session, request: PlaceOrder, order: Order): Promise<CheckoutResponse> {
  const { orderId, userId, createdAtMs, updatedAtMs, amountCents } = order
  const paymentStatus = PAYMENT_STATUS_OF[order.status]
  const response: CheckoutResponse = { orderId, status: order.status, amountCents, paymentStatus, createdAtMs }
  const requestHash = Buffer.from(request.requestHash, 'hex')
  try {
    await insertAnswer(session, keyOf(request), { requestHash, response, orderId, createdAtMs })
  } catch (error) {
    if (isMysqlError(error, 'duplicateKey')) throw new KeyTaken()
    // Another process holds the uncommitted row.
    if (isMysqlError(error, 'lockWaitTimeout')) throw keyInFlight()
    throw error
  }
  await insertOrder(session, order, request.items)
  await insertPayment(session, {
    orderId,
    paymentNo: 1,
    userId,
    status: paymentStatus,
    method: request.paymentMethod,
    amountCents,
    createdAtMs,
    updatedAtMs,
    version: 1,
  })
  const event = { orderId, version: order.version, document: orderDocument(order) }
  await insertEvent(session, shardOf(userId), event, createdAtMs)
  return response
}

function newOrder(request: PlaceOrder, orderId: OrderId, timestampMs: number): Order {
  return {
    orderId,
    userId: request.userId,
    status: 'placed',
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

function matching(stored: StoredAnswer, request: AnswerKey): CheckoutResponse {
  if (stored.requestHash.toString('hex') === request.requestHash) return stored.response
  throw new SutError('idempotency-key-reused', 'this Idempotency-Key was used for another request')
}

function keyInFlight(): SutError {
  return new SutError('idempotency-key-in-flight', 'a request with this Idempotency-Key is still being worked on', {
    retryAfterSeconds: 1,
  })
}
