// The server of the old interfaces, the same in the monolith and in the interface layer: who asks, how often, and how refusals
// are told. What is done then is said by who builds it.

import type { FastifyInstance } from 'fastify'
import { createHttpServer, type HttpServerOptions } from './interface/http-server.ts'
import { tokenVerifier } from './interface/token.ts'
import { UserRateLimit } from './interface/user-rate-limit.ts'
import { LEGACY_OPERATIONS, type LegacyOrders } from './legacy/legacy-orders.ts'
import { legacyRefusal } from './legacy/legacy-refusal.ts'
import { type Elsewhere, registerLegacyRoutes } from './legacy/legacy-routes.ts'
import type { RoleOptions } from './roles.ts'
import { timed } from './telemetry/metrics.ts'
import { liveTokenKeys } from './token-keys-file.ts'

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
  const verify = tokenVerifier(liveTokenKeys('app', config.appTokens, options), 'app')
  const rateLimit = new UserRateLimit(config.userRatePerSecond)
  const server = createHttpServer({
    ...serverOptions,
    prefix: '/order/',
    // Old apps read the body whatever the status is, and take any other status for a broken line.
    refusal: { status: () => 200, body: legacyRefusal },
  })
  registerLegacyRoutes(server, {
    orders: timed<LegacyOrders>(metrics, 'domain', orders, LEGACY_OPERATIONS),
    enter: (token) => {
      const { userId } = verify(`Bearer ${token}`)
      rateLimit.take(userId)
      return userId
    },
    requestDeadlineMs: config.requestDeadlineMs,
    ...(elsewhere && { elsewhere }),
  })
  return server
}
