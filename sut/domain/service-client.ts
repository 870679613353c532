// Another process and the services in it: each the same interface as in this process, spoken over HTTP, with keep-alive
// connections, the caller's deadline and the callee's errors. Nothing is sent twice: whoever placed the order decides
// about that, with its Idempotency-Key.

import { type Dispatcher, Pool } from 'undici'
import { isErrorCode, outcomeUnknown, SutError } from '../errors.ts'
import { type CallContext, deadlineExceeded, remainingMs } from '../telemetry/call-context.ts'
import { LIVE_PATH } from '../telemetry/process-routes.ts'
import { noteSending, type Sending } from '../telemetry/sending.ts'
import { nextTraceparent, TRACE_HEADER } from '../telemetry/trace-context.ts'
import type { Methods, Operation, ServiceContract } from './service-contract.ts'
import { DEADLINE_HEADER, type ErrorBody, REQUEST_ID_HEADER, servicePath } from './service-wire.ts'

/** To one process, for all of its operations together. */
export const CONNECTIONS = 64
const PING_LIMIT_MS = 500
/** The callee's answer, also its "out of time", must still find its caller waiting: it knows best what was stored. */
const WAY_BACK_MS = 50

export interface RemoteProcess {
  /** One of those in it. */
  service<S extends Methods<S>>(name: string, contract: ServiceContract<S>): S
  /** Rejects unless the process answers. Not whether it is ready: what stalls below it would stall all above. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

export function remoteProcess(
  name: string,
  options: { readonly url: string; readonly internalSecret: string },
): RemoteProcess {
  const pool = new Pool(options.url, {
    connections: CONNECTIONS,
    keepAliveTimeout: 60_000,
    connect: { timeout: 2_000 },
  })
  const dispatcher = pool.compose(noteSending)
  const authorization = `Bearer ${options.internalSecret}`
  return {
    service: <S extends Methods<S>>(service: string, contract: ServiceContract<S>) => {
      const methods = Object.entries<Operation>(contract).map(([operation, { ifAnswerLost }]) => {
        const callee = { name: service, path: servicePath(service, operation), authorization, ifAnswerLost }
        return [operation, (request: unknown, context: CallContext) => call(dispatcher, callee, request, context)]
      })
      return Object.fromEntries(methods) as S
    },
    ping: async () => {
      const limit = { headersTimeout: PING_LIMIT_MS, bodyTimeout: PING_LIMIT_MS }
      const { statusCode, body } = await pool.request({ method: 'GET', path: LIVE_PATH, ...limit })
      await body.dump()
      if (statusCode !== 200) throw new Error(`${name} answers ${statusCode}`)
    },
    close: () => pool.close(),
  }
}

interface Callee {
  readonly name: string
  readonly path: string
  readonly authorization: string
  readonly ifAnswerLost: string | undefined
}

async function call(dispatcher: Dispatcher, callee: Callee, request: unknown, context: CallContext): Promise<unknown> {
  const leftMs = remainingMs(context)
  if (leftMs <= WAY_BACK_MS) throw deadlineExceeded()
  const sending: Sending = { hasBegun: false }
  const timer = new AbortController()
  const timeout = setTimeout(() => timer.abort(), leftMs)
  try {
    const { statusCode, body } = await dispatcher.request({
      method: 'POST',
      path: callee.path,
      headers: {
        authorization: callee.authorization,
        'content-type': 'application/json',
        [DEADLINE_HEADER]: String(leftMs - WAY_BACK_MS),
        [REQUEST_ID_HEADER]: context.requestId,
        [TRACE_HEADER]: nextTraceparent(context),
      },
      body: JSON.stringify(request),
      signal: timer.signal,
      opaque: sending,
    })
    const answer = await body.json()
    if (statusCode === 200) return answer
    throw errorOf(answer as Partial<ErrorBody>)
  } catch (error) {
    if (error instanceof SutError) throw error
    // "Not stored" is said only when it is known: what was sent may have been done.
    if (sending.hasBegun && callee.ifAnswerLost) throw outcomeUnknown(callee.ifAnswerLost, error)
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
