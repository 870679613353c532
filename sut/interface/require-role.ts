// After `requireUser`: an administrator may do what their roles say, route by route.

import type { FastifyRequest } from 'fastify'
import type { AdminRole } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'

type Hook = (request: Pick<FastifyRequest, 'roles'>, reply: unknown, done: (error?: Error) => void) => void

/** Of a route, as its `onRequest`: before its body is read. Any of the roles will do. */
export function requireRole(...roles: readonly AdminRole[]): Hook {
  return (request, _reply, done) => {
    if (roles.some((role) => request.roles.includes(role))) return done()
    done(new SutError('forbidden', `this is for the role ${roles.join(' or ')}`))
  }
}

/** Whom an audit names. */
export function auditName({ userId, roles }: Pick<FastifyRequest, 'userId' | 'roles'>): string {
  return `admin ${userId} (${roles.join(', ')})`
}
