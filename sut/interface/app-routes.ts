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
  pageSize,
  ROUTES,
} from '../../contracts/gateway-api.ts'
import { isOrderId, type OrderId } from '../../contracts/order-id.ts'
import type { OrderFlows, StatusCall } from '../aggregation/order-flows.ts'
import { SutError } from '../errors.ts'
import { errorResponses } from './error-responses.ts'
import { contextOf } from './request-context.ts'
import { protectRequests, type RequestProtection } from './request-protection.ts'
import { type KnownUsers, requireUser } from './require-user.ts'

export interface FrontEnd extends KnownUsers {
  readonly flows: OrderFlows
  readonly requestDeadlineMs: number
}

export interface AppFrontEnd extends FrontEnd {
  /** null: a token is all that is asked for. */
  readonly protection: RequestProtection | null
}

const TAGS = ['app']
const SUMMARIES: Readonly<Record<StatusCall['event'], string>> = {
  pay: 'Pay one own placed order',
  cancel: 'Cancel one own placed order',
  refund: 'Give back the money of one own paid order that is not shipped yet',
}

export function registerAppRoutes(app: FastifyInstance, frontEnd: AppFrontEnd): void {
  const { flows, requestDeadlineMs, protection } = frontEnd
  const security = securityOf(protection)
  app.register((scope, _options, done) => {
    requireUser(scope, frontEnd)
    if (protection) protectRequests(scope, protection)
    scope.post<{ Body: CheckoutRequest }>(
      ROUTES.checkout.path,
      {
        schema: {
          tags: TAGS,
          summary: 'Place an order; the same key and body again give the same answer',
          security,
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
          security,
          querystring: listQuerySchema,
          response: { 200: listResponseSchema, ...errorResponses },
        },
      },
      async (request) => {
        const { userId, query } = request
        const before = query.before === undefined ? undefined : orderIdOf(query.before)
        const call = { userId, limit: query.limit ?? pageSize.default, before }
        return flows.list(call, contextOf(request, requestDeadlineMs))
      },
    )
    scope.get<{ Params: { readonly orderId: string } }>(
      ROUTES.detail.path,
      {
        schema: {
          tags: TAGS,
          summary: 'One own order with items and payment',
          security,
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
    for (const event of ['pay', 'cancel', 'refund'] as const) {
      scope.post<{ Params: { readonly orderId: string } }>(
        ROUTES[event].path,
        {
          schema: {
            tags: TAGS,
            summary: `${SUMMARIES[event]}; again changes nothing`,
            security,
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

/** As OpenAPI says it: any of the list, and of one all. */
function securityOf(protection: RequestProtection | null): { readonly [scheme: string]: readonly string[] }[] {
  if (protection === null) return [{ app: [] }]
  const signed = { app: [], signature: [] }
  return protection.demands === 'offered' ? [{ app: [] }, signed] : [signed]
}

/** Another user's order and no order at all are the same answer. */
function existing<T>(found: T | null): T {
  if (found === null) throw new SutError('not-found', 'you have no such order')
  return found
}

export function orderIdOf(text: string): OrderId {
  if (!isOrderId(text)) throw new SutError('bad-request', 'this is not an order id')
  return text
}
