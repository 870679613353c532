// Forms of old apps that the monolith answers, passed on to it over kept-alive connections, each once: only its sender knows
// whether a form may be sent again.

import { type ParsedUrlQueryInput, stringify } from 'node:querystring'
import { type Dispatcher, Pool } from 'undici'
import { LEGACY_ROUTES } from '../../contracts/legacy-api.ts'
import { outcomeUnknown, SutError } from '../errors.ts'
import { type CallContext, deadlineExceeded, remainingMs } from '../telemetry/call-context.ts'
import { noteSending, type Sending } from '../telemetry/sending.ts'
import { nextTraceparent, TRACE_HEADER } from '../telemetry/trace-context.ts'
import type { Elsewhere, PassedForm } from './legacy-routes.ts'

const CONNECTIONS = 64
/** The monolith begins to count later than we do, and knows best what it has stored. */
const WAY_BACK_MS = 250

/** For forms that change something: how their sender learns whether they did. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  [LEGACY_ROUTES.submit]: 'send the same submitToken again',
  [LEGACY_ROUTES.pay]: 'read the order, then decide',
  [LEGACY_ROUTES.cancel]: 'read the order, then decide',
}

export interface PassOn extends Pick<Elsewhere, 'pass'> {
  readonly close: () => Promise<void>
}

export function passOnTo(monolithUrl: string): PassOn {
  const pool = new Pool(monolithUrl, {
    connections: CONNECTIONS,
    keepAliveTimeout: 60_000,
    connect: { timeout: 2_000 },
  })
  const dispatcher = pool.compose(noteSending)
  return {
    pass: (form, context) => pass(dispatcher, form, context),
    close: () => pool.close(),
  }
}

async function pass(dispatcher: Dispatcher, { path, fields }: PassedForm, context: CallContext): Promise<string> {
  const sending: Sending = { hasBegun: false }
  const timer = new AbortController()
  const timeout = setTimeout(() => timer.abort(), remainingMs(context) + WAY_BACK_MS)
  try {
    const { statusCode, body } = await dispatcher.request({
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-request-id': context.requestId,
        [TRACE_HEADER]: nextTraceparent(context),
      },
      body: stringify(fields as ParsedUrlQueryInput),
      signal: timer.signal,
      opaque: sending,
    })
    const text = await body.text()
    // It answers so whatever happened: any other status is of a request that it did not come to read.
    if (statusCode === 200) return text
    throw new SutError('unavailable', 'the form was not read', { retryAfterSeconds: 1 })
  } catch (error) {
    if (error instanceof SutError) throw error
    const wayOut = WAYS_OUT[path]
    if (sending.hasBegun && wayOut !== undefined) throw outcomeUnknown(wayOut, error)
    if (timer.signal.aborted) throw deadlineExceeded(error)
    throw new SutError('unavailable', 'the monolith cannot be reached', { retryAfterSeconds: 1, cause: error })
  } finally {
    clearTimeout(timeout)
  }
}
