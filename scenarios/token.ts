// Test tokens, signed here as the identity provider would: HS256 with the target's secret (RFC 7515, RFC 7519).

import { hmac } from 'k6/crypto'
import { b64encode } from 'k6/encoding'
import { TOKEN } from '../contracts/gateway-api.ts'

const LIFETIME_SECONDS = 900
const HEADER = b64encode(JSON.stringify({ alg: TOKEN.algorithm, typ: 'JWT' }), 'rawurl')

type Audience = typeof TOKEN.appAudience | typeof TOKEN.adminAudience

export function bearer(jwtSecret: string, subject: string, audience: Audience): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  const claims = {
    iss: TOKEN.issuer,
    aud: audience,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
  }
  const signed = `${HEADER}.${b64encode(JSON.stringify(claims), 'rawurl')}`
  return `Bearer ${signed}.${hmac('sha256', jwtSecret, signed, 'base64rawurl')}`
}
