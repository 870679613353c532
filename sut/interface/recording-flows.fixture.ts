// The front end above flows that only record what reached them, and answer as they are told.

import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { ADMIN_ROLES, TOKEN } from '../../contracts/gateway-api.ts'
import type { AdminFlows } from '../aggregation/admin-flows.ts'
import type { OrderFlows } from '../aggregation/order-flows.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { registerAdminRoutes } from './admin-routes.ts'
import { registerAppRoutes } from './app-routes.ts'
import { createHttpServer } from './http-server.ts'
import { loadCredential } from './load-credential.ts'
import type { RequestProtection } from './request-protection.ts'
import { tokenVerifier } from './token.ts'
import { TokenKeys } from './token-keys.ts'
import { UserRateLimit } from './user-rate-limit.ts'

export const SECRET = 'a-secret-of-at-least-32-characters'

export type Calls = { readonly operation: string; readonly request: unknown }[]
export type Answers = Partial<Record<keyof OrderFlows | keyof AdminFlows, unknown>>

/** `more`: claims beside them; an administrator has every role unless they say otherwise. */
export function authorization(userId: number, aud: string = TOKEN.appAudience, more: object = {}) {
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 60
  const roles = aud === TOKEN.adminAudience ? { roles: ADMIN_ROLES } : {}
  const claims = { iss: TOKEN.issuer, aud, sub: String(userId), exp, ...roles, ...more }
  const unsigned = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return { authorization: `Bearer ${unsigned}.${createHmac('sha256', SECRET).update(unsigned).digest('base64url')}` }
}

export function recordingFlows(calls: Calls, answers: Answers): OrderFlows & AdminFlows {
  const answer = (operation: keyof Answers) => async (request: unknown) => {
    calls.push({ operation, request })
    const result = answers[operation]
    if (result instanceof Error) throw result
    return result as never
  }
  return {
    checkout: answer('checkout'),
    list: answer('list'),
    detail: answer('detail'),
    changeStatus: answer('changeStatus'),
    search: answer('search'),
    numbered: answer('numbered'),
    numberedPage: answer('numberedPage'),
    dataset: answer('dataset'),
    lookUp: answer('lookUp'),
    product: answer('product'),
    changeProduct: answer('changeProduct'),
    switchStatus: answer('switchStatus'),
    switchPlan: answer('switchPlan'),
    moveSwitch: answer('moveSwitch'),
    setSwitches: answer('setSwitches'),
    switchHistory: answer('switchHistory'),
    oldTraffic: answer('oldTraffic'),
  }
}

export interface FrontEndOptions {
  readonly maxInFlight?: number
  readonly userRatePerSecond?: number
  readonly loadCredential?: string
  /** Given the metrics of the server. */
  readonly protection?: (metrics: Metrics) => RequestProtection
  readonly logger?: Logger
  readonly metrics?: Metrics
}

export function frontEndOver(flows: OrderFlows & AdminFlows, options: FrontEndOptions): FastifyInstance {
  const { maxInFlight = 10, logger, metrics = new Metrics() } = options
  const frontEnd = frontEndOf(flows, options)
  const keys = new TokenKeys([SECRET])
  const app = createHttpServer({
    logger: logger ?? createLogger('test', 'silent'),
    metrics,
    health: async () => ({ status: 'ok', checks: {} }),
    maxInFlight,
  })
  const protection = options.protection?.(metrics) ?? null
  registerAppRoutes(app, { ...frontEnd, verify: tokenVerifier(keys, 'app'), protection })
  registerAdminRoutes(app, { ...frontEnd, verify: tokenVerifier(keys, 'admin') })
  return app
}

export function frontEndOf(
  flows: OrderFlows & AdminFlows,
  { userRatePerSecond = 100, loadCredential: credential = '' }: FrontEndOptions,
) {
  return {
    flows,
    adminFlows: flows,
    rateLimit: new UserRateLimit(userRatePerSecond),
    isUnlimited: loadCredential(credential),
    requestDeadlineMs: 1_000,
  }
}
