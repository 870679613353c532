// Who asks: a bearer token, HS256 only (the algorithm is ours to say, never the token's), for one audience.

import { createVerifier, TokenError } from 'fast-jwt'
import { TOKEN } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'

export const AUDIENCES = [TOKEN.appAudience, TOKEN.adminAudience] as const
export type Audience = (typeof AUDIENCES)[number]

/** Throws unless the header carries a token for this audience. */
export type TokenVerifier = (authorization: string | undefined) => { readonly userId: number }

const SCHEME = 'Bearer '
const CLOCK_TOLERANCE_MS = 5_000

interface Claims {
  readonly sub: unknown
  readonly aud: unknown
}

export function tokenVerifier(jwtSecret: string, audience: Audience): TokenVerifier {
  const verify = createVerifier({
    key: jwtSecret,
    algorithms: [TOKEN.algorithm],
    allowedIss: TOKEN.issuer,
    requiredClaims: ['iss', 'aud', 'sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_MS,
    cache: false,
  })
  return (authorization) => {
    if (!authorization?.startsWith(SCHEME)) throw notAToken()
    const claims = claimsOf(verify, authorization.slice(SCHEME.length))
    // A genuine token for somebody else.
    if (claims.aud !== audience) throw new SutError('forbidden', 'the token is not for this interface')
    return { userId: userIdOf(claims.sub) }
  }
}

function claimsOf(verify: (token: string) => Claims, token: string): Claims {
  try {
    return verify(token)
  } catch (error) {
    const hasExpired = error instanceof TokenError && error.code === TokenError.codes.expired
    throw hasExpired ? new SutError('unauthenticated', 'the token has expired') : notAToken()
  }
}

function notAToken(): SutError {
  return new SutError('unauthenticated', 'a valid bearer token is required')
}

function userIdOf(subject: unknown): number {
  const isDecimal = typeof subject === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(subject)
  const userId = isDecimal ? Number(subject) : Number.NaN
  if (!Number.isSafeInteger(userId)) throw new SutError('unauthenticated', 'the token names no user')
  return userId
}
