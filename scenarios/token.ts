// Test tokens, signed here as the identity provider would: HS256 with the target's secret, which is
// named by its hash (RFC 7515, RFC 7519).

import { hmac, sha256 } from 'k6/crypto'
import { b64encode } from 'k6/encoding'
import { type AdminRole, TOKEN } from '../contracts/gateway-api.ts'

const LIFETIME_SECONDS = 900

/** By secret: one is used for a whole run. */
const headers: Record<string, string> = {}

/** Beside those that every token has. */
export interface MoreClaims {
  readonly roles?: readonly AdminRole[]
  readonly cnf?: { readonly kid: string }
}

type Audience = typeof TOKEN.appAudience | typeof TOKEN.adminAudience

export function bearer(jwtSecret: string, subject: string, audience: Audience, more: MoreClaims = {}): string {
  return `Bearer ${token(jwtSecret, subject, audience, more)}`
}

export function token(jwtSecret: string, subject: string, audience: Audience, more: MoreClaims = {}): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  const claims = {
    iss: TOKEN.issuer,
    aud: audience,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    ...more,
  }
  const signed = `${headerOf(jwtSecret)}.${b64encode(JSON.stringify(claims), 'rawurl')}`
  return `${signed}.${hmac('sha256', jwtSecret, signed, 'base64rawurl')}`
}

function headerOf(jwtSecret: string): string {
  const known = headers[jwtSecret]
  if (known !== undefined) return known
  const kid = sha256(jwtSecret, 'hex').slice(0, TOKEN.keyIdLength)
  const header = b64encode(JSON.stringify({ alg: TOKEN.algorithm, typ: 'JWT', kid }), 'rawurl')
  headers[jwtSecret] = header
  return header
}
