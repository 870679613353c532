// The front-ends' HTTP server: strict validation of what comes in, one shape of error going out, a bound on what is in flight.

import { Ajv } from 'ajv'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { BODY_LIMIT_BYTES, type ErrorResponse, IDEMPOTENCY_HEADER } from '../../contracts/gateway-api.ts'
import { methodsAt } from '../../contracts/gateway-methods.ts'
import { type ErrorCode, SutError } from '../errors.ts'
import { arrivalLimit } from '../telemetry/arrival-limit.ts'
import { Failures } from '../telemetry/failures.ts'
import { boundInFlight } from '../telemetry/in-flight.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type ProcessTelemetry, registerProcessRoutes } from '../telemetry/process-routes.ts'
import { measureRequests } from '../telemetry/request-metrics.ts'
import { TRACE_HEADER, traceparentIn } from '../telemetry/trace-context.ts'
import { answerClientError, answerRareRequests } from './client-errors.ts'
import { requestIdOf } from './request-id.ts'

export interface HttpServerOptions extends ProcessTelemetry {
  readonly logger: Logger
  readonly maxInFlight: number
  /** Requests below it are bounded. */
  readonly prefix?: string
  readonly refusal?: RefusalShape
}

/** How a refusal is told. */
export interface RefusalShape {
  status(error: SutError): number
  body(error: SutError, requestId: string): object
}

/** As contracts/gateway-api.ts has it. */
const NEW_SHAPE: RefusalShape = {
  status: ({ status }) => status,
  body: ({ code, message }, requestId) => ({ code, message, requestId }) satisfies ErrorResponse,
}

/** More than the gateway lets through, so that it is the gateway who says what is too large. */
const HEADER_LIMIT_BYTES = 48 * 1024

const CODE_OF_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported-media-type',
  FST_ERR_MAX_PARAM_LENGTH: 'uri-too-long',
}

export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const refusals = {
    shape: options.refusal ?? NEW_SHAPE,
    failures: new Failures(options.logger, options.metrics),
  }
  const { requestTimeout, http } = arrivalLimit()
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    // Longer than the gateway keeps an idle connection, so that it is the gateway who closes.
    keepAliveTimeout: 75_000,
    requestTimeout,
    genReqId: requestIdOf,
    // Node's own answers have no body.
    http: { ...http, maxHeaderSize: HEADER_LIMIT_BYTES, requireHostHeader: false },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) =>
      void sendError(asSutError(error), request as FastifyRequest, reply as FastifyReply, refusals),
    return503OnClosing: false,
  })
  answerRareRequests(app.server)
  setValidator(app)
  measureRequests(app, options.metrics)
  refuseBeforeRouting(app)
  boundInFlight(app, { ...options, prefix: options.prefix ?? '/v1/', entersAt: 'onRequest' })
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(asSutError(error), request, reply, refusals))
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsAt(request.url.split('?')[0] ?? '')
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendError(new SutError('not-found', 'there is nothing at this address'), request, reply, refusals)
    }
    reply.header('allow', methods.join(', '))
    return sendError(
      new SutError('method-not-allowed', `the methods are ${methods.join(', ')}`),
      request,
      reply,
      refusals,
    )
  })
  registerProcessRoutes(app, options)
  return app
}

/** Query and path are text and may be read as numbers; a body says what it means. Unknown fields are refused in both. */
function setValidator(app: FastifyInstance): void {
  const ofText = new Ajv({ coerceTypes: true, useDefaults: true })
  const ofJson = new Ajv({ useDefaults: true })
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? ofJson : ofText).compile(schema as object))
}

/** Without a host (RFC 9112, 3.2), and what still arrives while the server stops: nothing of it was done. */
function refuseBeforeRouting(app: FastifyInstance): void {
  let isStopping = false
  app.addHook('preClose', async () => {
    isStopping = true
  })
  app.addHook('onRequest', (request, _reply, done) => {
    if (isStopping) return done(new SutError('unavailable', 'the service is stopping', { retryAfterSeconds: 1 }))
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) {
      return done(new SutError('bad-request', 'the Host header is missing'))
    }
    done()
  })
}

interface Refusals {
  readonly shape: RefusalShape
  readonly failures: Failures
}

function sendError(
  error: SutError,
  request: FastifyRequest,
  reply: FastifyReply,
  { shape, failures }: Refusals,
): FastifyReply {
  const { url: route = 'none' } = request.routeOptions
  failures.note(error, { requestId: request.id, traceparent: traceparentIn(request.headers[TRACE_HEADER]), route })
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
  return reply.code(shape.status(error)).send(shape.body(error, request.id))
}

function asSutError(error: FastifyError | SutError): SutError {
  if (error instanceof SutError) return error
  const [mistake] = error.validation ?? []
  if (mistake?.params.missingProperty === IDEMPOTENCY_HEADER) {
    return new SutError('idempotency-key-missing', 'checkout needs an Idempotency-Key header')
  }
  if (mistake) return new SutError('bad-request', error.message)
  const code = CODE_OF_FASTIFY[error.code]
  if (code) return new SutError(code, error.message)
  const isClientsFault = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
  if (isClientsFault) return new SutError('bad-request', error.message)
  return new SutError('internal', 'an unexpected error', { cause: error })
}
