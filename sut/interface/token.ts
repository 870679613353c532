// Who asks: a bearer token for one audience.

import { ADMIN_ROLES, type AdminRole, TOKEN } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'
import { notAToken, type TokenKeys } from './token-keys.ts'

export const AUDIENCES = [TOKEN.appAudience, TOKEN.adminAudience] as const
export type Audience = (typeof AUDIENCES)[number]

export interface Bearer {
  readonly userId: number
  /** Of those that are known here. */
  readonly roles: readonly AdminRole[]
  /** The client key that has to sign what comes with this token; null: none has to. */
  readonly boundTo: string | null
}

/** Throws unless the header carries a token for this audience. */
export type TokenVerifier = (authorization: string | undefined) => Bearer

const SCHEME = 'Bearer '
const NO_ROLES: readonly AdminRole[] = []

export function tokenVerifier(keys: TokenKeys, audience: Audience): TokenVerifier {
  return (authorization) => {
    if (!authorization?.startsWith(SCHEME)) throw notAToken()
    const claims = keys.claimsOf(authorization.slice(SCHEME.length))
    // A genuine token for somebody else.
    if (claims.aud !== audience) throw new SutError('forbidden', 'the token is not for this interface')
    return { userId: userIdOf(claims.sub), roles: rolesIn(claims.roles), boundTo: boundKeyIn(claims.cnf) }
  }
}

function userIdOf(subject: unknown): number {
  const isDecimal = typeof subject === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(subject)
  const userId = isDecimal ? Number(subject) : Number.NaN
  if (!Number.isSafeInteger(userId)) throw new SutError('unauthenticated', 'the token names no user')
  return userId
}

/** What is no list of names gives no role: a token is never more than it says. */
function rolesIn(claim: unknown): readonly AdminRole[] {
  return Array.isArray(claim) ? ADMIN_ROLES.filter((role) => claim.includes(role)) : NO_ROLES
}

/** A binding that cannot be read must not be taken for none. */
function boundKeyIn(claim: unknown): string | null {
  if (claim === undefined) return null
  const { kid } = Object(claim) as { readonly kid?: unknown }
  if (typeof kid !== 'string') throw new SutError('unauthenticated', 'the token does not name the key it is bound to')
  return kid
}
