// The monolith as a process: the old interfaces on its own database.

import type { FastifyInstance } from 'fastify'
import { createHttpServer, type HttpServerOptions } from './interface/http-server.ts'
import { registerIdentityRoute } from './interface/identity-route.ts'
import { tokenVerifier } from './interface/token.ts'
import { UserRateLimit } from './interface/user-rate-limit.ts'
import { LEGACY_OPERATIONS, type LegacyOrders } from './legacy/legacy-orders.ts'
import { legacyRefusal } from './legacy/legacy-refusal.ts'
import { registerLegacyRoutes } from './legacy/legacy-routes.ts'
import { switchedOrders } from './legacy/monolith-switch.ts'
import { ownDatabase } from './legacy/own-database.ts'
import type { RoleOptions } from './roles.ts'
import { selectDataset } from './storage/dataset-table.ts'
import { openLegacyMysql, openMessages } from './stores.ts'
import { timed } from './telemetry/metrics.ts'
import { liveTokenKeys } from './token-keys-file.ts'

export async function buildMonolith(options: RoleOptions, serverOptions: HttpServerOptions): Promise<FastifyInstance> {
  const { config, metrics, version } = options
  const { requestDeadlineMs } = config
  const lane = await openLegacyMysql(options)
  const own = timed<LegacyOrders>(metrics, 'domain', ownDatabase(lane, openMessages(options)), LEGACY_OPERATIONS)
  const verify = tokenVerifier(liveTokenKeys('app', config.appTokens, options), 'app')
  const rateLimit = new UserRateLimit(config.userRatePerSecond)
  const server = createHttpServer({
    ...serverOptions,
    prefix: '/order/',
    // Old apps read the body whatever the status is, and take any other status for a broken line.
    refusal: { status: () => 200, body: legacyRefusal },
  })
  registerLegacyRoutes(server, {
    orders: switchedOrders({ now: () => config }, { 'own-database': own }),
    enter: (token) => {
      const { userId } = verify(`Bearer ${token}`)
      rateLimit.take(userId)
      return userId
    },
    requestDeadlineMs,
  })
  const data = {
    dataset: (_request: object, context: Parameters<typeof selectDataset>[1]) => selectDataset(lane, context),
  }
  registerIdentityRoute(server, data, { version, topology: 'one-process', requestDeadlineMs })
  return server
}
