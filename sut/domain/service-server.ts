// A service of its own process: POST /internal/<service>/<operation>, JSON in and out. Only callers that know the
// internal secret are answered, and the gateway never passes /internal on. A request is held to its operation's schema: a
// missing field is refused, an unknown one (of a newer caller) dropped.

import { createHash, timingSafeEqual } from 'node:crypto'
import { Ajv } from 'ajv'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { ERROR_STATUS, SutError } from '../errors.ts'
import { arrivalLimit } from '../telemetry/arrival-limit.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { Failures } from '../telemetry/failures.ts'
import { boundInFlight } from '../telemetry/in-flight.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type ProcessTelemetry, registerProcessRoutes } from '../telemetry/process-routes.ts'
import { measureRequests } from '../telemetry/request-metrics.ts'
import { TRACE_HEADER, traceparentIn } from '../telemetry/trace-context.ts'
import type { Methods, Operation, ServiceContract } from './service-contract.ts'
import { DEADLINE_HEADER, type ErrorBody, REQUEST_ID_HEADER, servicePath } from './service-wire.ts'

export interface ServiceOptions {
  readonly internalSecret: string
  readonly maxDeadlineMs: number
  readonly metrics: Metrics
  readonly logger: Logger
}

export interface ServiceServerOptions extends ServiceOptions, ProcessTelemetry {
  readonly maxInFlight: number
  readonly arrivalLimitMs?: number
}

const BODY_LIMIT_BYTES = 256 * 1024

export function serveService<S extends Methods<S>>(
  name: string,
  service: S,
  contract: ServiceContract<S>,
  options: ServiceServerOptions,
): FastifyInstance {
  const app = Fastify({
    ...arrivalLimit(options.arrivalLimitMs),
    bodyLimit: BODY_LIMIT_BYTES,
    logger: false,
    keepAliveTimeout: 75_000,
    return503OnClosing: false,
  })
  measureRequests(app, options.metrics)
  boundInFlight(app, { ...options, prefix: '/internal/', entersAt: 'preParsing' })
  registerProcessRoutes(app, options)
  registerService(app, name, service, contract, options)
  return app
}

/** On a server that may have other routes beside them. */
export function registerService<S extends Methods<S>>(
  app: FastifyInstance,
  name: string,
  service: S,
  contract: ServiceContract<S>,
  { internalSecret, maxDeadlineMs, logger, metrics }: ServiceOptions,
): void {
  const expected = digest(`Bearer ${internalSecret}`)
  const failures = new Failures(logger, metrics)
  app.register((scope, _options, done) => {
    const ajv = new Ajv({ removeAdditional: true })
    scope.setValidatorCompiler(({ schema }) => ajv.compile(schema as object))
    // Before the body is waited for, and before the request takes a place among those in flight.
    scope.addHook('onRequest', ({ headers }, _reply, done) => {
      const isKnown = timingSafeEqual(digest(headers.authorization ?? ''), expected)
      done(isKnown ? undefined : new SutError('unauthenticated', 'not a service of this system'))
    })
    for (const [operation, { request: body }] of Object.entries<Operation>(contract)) {
      const route = { schema: { body }, bodyLimit: BODY_LIMIT_BYTES }
      scope.post(servicePath(name, operation), route, async (request, reply) => {
        const context = contextOf(request.headers, maxDeadlineMs)
        const result = await service[operation as keyof S](request.body as never, context).catch(rethrown)
        return reply.type('application/json').send(JSON.stringify(result ?? null))
      })
    }
    scope.setErrorHandler<FastifyError>((error, { headers, routeOptions: { url: route = 'none' } }, reply) => {
      const answer = asSutError(error)
      const requestId = requestIdIn(headers)
      failures.note(answer, { requestId, traceparent: traceparentIn(headers[TRACE_HEADER]), route })
      const body: ErrorBody = {
        code: answer.code,
        message: answer.message,
        ...(answer.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: answer.retryAfterSeconds }),
      }
      return reply.code(ERROR_STATUS[answer.code]).send(body)
    })
    done()
  })
}

function contextOf(headers: Readonly<Record<string, unknown>>, maxDeadlineMs: number): CallContext {
  const leftMs = Number(headers[DEADLINE_HEADER])
  const budgetMs = leftMs > 0 ? Math.min(leftMs, maxDeadlineMs) : maxDeadlineMs
  return contextFor(requestIdIn(headers), budgetMs, traceparentIn(headers[TRACE_HEADER]))
}

function requestIdIn(headers: Readonly<Record<string, unknown>>): string {
  return String(headers[REQUEST_ID_HEADER] ?? 'unknown')
}

/** Equal lengths for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Of a service: a store that it asked wrongly may have said 400, and that is no mistake of our caller. */
function rethrown(error: unknown): never {
  throw error instanceof SutError ? error : unexpected(error)
}

/** Fastify itself refuses a body that is broken, cut off, too large or not as the schema says. */
function asSutError(error: FastifyError | SutError): SutError {
  if (error instanceof SutError) return error
  const isCallersMistake = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
  return isCallersMistake ? new SutError('bad-request', error.message) : unexpected(error)
}

function unexpected(cause: unknown): SutError {
  return new SutError('internal', 'an unexpected error', { cause })
}
