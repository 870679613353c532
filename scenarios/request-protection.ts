// What an app does besides when it signs its requests and seals their bodies: contracts/request-protection.ts says how. It is
// done before a request is due, and its time is a metric of its own: k6's, and nothing of the system's.
//
// k6's clock counts whole milliseconds. Where one begins says nothing about when a request is made ready, so the mean over
// many requests is right, and no single value is.

import { hmac, randomBytes, sha256 } from 'k6/crypto'
import { b64decode, b64encode } from 'k6/encoding'
import { Trend } from 'k6/metrics'
import { TOKEN } from '../contracts/gateway-api.ts'
import {
  IV_BYTES,
  KEY_PURPOSES,
  PROTECTION_HEADERS,
  type RequestContext,
  sealingContext,
  signedText,
} from '../contracts/request-protection.ts'

const NONCE_BYTES = 16
const protectionMs = new Trend('request_protection', true)

export interface ClientKeys {
  readonly id: string
  readonly signing: ArrayBuffer
  readonly sealing: ArrayBuffer
}

type Body = string | ArrayBuffer | null
type Unsigned = Pick<RequestContext, 'method' | 'target' | 'userId'>

export interface Protected {
  readonly body: Body
  readonly headers: Record<string, string>
}

/** Per virtual user: one secret is used for a whole run. */
let known: ClientKeys | null = null
let sealingKey: Promise<SealingKey> | null = null

export function clientKeys(secret: string): ClientKeys {
  if (known === null) {
    // HKDF without salt, of one block.
    const extracted = hmac('sha256', '', secret, 'binary')
    const expanded = (purpose: string) => hmac('sha256', extracted, `${purpose}\x01`, 'binary')
    const id = sha256(secret, 'hex').slice(0, TOKEN.keyIdLength)
    known = { id, signing: expanded(KEY_PURPOSES.signing), sealing: expanded(KEY_PURPOSES.sealing) }
  }
  return known
}

export function signed(secret: string, request: Unsigned, body: Body): Protected {
  const startedAtMs = Date.now()
  const keys = clientKeys(secret)
  const headers = signatureOf(keys, contextOf(keys, request), body)
  protectionMs.add(Date.now() - startedAtMs)
  return { body, headers }
}

export async function sealed(secret: string, request: Unsigned, body: string): Promise<Protected> {
  const startedAtMs = Date.now()
  const keys = clientKeys(secret)
  const context = contextOf(keys, request)
  sealingKey ??= crypto.subtle.importKey('raw', keys.sealing, { name: 'AES-GCM' }, false, ['encrypt'])
  const iv = randomBytes(IV_BYTES)
  const algorithm = { name: 'AES-GCM', iv, additionalData: bytesOf(sealingContext(context)) } as const
  const bytes = joined(iv, await crypto.subtle.encrypt(algorithm, await sealingKey, bytesOf(body)))
  const headers = signatureOf(keys, context, bytes)
  protectionMs.add(Date.now() - startedAtMs)
  return { body: bytes, headers }
}

function contextOf({ id }: ClientKeys, request: Unsigned): RequestContext {
  const nonce = b64encode(randomBytes(NONCE_BYTES), 'rawurl')
  return { ...request, timestampMs: Date.now(), nonce, keyId: id }
}

function signatureOf({ signing }: ClientKeys, context: RequestContext, body: Body): Record<string, string> {
  const text = signedText(context, sha256(body ?? '', 'hex'))
  return {
    [PROTECTION_HEADERS.keyId]: context.keyId,
    [PROTECTION_HEADERS.timestamp]: String(context.timestampMs),
    [PROTECTION_HEADERS.nonce]: context.nonce,
    [PROTECTION_HEADERS.signature]: hmac('sha256', signing, text, 'base64rawurl'),
  }
}

/** By k6's own code: a loop in JavaScript would be most of the cost. */
function bytesOf(text: string): ArrayBuffer {
  return b64decode(b64encode(text, 'rawstd'), 'rawstd')
}

function joined(first: ArrayBuffer, second: ArrayBuffer): ArrayBuffer {
  const bytes = new Uint8Array(first.byteLength + second.byteLength)
  bytes.set(new Uint8Array(first), 0)
  bytes.set(new Uint8Array(second), first.byteLength)
  return bytes.buffer
}
