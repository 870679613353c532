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
  const { demands, metrics, nonces } = protection
  const hold = timedStep(metrics, 'signature', (signed: RequestSignature, body: Buffer) => holdAgainst(body, signed))
  const use = timedStep(metrics, 'nonce', (signed: RequestSignature, isRead: boolean) => useUp(nonces, signed, isRead))
  const open = timedStep(metrics, 'unsealing', (signed: RequestSignature, body: Buffer) =>
    openBody(body, signed.key, signed),
  )
  const verify = async (request: FastifyRequest, signed: RequestSignature, body: Buffer) => {
    await hold(signed, body)
    request.isSignatureHeld = true
    await use(signed, READS.includes(request.method))
  }
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
    return await parse(request, await open(signature, body))
  }
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, readPlain)
  scope.addContentTypeParser<Buffer>(SEALED_TYPE, { parseAs: 'buffer' }, readSealed)
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

async function useUp(
  nonces: NonceMemory,
  { keyId, nonce, timestampMs }: RequestSignature,
  isRead: boolean,
): Promise<void> {
  let use: Awaited<ReturnType<NonceMemory['take']>>
  try {
    use = await nonces.take(`${keyId}:${nonce}`, { sinceMs: timestampMs, ttlMs: NONCE_TTL_MS })
  } catch (error) {
    if (isRead) return
    throw cannotTell(error)
  }
  if (use === 'used') throw new SutError('request-replayed', 'a request with this nonce has been here before')
  if (use === 'unknowable' && !isRead) throw cannotTell()
}

function cannotTell(cause?: unknown): SutError {
  return new SutError('nonces-unavailable', 'whether this request is new cannot be told; nothing was done', {
    retryAfterSeconds: 1,
    cause,
  })
}

/** What protection costs the system: a load shows it beside what it costs k6. */
function timedStep<A extends unknown[], T>(
  metrics: Metrics,
  operation: string,
  step: (...of: A) => T | Promise<T>,
): (...of: A) => Promise<T> {
  const observe = metrics.timer('interface', operation)
  return async (...of) => {
    const startedAtMs = performance.now()
    try {
      const result = await step(...of)
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
