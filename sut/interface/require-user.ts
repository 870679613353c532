// Before the body is read: who asks, and whether not too often.

import type { FastifyInstance } from 'fastify'
import type { AdminRole } from '../../contracts/gateway-api.ts'
import type { SutError } from '../errors.ts'
import type { LoadCredential } from './load-credential.ts'
import type { TokenVerifier } from './token.ts'
import type { UserLimit } from './user-rate-limit.ts'

export interface KnownUsers {
  readonly verify: TokenVerifier
  readonly rateLimit: UserLimit
  /** Whose requests are not counted. */
  readonly isUnlimited: LoadCredential
}

declare module 'fastify' {
  interface FastifyRequest {
    /** From the verified token; 0 on routes without one. */
    userId: number
    roles: readonly AdminRole[]
    /** The client key that has to sign; null: none has to. */
    boundTo: string | null
  }
}

export function requireUser(scope: FastifyInstance, { verify, rateLimit, isUnlimited }: KnownUsers): void {
  scope.decorateRequest('userId', 0)
  scope.decorateRequest('roles')
  scope.decorateRequest('boundTo', null)
  scope.addHook('onRequest', (request, _reply, done) => {
    try {
      const { headers } = request
      const { userId, roles, boundTo } = verify(headers.authorization)
      const waiting = isUnlimited(headers) ? null : rateLimit.take(userId)
      request.userId = userId
      request.roles = roles
      request.boundTo = boundTo
      if (waiting === null) done()
      else waiting.then(() => done(), done)
    } catch (error) {
      done(error as SutError)
    }
  })
}
