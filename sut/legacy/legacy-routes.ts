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
  SERVED_BY_HEADER,
} from '../../contracts/legacy-api.ts'
import type { GatewayPosition } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { TRACE_HEADER, traceparentIn } from '../telemetry/trace-context.ts'
import type { LegacyOrders, SubmitOrder } from './legacy-orders.ts'

export interface OldInterfaces {
  readonly orders: LegacyOrders
  /** The user of a token. Rejects unless it is good, and not used too often. */
  readonly enter: (token: string) => Promise<number>
  readonly requestDeadlineMs: number
  /** Where some users are answered by another process. */
  readonly elsewhere?: Elsewhere
}

export interface Elsewhere {
  isFor(userId: number): boolean
  /** The other's answer as it is, JSON. */
  pass(form: PassedForm, context: CallContext): Promise<string>
}

export interface PassedForm {
  readonly path: string
  readonly fields: Readonly<Record<string, unknown>>
}

interface FormRequest extends Pick<FastifyRequest, 'id' | 'headers'> {
  readonly body: { readonly token: string }
}

interface Reply {
  header(name: string, value: GatewayPosition): unknown
  type(contentType: string): unknown
}

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json; charset=utf-8'
const DEFAULT_SIZE = legacyListSchema.properties.size.default

export function registerLegacyRoutes(app: FastifyInstance, options: OldInterfaces): void {
  const { orders, enter, requestDeadlineMs, elsewhere } = options
  /** Who asks is known here, and here alone it is decided who answers. */
  const answer = async <Data>(
    path: string,
    { id, headers, body }: FormRequest,
    reply: Reply,
    here: (userId: number, context: CallContext) => Promise<Data>,
  ): Promise<LegacyAnswer<Data> | string> => {
    const userId = await enter(body.token)
    const context = contextFor(id, requestDeadlineMs, traceparentIn(headers[TRACE_HEADER]))
    if (elsewhere?.isFor(userId)) {
      reply.header(SERVED_BY_HEADER, 'monolith')
      const passed = await elsewhere.pass({ path, fields: body }, context)
      reply.type(JSON_TYPE)
      return passed
    }
    if (elsewhere) reply.header(SERVED_BY_HEADER, 'interface-layer')
    return ok(await here(userId, context))
  }
  app.register((scope, _options, done) => {
    readForms(scope)
    scope.post<{ Body: LegacyListForm }>(LEGACY_ROUTES.list, { schema: { body: legacyListSchema } }, (request, reply) =>
      answer(LEGACY_ROUTES.list, request, reply, (userId, context) => {
        const { page = 1, size = DEFAULT_SIZE } = request.body
        return orders.list({ userId, page, size }, context)
      }),
    )
    scope.post<{ Body: LegacyOrderForm }>(
      LEGACY_ROUTES.detail,
      { schema: { body: legacyOrderSchema } },
      (request, reply) =>
        answer(LEGACY_ROUTES.detail, request, reply, async (userId, context) =>
          existing(await orders.detail({ userId, orderNo: request.body.orderNo }, context)),
        ),
    )
    scope.post<{ Body: LegacySubmitForm }>(
      LEGACY_ROUTES.submit,
      { schema: { body: legacySubmitSchema } },
      (request, reply) =>
        answer(LEGACY_ROUTES.submit, request, reply, async (userId, context) =>
          orders.submit(submitted(userId, request.body), context),
        ),
    )
    for (const event of ['pay', 'cancel'] as const) {
      scope.post<{ Body: LegacyOrderForm }>(
        LEGACY_ROUTES[event],
        { schema: { body: legacyOrderSchema } },
        (request, reply) =>
          answer(LEGACY_ROUTES[event], request, reply, async (userId, context) =>
            existing(await orders.settle({ userId, orderNo: request.body.orderNo, event }, context)),
          ),
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
