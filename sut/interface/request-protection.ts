// What the app's interface asks of a request beside its token: that it is signed, new, and, where it has a body, sealed. Headers
// are judged before the body is read, its size while it is, its signature before anything is opened, and its nonce last: who
// cannot sign uses up none.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AppDemands, NONCE_TTL_MS, SEALED_TYPE } from '../../contracts/request-protection.ts'
import { SutError } from '../errors.ts'
import { type Metrics, outcomeOf } from '../telemetry/metrics.ts'
import type { ClientKeys } from './client-keys.ts'
import { holdAgainst, type RequestSignature, signatureIn } from './request-signature.ts'
import { openBody } from './sealed-body.ts'

/** Shared by all processes of the interface. */
export interface NonceMemory {
  /**
   * From now on it is known for `ttlMs`. `unknowable`: what was known at `sinceMs` is not known any more. Rejects when the
   * memory cannot be asked.
   */
  take(nonce: string, use: { readonly sinceMs: number; readonly ttlMs: number }): Promise<'new' | 'used' | 'unknowable'>
}

export interface RequestProtection {
  readonly demands: Exclude<AppDemands, 'off'>
  readonly keys: Pick<ClientKeys, 'named'>
  readonly nonces: NonceMemory
  readonly metrics: Metrics
  readonly nowMs?: () => number
}

declare module 'fastify' {
  interface FastifyRequest {
    /** null: there is none, or nobody asks for one. */
    signature: RequestSignature | null
    isSignatureHeld: boolean
  }
}

const NO_BODY = Buffer.alloc(0)
/** Nothing is changed by them: see docs/decisions/0091-a-write-needs-the-nonce-memory.md. */
const READS = ['GET', 'HEAD']

/** After `requireUser`, in the same scope. */
export function protectRequests(scope: FastifyInstance, protection: RequestProtection): void {
  const { demands, metrics } = protection
  const verify = timedCheck(metrics, 'signature', (request: FastifyRequest, signed: RequestSignature, body: Buffer) =>
    hold(request, signed, body, protection),
  )
  const open = timedCheck(metrics, 'unsealing', async (_request, signed: RequestSignature, body: Buffer) =>
    openBody(body, signed.key, signed),
  )
  const parse = jsonParserOf(scope)
  scope.decorateRequest('signature', null)
  scope.decorateRequest('isSignatureHeld', false)
  scope.addHook('onRequest', (request, _reply, done) => {
    try {
      request.signature = announced(request, protection)
      done()
    } catch (error) {
      done(error as SutError)
    }
  })
  const readPlain = async (request: FastifyRequest, body: Buffer) => {
    if (request.signature) await verify(request, request.signature, body)
    if (demands === 'sealed') throw new SutError('encryption-required', `a body must be sealed here: ${SEALED_TYPE}`)
    return await parse(request, body)
  }
  const readSealed = async (request: FastifyRequest, body: Buffer) => {
    const { signature } = request
    if (!signature) throw new SutError('signature-required', 'a sealed body belongs to a signed request')
    await verify(request, signature, body)
    return await parse(request, await open(request, signature, body))
  }
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, readPlain)
  scope.addContentTypeParser(SEALED_TYPE, { parseAs: 'buffer' }, readSealed)
  // Without a body no parser is asked.
  scope.addHook('preValidation', async (request) => {
    if (request.signature && !request.isSignatureHeld) await verify(request, request.signature, NO_BODY)
  })
}

function announced(
  request: FastifyRequest,
  { demands, keys, nowMs = Date.now }: RequestProtection,
): RequestSignature | null {
  const { userId, boundTo, headers, method, raw } = request
  const signature = signatureIn(headers, { method, target: raw.url ?? '', userId, boundTo }, keys, nowMs())
  if (signature !== null || (demands === 'offered' && boundTo === null)) return signature
  throw new SutError(
    'signature-required',
    boundTo === null ? 'requests must be signed here' : 'this token is of use only with the signature of its key',
  )
}

async function hold(
  request: FastifyRequest,
  signed: RequestSignature,
  body: Buffer,
  { nonces }: RequestProtection,
): Promise<void> {
  holdAgainst(body, signed)
  request.isSignatureHeld = true
  const { keyId, nonce, timestampMs } = signed
  let use: Awaited<ReturnType<NonceMemory['take']>>
  try {
    use = await nonces.take(`${keyId}:${nonce}`, { sinceMs: timestampMs, ttlMs: NONCE_TTL_MS })
  } catch (error) {
    if (READS.includes(request.method)) return
    throw cannotTell(error)
  }
  if (use === 'used') throw new SutError('request-replayed', 'a request with this nonce has been here before')
  if (use === 'unknowable' && !READS.includes(request.method)) throw cannotTell()
}

function cannotTell(cause?: unknown): SutError {
  return new SutError('nonces-unavailable', 'whether this request is new cannot be told; nothing was done', {
    retryAfterSeconds: 1,
    cause,
  })
}

type Check<T> = (request: FastifyRequest, signed: RequestSignature, body: Buffer) => Promise<T>

/** What protection costs the system: a load shows it beside what it costs k6. */
function timedCheck<T>(metrics: Metrics, operation: string, check: Check<T>): Check<T> {
  const observe = metrics.timer('interface', operation)
  return async (...of) => {
    const startedAtMs = performance.now()
    try {
      const result = await check(...of)
      observe(startedAtMs, 'ok')
      return result
    } catch (error) {
      observe(startedAtMs, outcomeOf(error))
      throw error
    }
  }
}

type Parser = (request: FastifyRequest, text: string, done: (error: Error | null, body?: unknown) => void) => void

/** The server's own, with its care for prototypes. */
function jsonParserOf(scope: FastifyInstance): (request: FastifyRequest, body: Buffer) => Promise<unknown> {
  const parser = scope.getDefaultJsonParser('error', 'error') as Parser
  return (request, body) =>
    new Promise((resolve, reject) => {
      parser(request, body.toString(), (error, parsed) => (error ? reject(error) : resolve(parsed)))
    })
}
