// An app that signs and seals, written after docs/how-does-an-app-sign-and-seal.md with Node's own crypto.

import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import {
  IV_BYTES,
  PROTECTION_HEADERS,
  type RequestContext,
  SEALED_TYPE,
  sealingContext,
  signedText,
} from '../../contracts/request-protection.ts'
import { clientKey } from './client-keys.ts'

export const CLIENT_SECRET = 'the-secret-of-a-client-of-the-app'

export interface AppRequest {
  readonly method?: 'GET' | 'POST'
  readonly url: string
  readonly userId: number
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly secret?: string
  readonly timestampMs?: number
  readonly nonce?: string
}

export function contextOf(request: AppRequest): RequestContext {
  const { method = 'GET', url, userId, secret = CLIENT_SECRET, timestampMs = Date.now() } = request
  const { nonce = randomBytes(16).toString('base64url') } = request
  return { method, target: url, userId, timestampMs, nonce, keyId: clientKey(secret).id }
}

export function signed(request: AppRequest): InjectOptions {
  const bytes = request.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(request.body))
  const type: Readonly<Record<string, string>> =
    request.body === undefined ? {} : { 'content-type': 'application/json' }
  return sent(request, contextOf(request), bytes, type)
}

/** `sealedFor`: another context than that of the request. */
export function sealed(request: AppRequest, sealedFor: Partial<RequestContext> = {}): InjectOptions {
  const context = contextOf(request)
  const { sealing } = clientKey(request.secret ?? CLIENT_SECRET)
  const bytes = seal(JSON.stringify(request.body), sealing, { ...context, ...sealedFor })
  return sent(request, context, bytes, { 'content-type': SEALED_TYPE })
}

function seal(text: string, key: Buffer, context: RequestContext): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(sealingContext(context)))
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

function sent(
  { headers = {}, secret = CLIENT_SECRET }: AppRequest,
  context: RequestContext,
  bytes: Buffer,
  type: Readonly<Record<string, string>>,
): InjectOptions {
  const { method, target, timestampMs, nonce, keyId } = context
  const digest = createHash('sha256').update(bytes).digest('hex')
  const text = signedText(context, digest)
  return {
    method: method as 'GET' | 'POST',
    url: target,
    headers: {
      ...headers,
      ...type,
      [PROTECTION_HEADERS.keyId]: keyId,
      [PROTECTION_HEADERS.timestamp]: String(timestampMs),
      [PROTECTION_HEADERS.nonce]: nonce,
      [PROTECTION_HEADERS.signature]: createHmac('sha256', clientKey(secret).signing).update(text).digest('base64url'),
    },
    ...(bytes.length > 0 && { payload: bytes }),
  }
}
