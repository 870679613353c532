// How an app signs what it sends and seals its body: what both ends must work out alike. Each has the hashes of its own
// platform; docs/how-does-an-app-sign-and-seal.md is this file for people who write an app.

/** What the app's interface asks for. `off`: nothing is looked at. `offered`: what is there must be right. */
export const APP_DEMANDS = ['off', 'offered', 'signed', 'sealed'] as const
export type AppDemands = (typeof APP_DEMANDS)[number]

/** As a client is to keep it up: a load without them is `plain`. */
export const PROTECTIONS = ['plain', 'signed', 'sealed'] as const
export type Protection = (typeof PROTECTIONS)[number]

export const PROTECTION_HEADERS = {
  keyId: 'x-headroom-key',
  timestamp: 'x-headroom-timestamp',
  nonce: 'x-headroom-nonce',
  signature: 'x-headroom-signature',
} as const

/** Of a body that is sealed: `iv | ciphertext | tag`. What is inside is the JSON that would be sent otherwise. */
export const SEALED_TYPE = 'application/vnd.headroom.sealed'
export const IV_BYTES = 12
export const TAG_BYTES = 16

/** A request is taken so long before and after its own time. */
export const CLOCK_WINDOW_MS = 300_000
/** Clocks of front-ends may differ by so much: one may take a request when it is over for another. */
const FRONT_ENDS_APART_MS = 60_000
/** A request may come twice within the whole window, from its earliest moment to its last. */
export const NONCE_TTL_MS = 2 * CLOCK_WINDOW_MS + FRONT_ENDS_APART_MS
/** Of at least 96 bits. */
export const NONCE_PATTERN = '^[A-Za-z0-9_-]{16,64}$'

/** From a client's one secret come two keys, by HKDF-SHA256 (RFC 5869) without salt: these are its `info`. */
export const KEY_PURPOSES = {
  signing: 'headroom request signature v1',
  sealing: 'headroom request sealing v1',
} as const
export const KEY_BYTES = 32

/** What a request is, apart from its body. */
export interface RequestContext {
  readonly method: string
  /** Path and query, as they are sent. */
  readonly target: string
  /** Of the token: another user's token does not fit. */
  readonly userId: number
  readonly timestampMs: number
  readonly nonce: string
  readonly keyId: string
}

/** HMAC-SHA256 of it, as base64url without padding, is the signature. `bodySha256`: of the bytes that are sent, in hex. */
export function signedText(context: RequestContext, bodySha256: string): string {
  return [...contextLines(KEY_PURPOSES.signing, context), bodySha256].join('\n')
}

/** The additional data of AES-256-GCM: a sealed body opens in this request and in no other. */
export function sealingContext(context: RequestContext): string {
  return contextLines(KEY_PURPOSES.sealing, context).join('\n')
}

function contextLines(purpose: string, context: RequestContext): readonly (string | number)[] {
  const { method, target, userId, timestampMs, nonce, keyId } = context
  return [purpose, method, target, userId, timestampMs, nonce, keyId]
}
