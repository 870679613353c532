// Who asks: a bearer token for one audience.

import { TOKEN } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'
import { notAToken, type TokenKeys } from './token-keys.ts'

export const AUDIENCES = [TOKEN.appAudience, TOKEN.adminAudience] as const
export type Audience = (typeof AUDIENCES)[number]

/** Throws unless the header carries a token for this audience. */
export type TokenVerifier = (authorization: string | undefined) => { readonly userId: number }

const SCHEME = 'Bearer '

export function tokenVerifier(keys: TokenKeys, audience: Audience): TokenVerifier {
  return (authorization) => {
    if (!authorization?.startsWith(SCHEME)) throw notAToken()
    const claims = keys.claimsOf(authorization.slice(SCHEME.length))
    // A genuine token for somebody else.
    if (claims.aud !== audience) throw new SutError('forbidden', 'the token is not for this interface')
    return { userId: userIdOf(claims.sub) }
  }
}

function userIdOf(subject: unknown): number {
  const isDecimal = typeof subject === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(subject)
  const userId = isDecimal ? Number(subject) : Number.NaN
  if (!Number.isSafeInteger(userId)) throw new SutError('unauthenticated', 'the token names no user')
  return userId
}
