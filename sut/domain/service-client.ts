// The same interface as a service in this process, spoken over HTTP: keep-alive connections, the caller's deadline,
// the callee's errors. Nothing is sent twice: whoever placed the order decides about that, with its Idempotency-Key.

import { Pool } from 'undici'
import { ROUTES } from '../../contracts/gateway-api.ts'
import { isErrorCode, SutError } from '../errors.ts'
import { type CallContext, deadlineExceeded, remainingMs } from '../telemetry/call-context.ts'
import type { Methods } from './service-server.ts'
import { DEADLINE_HEADER, type ErrorBody, REQUEST_ID_HEADER, servicePath } from './service-wire.ts'

const CONNECTIONS = 64
const HEALTH_LIMIT_MS = 1_500

export interface RemoteService<S> {
  readonly service: S
  /** Rejects unless the service's process is ready. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

export function remoteService<S extends Methods<S>>(
  name: string,
  operations: readonly (keyof S & string)[],
  options: { readonly url: string; readonly internalSecret: string },
): RemoteService<S> {
  const pool = new Pool(options.url, {
    connections: CONNECTIONS,
    keepAliveTimeout: 60_000,
    connect: { timeout: 2_000 },
  })
  const authorization = `Bearer ${options.internalSecret}`
  const methods = operations.map((operation) => {
    const path = servicePath(name, operation)
    return [
      operation,
      (request: unknown, context: CallContext) => call(pool, { name, path, authorization }, request, context),
    ]
  })
  return {
    service: Object.fromEntries(methods) as S,
    ping: async () => {
      const limit = { headersTimeout: HEALTH_LIMIT_MS, bodyTimeout: HEALTH_LIMIT_MS }
      const { statusCode, body } = await pool.request({ method: 'GET', path: ROUTES.health.path, ...limit })
      await body.dump()
      if (statusCode !== 200) throw new Error(`${name} is not ready`)
    },
    close: () => pool.close(),
  }
}

interface Callee {
  readonly name: string
  readonly path: string
  readonly authorization: string
}

async function call(pool: Pool, callee: Callee, request: unknown, context: CallContext): Promise<unknown> {
  const leftMs = remainingMs(context)
  const timer = new AbortController()
  const timeout = setTimeout(() => timer.abort(), leftMs)
  try {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: callee.path,
      headers: {
        authorization: callee.authorization,
        'content-type': 'application/json',
        [DEADLINE_HEADER]: String(leftMs),
        [REQUEST_ID_HEADER]: context.requestId,
      },
      body: JSON.stringify(request),
      signal: timer.signal,
    })
    const answer = await body.json()
    if (statusCode === 200) return answer
    throw errorOf(answer as Partial<ErrorBody>)
  } catch (error) {
    if (error instanceof SutError) throw error
    if (timer.signal.aborted) throw deadlineExceeded(error)
    throw new SutError('unavailable', `the ${callee.name} service cannot be reached`, {
      retryAfterSeconds: 1,
      cause: error,
    })
  } finally {
    clearTimeout(timeout)
  }
}

function errorOf({ code, message, retryAfterSeconds }: Partial<ErrorBody>): SutError {
  return new SutError(isErrorCode(code) ? code : 'internal', message ?? 'an unexpected error', {
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}
