// The server of the old interfaces, the same in the monolith and in the interface layer: who asks, how often, and how refusals
// are told. What is done then is said by who builds it.

import type { FastifyInstance } from 'fastify'
import { SutError } from './errors.ts'
import { createHttpServer, type HttpServerOptions } from './interface/http-server.ts'
import { tokenVerifier } from './interface/token.ts'
import { TokenKeys } from './interface/token-keys.ts'
import { liveKeys } from './keys-file.ts'
import { LEGACY_OPERATIONS, type LegacyOrders } from './legacy/legacy-orders.ts'
import { legacyRefusal } from './legacy/legacy-refusal.ts'
import { type Elsewhere, registerLegacyRoutes } from './legacy/legacy-routes.ts'
import type { RoleOptions } from './roles.ts'
import { openEdgeRedis } from './stores.ts'
import { timed } from './telemetry/metrics.ts'
import { userLimit } from './user-limit.ts'

export interface BehindOldInterfaces {
  readonly orders: LegacyOrders
  readonly elsewhere?: Elsewhere
}

export function oldInterfaceServer(
  options: RoleOptions,
  serverOptions: HttpServerOptions,
  { orders, elsewhere }: BehindOldInterfaces,
): FastifyInstance {
  const { config, metrics } = options
  const { appTokens } = config
  const keys = liveKeys({ whose: 'app', keys: new TokenKeys(appTokens.secrets), file: appTokens.file }, options)
  const verify = tokenVerifier(keys, 'app')
  const edge = config.userRateScope === 'all' ? openEdgeRedis(options) : null
  const rateLimit = userLimit(config.role === 'adapter' ? 'adapter' : 'monolith', config, edge)
  const server = createHttpServer({
    ...serverOptions,
    prefix: '/order/',
    // Old apps read the body whatever the status is, and take any other status for a broken line.
    refusal: { status: () => 200, body: legacyRefusal },
  })
  registerLegacyRoutes(server, {
    orders: timed<LegacyOrders>(metrics, 'domain', orders, LEGACY_OPERATIONS),
    enter: async (token) => {
      const { userId, boundTo } = verify(`Bearer ${token}`)
      // Nothing is signed here: such a token would be good for less elsewhere.
      if (boundTo !== null) throw new SutError('signature-required', 'this token is of no use for the old interfaces')
      await rateLimit.take(userId)
      return userId
    },
    requestDeadlineMs: config.requestDeadlineMs,
    ...(elsewhere && { elsewhere }),
  })
  return server
}
