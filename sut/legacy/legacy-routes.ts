// The old interfaces: forms in, `{ code, msg, data }` out.

import { parse } from 'node:querystring'
import { Ajv } from 'ajv'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  LEGACY_CODES,
  LEGACY_ROUTES,
  type LegacyAnswer,
  type LegacyListForm,
  type LegacyOrderForm,
  type LegacySubmitForm,
  legacyListSchema,
  legacyOrderSchema,
  legacySubmitSchema,
} from '../../contracts/legacy-api.ts'
import { SutError } from '../errors.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { TRACE_HEADER, traceparentIn } from '../telemetry/trace-context.ts'
import type { LegacyOrders, SubmitOrder } from './legacy-orders.ts'

export interface OldInterfaces {
  readonly orders: LegacyOrders
  /** The user of a token. Throws unless it is good, and not used too often. */
  readonly enter: (token: string) => number
  readonly requestDeadlineMs: number
}

const FORM = 'application/x-www-form-urlencoded'
const DEFAULT_SIZE = legacyListSchema.properties.size.default

export function registerLegacyRoutes(app: FastifyInstance, { orders, enter, requestDeadlineMs }: OldInterfaces): void {
  const contextOf = ({ id, headers }: Pick<FastifyRequest, 'id' | 'headers'>): CallContext =>
    contextFor(id, requestDeadlineMs, traceparentIn(headers[TRACE_HEADER]))
  app.register((scope, _options, done) => {
    readForms(scope)
    scope.post<{ Body: LegacyListForm }>(
      LEGACY_ROUTES.list,
      { schema: { body: legacyListSchema } },
      async (request) => {
        const { token, page = 1, size = DEFAULT_SIZE } = request.body
        const userId = enter(token)
        return ok(await orders.list({ userId, page, size }, contextOf(request)))
      },
    )
    scope.post<{ Body: LegacyOrderForm }>(
      LEGACY_ROUTES.detail,
      { schema: { body: legacyOrderSchema } },
      async (request) => {
        const { token, orderNo } = request.body
        const userId = enter(token)
        return ok(existing(await orders.detail({ userId, orderNo }, contextOf(request))))
      },
    )
    scope.post<{ Body: LegacySubmitForm }>(
      LEGACY_ROUTES.submit,
      { schema: { body: legacySubmitSchema } },
      async (request) => {
        const userId = enter(request.body.token)
        return ok(await orders.submit(submitted(userId, request.body), contextOf(request)))
      },
    )
    for (const event of ['pay', 'cancel'] as const) {
      scope.post<{ Body: LegacyOrderForm }>(
        LEGACY_ROUTES[event],
        { schema: { body: legacyOrderSchema } },
        async (request) => {
          const { token, orderNo } = request.body
          const userId = enter(token)
          return ok(existing(await orders.settle({ userId, orderNo, event }, contextOf(request))))
        },
      )
    }
    done()
  })
}

/** Values are text and may be read as numbers; a field that stands there once may be a list of one. */
function readForms(scope: FastifyInstance): void {
  const ajv = new Ajv({ coerceTypes: 'array', useDefaults: true, removeAdditional: true })
  scope.setValidatorCompiler(({ schema }) => ajv.compile(schema as object))
  scope.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, text, parsed) => parsed(null, parse(String(text))))
}

function submitted(userId: number, form: LegacySubmitForm): SubmitOrder {
  const { submitToken, channel, region, payMethod, productId, quantity } = form
  if (productId.length !== quantity.length) {
    throw new SutError('bad-request', 'there must be a quantity for each productId')
  }
  const lines = productId.map((id, at) => ({ productId: id, quantity: quantity[at] ?? 0 }))
  return { userId, submitToken, channel, region, payMethod, lines }
}

/** Another user's order and no order at all are the same answer. */
function existing<T>(found: T | null): T {
  if (found === null) throw new SutError('not-found', 'you have no such order')
  return found
}

function ok<Data>(data: Data): LegacyAnswer<Data> {
  return { code: LEGACY_CODES.ok, msg: 'ok', data }
}
