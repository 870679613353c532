// The front end above flows that only record what reached them, and answer as they are told.

import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { TOKEN } from '../../contracts/gateway-api.ts'
import type { OrderFlows } from '../aggregation/order-flows.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { registerAdminRoutes } from './admin-routes.ts'
import { registerAppRoutes } from './app-routes.ts'
import { createHttpServer } from './http-server.ts'
import { tokenVerifier } from './token.ts'
import { TokenKeys } from './token-keys.ts'
import { UserRateLimit } from './user-rate-limit.ts'

export const SECRET = 'a-secret-of-at-least-32-characters'

export type Calls = { readonly operation: string; readonly request: unknown }[]
export type Answers = Partial<Record<keyof OrderFlows, unknown>>

export function authorization(userId: number, aud: string = TOKEN.appAudience) {
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: TOKEN.issuer, aud, sub: String(userId), exp: Math.floor(Date.now() / 1000) + 60 }
  const unsigned = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return { authorization: `Bearer ${unsigned}.${createHmac('sha256', SECRET).update(unsigned).digest('base64url')}` }
}

export function recordingFlows(calls: Calls, answers: Answers): OrderFlows {
  const answer = (operation: keyof OrderFlows) => async (request: unknown) => {
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
    migration: answer('migration'),
    moveMigration: answer('moveMigration'),
    oldTraffic: answer('oldTraffic'),
  }
}

export interface FrontEndOptions {
  readonly maxInFlight?: number
  readonly userRatePerSecond?: number
  readonly logger?: Logger
  readonly metrics?: Metrics
}

export function frontEndOver(
  flows: OrderFlows,
  { maxInFlight = 10, userRatePerSecond = 100, logger, metrics }: FrontEndOptions,
): FastifyInstance {
  const frontEnd = { flows, rateLimit: new UserRateLimit(userRatePerSecond), requestDeadlineMs: 1_000 }
  const keys = new TokenKeys([SECRET])
  const app = createHttpServer({
    logger: logger ?? createLogger('test', 'silent'),
    metrics: metrics ?? new Metrics(),
    health: async () => ({ status: 'ok', checks: {} }),
    maxInFlight,
  })
  registerAppRoutes(app, { ...frontEnd, verify: tokenVerifier(keys, 'app') })
  registerAdminRoutes(app, { ...frontEnd, verify: tokenVerifier(keys, 'admin') })
  return app
}
