// One request's signature: read from its headers before the body is, held against the body when that is there.

import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import {
  CLOCK_WINDOW_MS,
  NONCE_PATTERN,
  PROTECTION_HEADERS,
  type RequestContext,
  signedText,
} from '../../contracts/request-protection.ts'
import { SutError } from '../errors.ts'
import type { ClientKey, ClientKeys } from './client-keys.ts'

export interface RequestSignature extends RequestContext {
  readonly key: ClientKey
  readonly signature: Buffer
}

export interface SentBy {
  readonly method: string
  readonly target: string
  readonly userId: number
  /** The token goes with this key alone; null: with any, or none. */
  readonly boundTo: string | null
}

const NONCE = new RegExp(NONCE_PATTERN)
const TIMESTAMP = /^[0-9]{1,15}$/
const MINUTES = CLOCK_WINDOW_MS / 60_000
/** 32 bytes as base64url. */
const SIGNATURE = /^[A-Za-z0-9_-]{43}$/

/** null: none of its headers is there. Throws for one that cannot be right, whatever the body. */
export function signatureIn(
  headers: IncomingHttpHeaders,
  sent: SentBy,
  keys: Pick<ClientKeys, 'named'>,
  nowMs: number,
): RequestSignature | null {
  const { keyId, timestamp, nonce, signature } = given(headers)
  if ([keyId, timestamp, nonce, signature].every((value) => value === undefined)) return null
  if (!keyId || !nonce || !timestamp || !signature) throw invalid('a signature needs all of its headers, each once')
  if (!NONCE.test(nonce) || !TIMESTAMP.test(timestamp) || !SIGNATURE.test(signature)) {
    throw invalid('the headers of the signature have another form')
  }
  const key = keys.named(keyId)
  // As of one that never was: which keys there were is nobody's business.
  if (!key || (sent.boundTo !== null && sent.boundTo !== keyId)) throw invalid('this key does not sign for this token')
  const timestampMs = Number(timestamp)
  if (Math.abs(nowMs - timestampMs) > CLOCK_WINDOW_MS) {
    throw new SutError('signature-expired', `the request is of another time; it is taken for ${MINUTES} minutes`)
  }
  const { method, target, userId } = sent
  return { method, target, userId, timestampMs, nonce, keyId, key, signature: Buffer.from(signature, 'base64url') }
}

/** Throws unless it is the signature of this request with these bytes. */
export function holdAgainst(body: Buffer, signed: RequestSignature): void {
  const expected = createHmac('sha256', signed.key.signing)
    .update(signedText(signed, hash('sha256', body, 'hex')))
    .digest()
  if (!timingSafeEqual(expected, signed.signature)) throw invalid('the signature is not of this request')
}

function given(headers: IncomingHttpHeaders) {
  const one = (name: string) => {
    const value = headers[name]
    // Node joins what is sent twice; no form above has a comma.
    return typeof value === 'string' || value === undefined ? value : value.join()
  }
  return {
    keyId: one(PROTECTION_HEADERS.keyId),
    timestamp: one(PROTECTION_HEADERS.timestamp),
    nonce: one(PROTECTION_HEADERS.nonce),
    signature: one(PROTECTION_HEADERS.signature),
  }
}

function invalid(message: string): SutError {
  return new SutError('signature-invalid', message)
}
