// The monolith as a process: the old interfaces, on its own database or, once it has been switched, through the business layer.

import type { FastifyInstance } from 'fastify'
import { LEGACY_USERS_TABLE } from '../contracts/legacy-tables.ts'
import type { OrderFlows } from './aggregation/order-flows.ts'
import { OrderCache } from './domain/order/order-cache.ts'
import { OrderIdMetrics } from './domain/order/order-id-source.ts'
import { NUMBERED_IDS, ShardedOrderIds } from './domain/order/sharded-order-ids.ts'
import { SwitchedStores } from './domain/order/switched-stores.ts'
import { SutError } from './errors.ts'
import { createHttpServer, type HttpServerOptions } from './interface/http-server.ts'
import { registerIdentityRoute } from './interface/identity-route.ts'
import { tokenVerifier } from './interface/token.ts'
import { TokenKeys } from './interface/token-keys.ts'
import { UserRateLimit } from './interface/user-rate-limit.ts'
import { liveKeys } from './keys-file.ts'
import { businessLayer } from './legacy/business-layer.ts'
import { LEGACY_OPERATIONS, type LegacyOrders } from './legacy/legacy-orders.ts'
import { legacyRefusal } from './legacy/legacy-refusal.ts'
import { registerLegacyRoutes } from './legacy/legacy-routes.ts'
import { switchedOrders } from './legacy/monolith-switch.ts'
import { ownDatabase } from './legacy/own-database.ts'
import { submittedIn } from './legacy/submitted-before.ts'
import { tellThrough } from './legacy/tell-others.ts'
import { onceBegun, openBoard } from './migration.ts'
import { ownStore } from './monolith-own-store.ts'
import type { RoleOptions } from './roles.ts'
import { selectDataset } from './storage/dataset-table.ts'
import { legacyOrderStore } from './storage/legacy-store/legacy-order-store.ts'
import type { MysqlLane } from './storage/mysql-lane.ts'
import type { MysqlPool } from './storage/mysql-pool.ts'
import { openLegacyMysql, openMessages, openRedis } from './stores.ts'
import { StoreLedger } from './switches/store-ledger.ts'
import type { SwitchBoard } from './switches/switch-board.ts'
import { type CallContext, withBudget } from './telemetry/call-context.ts'
import { timed } from './telemetry/metrics.ts'

export interface MonolithParts {
  readonly server: HttpServerOptions
  /** The business layer. */
  readonly flows: OrderFlows
}

export async function buildMonolith(
  options: RoleOptions,
  { server: serverOptions, flows }: MonolithParts,
): Promise<FastifyInstance> {
  const { config, metrics, version } = options
  const { requestDeadlineMs } = config
  const pool = await openLegacyMysql(options)
  const lane = pool.home
  // It has no account in the sharded database, and hears of every flip in its own.
  const board = await openBoard(options, { legacy: new StoreLedger('legacy', pool.leases) })
  const tell = tellThrough(openMessages(options))
  const submittedBefore = submittedIn(lane)
  const cache = new OrderCache(openRedis(options))
  const stores = await ownStores(options, pool, board)
  const orders = switchedOrders(board, {
    'as-it-was': ownDatabase(lane, tell),
    'own-database': ownStore({ lane, stores, tell, forget: (orderId) => cache.forget(orderId) }),
    'business-layer': businessLayer({
      flows,
      nicknameOf: (userId, context) => soon('', context, (within) => nicknameIn(lane, userId, within)),
      submittedBefore: (order, context) => soon(null, context, (within) => submittedBefore(order, within)),
      tell,
    }),
  })
  const { appTokens } = config
  const verify = tokenVerifier(liveKeys('app', new TokenKeys(appTokens.secrets), appTokens, options), 'app')
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
      const { userId, boundTo } = verify(`Bearer ${token}`)
      // Nothing is signed here: such a token would be good for less elsewhere.
      if (boundTo !== null) throw new SutError('signature-required', 'this token is of no use for the old interfaces')
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

async function ownStores(options: RoleOptions, pool: MysqlPool, board: SwitchBoard): Promise<SwitchedStores> {
  const { metrics, logger, parts } = options
  const ids = new ShardedOrderIds(pool.leases, new OrderIdMetrics(metrics), logger, NUMBERED_IDS.legacy)
  parts.add({ stop: () => ids.stop() })
  await onceBegun(board, parts, () =>
    ids.start().catch((error) => logger.warn({ err: error }, 'no order id worker is leased yet')),
  )
  return new SwitchedStores({ sides: { legacy: { store: legacyOrderStore(pool), ids } }, board })
}

async function nicknameIn(lane: MysqlLane, userId: number, context: CallContext): Promise<string> {
  const sql = `SELECT nickname FROM ${LEGACY_USERS_TABLE} WHERE id = ?`
  const [user] = await lane.rows<{ readonly nickname: string }>(sql, [userId], context)
  return user?.nickname ?? ''
}

const OWN_BUDGET_MS = 150

/** Behind the business layer its own database is asked for what is there since before, and not waited for once it is gone. */
async function soon<T>(otherwise: T, context: CallContext, ask: (within: CallContext) => Promise<T>): Promise<T> {
  try {
    return await ask(withBudget(context, OWN_BUDGET_MS))
  } catch {
    return otherwise
  }
}
