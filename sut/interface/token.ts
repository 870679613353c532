// Who asks: a bearer token, HS256 only (the algorithm is ours to say, never the token's), for one audience.

import { errors, jwtVerify } from 'jose'
import { TOKEN } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'

export const AUDIENCES = [TOKEN.appAudience, TOKEN.adminAudience] as const
export type Audience = (typeof AUDIENCES)[number]

export type TokenVerifier = (authorization: string | undefined) => Promise<{ readonly userId: number }>

const CLOCK_TOLERANCE_SECONDS = 5

export async function tokenVerifier(jwtSecret: string, audience: Audience): Promise<TokenVerifier> {
  const secret = new TextEncoder().encode(jwtSecret)
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const options = {
    algorithms: [TOKEN.algorithm],
    issuer: TOKEN.issuer,
    audience,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  }
  return async (authorization) => {
    const token = authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : ''
    try {
      const { payload } = await jwtVerify(token, key, options)
      return { userId: userIdOf(payload.sub) }
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

function userIdOf(subject: string | undefined): number {
  const userId = /^(0|[1-9][0-9]{0,15})$/.test(subject ?? '') ? Number(subject) : Number.NaN
  if (!Number.isSafeInteger(userId)) throw new SutError('unauthenticated', 'the token names no user')
  return userId
}

/** A valid token for somebody else is forbidden; everything else is not a token. */
function refusalOf(error: unknown): SutError {
  if (error instanceof SutError) return error
  if (error instanceof errors.JWTExpired) return new SutError('unauthenticated', 'the token has expired')
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return new SutError('forbidden', 'the token is not for this interface')
  }
  return new SutError('unauthenticated', 'a valid bearer token is required')
}
