// The app's interface: a user's own orders.

import type { FastifyInstance } from 'fastify'
import {
  type CheckoutRequest,
  checkoutRequestSchema,
  checkoutResponseSchema,
  detailParamsSchema,
  detailResponseSchema,
  IDEMPOTENCY_HEADER,
  IDEMPOTENCY_KEY_PATTERN,
  type ListQuery,
  listQuerySchema,
  listResponseSchema,
  orderSummarySchema,
  ROUTES,
} from '../../contracts/gateway-api.ts'
import { isOrderId, type OrderId } from '../../contracts/order-id.ts'
import type { OrderFlows } from '../aggregation/order-flows.ts'
import { SutError } from '../errors.ts'
import { errorResponses } from './error-responses.ts'
import { contextOf } from './request-context.ts'
import type { TokenVerifier } from './token.ts'
import type { UserRateLimit } from './user-rate-limit.ts'

export interface FrontEnd {
  readonly flows: OrderFlows
  readonly verify: TokenVerifier
  readonly rateLimit: UserRateLimit
  readonly requestDeadlineMs: number
}

declare module 'fastify' {
  interface FastifyRequest {
    /** From the verified token; 0 on routes without one. */
    userId: number
  }
}

const DEFAULT_LIMIT = 20
const TAGS = ['app']

export function registerAppRoutes(app: FastifyInstance, frontEnd: FrontEnd): void {
  const { flows, requestDeadlineMs } = frontEnd
  app.register((scope, _options, done) => {
    requireUser(scope, frontEnd)
    scope.post<{ Body: CheckoutRequest }>(
      ROUTES.checkout.path,
      {
        schema: {
          tags: TAGS,
          summary: 'Place an order; the same key and body again give the same answer',
          security: [{ app: [] }],
          headers: {
            type: 'object',
            required: [IDEMPOTENCY_HEADER],
            properties: { [IDEMPOTENCY_HEADER]: { type: 'string', pattern: IDEMPOTENCY_KEY_PATTERN } },
          },
          body: checkoutRequestSchema,
          response: { 201: checkoutResponseSchema, ...errorResponses },
        },
      },
      async (request, reply) => {
        const idempotencyKey = String(request.headers[IDEMPOTENCY_HEADER])
        const call = { userId: request.userId, idempotencyKey, body: request.body }
        return reply.code(201).send(await flows.checkout(call, contextOf(request, requestDeadlineMs)))
      },
    )
    scope.get<{ Querystring: ListQuery }>(
      ROUTES.list.path,
      {
        schema: {
          tags: TAGS,
          summary: 'Own orders, newest first',
          security: [{ app: [] }],
          querystring: listQuerySchema,
          response: { 200: listResponseSchema, ...errorResponses },
        },
      },
      async (request) => {
        const { userId, query } = request
        const before = query.before === undefined ? undefined : orderIdOf(query.before)
        const call = { userId, limit: query.limit ?? DEFAULT_LIMIT, before }
        return flows.list(call, contextOf(request, requestDeadlineMs))
      },
    )
    scope.get<{ Params: { readonly orderId: string } }>(
      ROUTES.detail.path,
      {
        schema: {
          tags: TAGS,
          summary: 'One own order with items and payment',
          security: [{ app: [] }],
          params: detailParamsSchema,
          response: { 200: detailResponseSchema, ...errorResponses },
        },
      },
      async (request) => {
        const { userId, params } = request
        const call = { userId, orderId: orderIdOf(params.orderId) }
        return existing(await flows.detail(call, contextOf(request, requestDeadlineMs)))
      },
    )
    for (const event of ['pay', 'cancel'] as const) {
      scope.post<{ Params: { readonly orderId: string } }>(
        ROUTES[event].path,
        {
          schema: {
            tags: TAGS,
            summary: `${event === 'pay' ? 'Pay' : 'Cancel'} one own placed order; again changes nothing`,
            security: [{ app: [] }],
            params: detailParamsSchema,
            response: { 200: orderSummarySchema, ...errorResponses },
          },
        },
        async (request) => {
          const { userId, params } = request
          const call = { userId, orderId: orderIdOf(params.orderId), event }
          return existing(await flows.changeStatus(call, contextOf(request, requestDeadlineMs)))
        },
      )
    }
    done()
  })
}

/** Before the body is read: who asks, and whether not too often. */
export function requireUser(
  scope: FastifyInstance,
  { verify, rateLimit }: Pick<FrontEnd, 'verify' | 'rateLimit'>,
): void {
  scope.decorateRequest('userId', 0)
  scope.addHook('onRequest', (request, _reply, done) => {
    try {
      const { userId } = verify(request.headers.authorization)
      rateLimit.take(userId)
      request.userId = userId
      done()
    } catch (error) {
      done(error as SutError)
    }
  })
}

/** Another user's order and no order at all are the same answer. */
function existing<T>(found: T | null): T {
  if (found === null) throw new SutError('not-found', 'you have no such order')
  return found
}

function orderIdOf(text: string): OrderId {
  if (!isOrderId(text)) throw new SutError('bad-request', 'this is not an order id')
  return text
}
