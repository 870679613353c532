// The front-ends' HTTP server: strict validation of what comes in, one shape of error going out, a bound on what is in flight.

import { randomUUID } from 'node:crypto'
import { Ajv } from 'ajv'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { ErrorResponse } from '../../contracts/gateway-api.ts'
import { type ErrorCode, SutError } from '../errors.ts'
import { Failures } from '../telemetry/failures.ts'
import { boundInFlight } from '../telemetry/in-flight.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type ProcessTelemetry, registerProcessRoutes } from '../telemetry/process-routes.ts'
import { measureRequests } from '../telemetry/request-metrics.ts'
import { TRACE_HEADER, traceparentIn } from '../telemetry/trace-context.ts'

export interface HttpServerOptions extends ProcessTelemetry {
  readonly logger: Logger
  readonly maxInFlight: number
}

export const BODY_LIMIT_BYTES = 64 * 1024

const CODE_OF_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported-media-type',
}

export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    // Longer than the gateway keeps an idle connection, so that it is the gateway who closes.
    keepAliveTimeout: 75_000,
    // What still arrives on a kept-alive connection while we stop is answered like any other.
    return503OnClosing: false,
    requestTimeout: 10_000,
    genReqId: requestIdOf,
  })
  setValidator(app)
  measureRequests(app, options.metrics)
  boundInFlight(app, { prefix: '/v1/', ...options })
  const failures = new Failures(options.logger, options.metrics)
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(asSutError(error), request, reply, failures))
  app.setNotFoundHandler((request, reply) =>
    sendError(new SutError('not-found', 'there is nothing at this address'), request, reply, failures),
  )
  registerProcessRoutes(app, options)
  return app
}

/** The gateway's id, so that its log and ours can be joined. */
function requestIdOf({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(given) ? given : randomUUID()
}

/** Query and path are text and may be read as numbers; a body says what it means. Unknown fields are refused in both. */
function setValidator(app: FastifyInstance): void {
  const ofText = new Ajv({ coerceTypes: true, useDefaults: true })
  const ofJson = new Ajv({ useDefaults: true })
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? ofJson : ofText).compile(schema as object))
}

function sendError(error: SutError, request: FastifyRequest, reply: FastifyReply, failures: Failures): FastifyReply {
  const { url: route = 'none' } = request.routeOptions
  failures.note(error, { requestId: request.id, traceparent: traceparentIn(request.headers[TRACE_HEADER]), route })
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
  const body: ErrorResponse = { code: error.code, message: error.message, requestId: request.id }
  return reply.code(error.status).send(body)
}

function asSutError(error: FastifyError | SutError): SutError {
  if (error instanceof SutError) return error
  if (error.validation) return new SutError('bad-request', error.message)
  const code = CODE_OF_FASTIFY[error.code]
  if (code) return new SutError(code, error.message)
  const isClientsFault = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
  if (isClientsFault) return new SutError('bad-request', error.message)
  return new SutError('internal', 'an unexpected error', { cause: error })
}
