// Which layers a process holds, by role. In `all` they call each other directly; otherwise each calls the next over HTTP,
// through the same interfaces.

import type { FastifyInstance } from 'fastify'
import type { Topology } from '../contracts/sut-endpoint.ts'
import { buildAdapter } from './adapter-role.ts'
import { FLOWS_SERVICE, remoteFlows } from './aggregation/flows-client.ts'
import { FLOWS_CONTRACT } from './aggregation/flows-contract.ts'
import { type OrderFlows, orderFlows } from './aggregation/order-flows.ts'
import type { Config, InternalService, Role } from './config.ts'
import { type Databases, datasetIn, openDatabases } from './databases.ts'
import {
  CATALOGUE_CONTRACT,
  type CatalogueService,
  localCatalogueService,
} from './domain/catalogue/catalogue-service.ts'
import { ProductMemory } from './domain/catalogue/product-memory.ts'
import { switchedCatalogue } from './domain/catalogue/switched-catalogue.ts'
import { localOrderService } from './domain/order/local-order-service.ts'
import { measuredByShard } from './domain/order/measured-by-shard.ts'
import { ORDER_CONTRACT } from './domain/order/order-contract.ts'
import { OrderIdMetrics } from './domain/order/order-id-source.ts'
import type { OrderService } from './domain/order/order-service.ts'
import { ShardedOrderIds } from './domain/order/sharded-order-ids.ts'
import { SwitchedStores } from './domain/order/switched-stores.ts'
import { type RemoteService, remoteService } from './domain/service-client.ts'
import type { Methods, ServiceContract } from './domain/service-contract.ts'
import { registerService, serveService } from './domain/service-server.ts'
import { startKeyExpiry } from './expiring-keys.ts'
import { registerAdminRoutes } from './interface/admin-routes.ts'
import { registerAppRoutes } from './interface/app-routes.ts'
import { registerChallengeRoute } from './interface/challenge-route.ts'
import { createHttpServer } from './interface/http-server.ts'
import { registerIdentityRoute } from './interface/identity-route.ts'
import { describeApi, registerOpenApiRoute } from './interface/openapi.ts'
import { tokenVerifier } from './interface/token.ts'
import { UserRateLimit } from './interface/user-rate-limit.ts'
import type { OldRecords } from './legacy/old-records.ts'
import { flipToolsOf, startRescue } from './migration.ts'
import { buildMonolith } from './monolith-role.ts'
import { OLD_RECORDS_CONTRACT } from './old-records-contract.ts'
import { startCacheInvalidation, startMessages } from './order-messages.ts'
import { openReadComparison } from './read-comparison.ts'
import { startRelays } from './relays.ts'
import type { OrderIndex } from './storage/search-index.ts'
import { shardedOrderStore } from './storage/sharded-store/sharded-order-store.ts'
import { openRedis, openSearchIndex, type StoreOptions } from './stores.ts'
import { openSwitchedStores } from './switched-orders.ts'
import { migrationDesk } from './switches/migration-desk.ts'
import { NO_MIGRATION_BOARD } from './switches/no-migration-board.ts'
import type { CallContext } from './telemetry/call-context.ts'
import { healthOf } from './telemetry/health.ts'
import { timed } from './telemetry/metrics.ts'
import { liveTokenKeys } from './token-keys-file.ts'

export interface RoleOptions extends StoreOptions {
  readonly version: string
}

type Build = (options: RoleOptions) => Promise<FastifyInstance>

/** Opens what the role needs and returns its server, not yet listening. */
export function buildRole(options: RoleOptions): Promise<FastifyInstance> {
  return BUILDERS[options.config.role](options)
}

const BUILDERS: Readonly<Record<Role, Build>> = {
  all: async (options) => {
    const databases = await openDatabases(options)
    const index = openSearchIndex(options)
    const flows = localFlows(options, {
      order: await openOrderService(options, databases, index),
      products: new ProductMemory(catalogueOf(databases)),
    })
    await startRelays(options, databases, index)
    await startMessages(options, databases)
    await startKeyExpiry(options, databases)
    return frontEndServer(options, flows, ['app', 'admin'])
  },
  app: async (options) => frontEndServer(options, connectFlows(options), ['app']),
  admin: async (options) => frontEndServer(options, connectFlows(options), ['admin']),
  aggregation: async (options) => {
    const flows = localFlows(options, {
      order: connect<OrderService>(options, 'order', ORDER_CONTRACT),
      products: new ProductMemory(connect<CatalogueService>(options, 'catalogue', CATALOGUE_CONTRACT)),
    })
    return serve(options, FLOWS_SERVICE, flows, FLOWS_CONTRACT)
  },
  order: async (options) => {
    const service = await openOrderService(options, await openDatabases(options), openSearchIndex(options))
    return serve(options, 'order', service, ORDER_CONTRACT)
  },
  catalogue: async (options) =>
    serve(options, 'catalogue', catalogueOf(await openDatabases(options)), CATALOGUE_CONTRACT),
  indexer: async (options) => {
    const databases = await openDatabases(options)
    await startRelays(options, databases, openSearchIndex(options))
    await startMessages(options, databases)
    await startKeyExpiry(options, databases)
    return createHttpServer(serverOptions(options))
  },
  monolith: (options) => buildMonolith(options, { server: serverOptions(options), flows: connectFlows(options) }),
  adapter: (options) =>
    buildAdapter(options, {
      server: serverOptions(options),
      flows: connectFlows(options),
      records: connect<OldRecords>(options, 'monolith', OLD_RECORDS_CONTRACT),
    }),
}

function catalogueOf({ pool, migration }: Databases): CatalogueService {
  return migration ? switchedCatalogue(migration.pools, migration.board) : localCatalogueService(pool)
}

async function openStores(options: RoleOptions, { pool, migration }: Databases): Promise<SwitchedStores> {
  const { metrics, logger, parts } = options
  if (migration) {
    const comparison = openReadComparison(options, migration.board)
    const stores = openSwitchedStores({ ...migration, metrics, logger, parts, comparison })
    startRescue(flipToolsOf(migration), options)
    return stores
  }
  const ids = new ShardedOrderIds(pool.leases, new OrderIdMetrics(metrics), logger)
  await ids.start()
  parts.add({ stop: () => ids.stop() })
  return new SwitchedStores({
    sides: { sharded: { store: shardedOrderStore(pool), ids } },
    board: NO_MIGRATION_BOARD,
  })
}

async function openOrderService(options: RoleOptions, databases: Databases, index: OrderIndex): Promise<OrderService> {
  const { metrics } = options
  const stores = await openStores(options, databases)
  const redis = openRedis(options)
  if (databases.migration) startCacheInvalidation(options, redis)
  const dataset = (context: CallContext) => datasetIn(databases, context)
  const desk = databases.migration ? migrationDesk(flipToolsOf(databases.migration)) : null
  const local = localOrderService({ stores, dataset, index, redis, desk })
  return timed<OrderService>(metrics, 'domain', measuredByShard(local, metrics), ORDER_CONTRACT)
}

function localFlows({ metrics }: RoleOptions, domain: Parameters<typeof orderFlows>[0]): OrderFlows {
  return timed<OrderFlows>(metrics, 'aggregation', orderFlows(domain), FLOWS_CONTRACT)
}

function connectFlows(options: RoleOptions): OrderFlows {
  const { serviceUrls, internalSecret } = options.config
  return attach(options, 'aggregation', remoteFlows({ url: serviceUrls.aggregation, internalSecret }))
}

function connect<S extends Methods<S>>(options: RoleOptions, name: InternalService, contract: ServiceContract<S>): S {
  const { serviceUrls, internalSecret } = options.config
  return attach(options, name, remoteService<S>(name, contract, { url: serviceUrls[name], internalSecret }))
}

/** Never vital: taking a process out of rotation for what lies below it takes out all of its kind at once. */
function attach<S>({ parts }: RoleOptions, name: string, remote: RemoteService<S>): S {
  parts.add({ checks: [{ name, vital: false, check: remote.ping }], stop: remote.close })
  return remote.service
}

function serve<S extends Methods<S>>(
  options: RoleOptions,
  name: string,
  service: S,
  contract: ServiceContract<S>,
): FastifyInstance {
  const { internalSecret, requestDeadlineMs } = options.config
  return serveService(name, service, contract, {
    ...serverOptions(options),
    internalSecret,
    maxDeadlineMs: requestDeadlineMs,
  })
}

function serverOptions({ config, metrics, logger, parts }: RoleOptions) {
  return { metrics, logger, health: healthOf(() => parts.checks, metrics), maxInFlight: config.maxInFlight }
}

async function frontEndServer(
  options: RoleOptions,
  flows: OrderFlows,
  ends: readonly ('app' | 'admin')[],
): Promise<FastifyInstance> {
  const { config, version } = options
  const frontEnd = {
    flows,
    rateLimit: new UserRateLimit(config.userRatePerSecond),
    requestDeadlineMs: config.requestDeadlineMs,
  }
  const app = { ...frontEnd, verify: tokenVerifier(liveTokenKeys('app', config.appTokens, options), 'app') }
  const admin = { ...frontEnd, verify: tokenVerifier(liveTokenKeys('admin', config.adminTokens, options), 'admin') }
  const identity = { version, topology: topologyOf(config), requestDeadlineMs: config.requestDeadlineMs }
  const [signingSecret = ''] = config.appTokens.secrets
  const server = createHttpServer(serverOptions(options))
  if (ends.includes('admin')) registerAdminRoutes(server, admin)
  if (ends.includes('app')) {
    registerAppRoutes(server, app)
    registerIdentityRoute(server, flows, identity)
    registerChallengeRoute(server, signingSecret)
    const registerRoutes = (described: FastifyInstance) => {
      registerAppRoutes(described, app)
      registerAdminRoutes(described, admin)
      registerIdentityRoute(described, flows, identity)
      registerChallengeRoute(described, signingSecret)
    }
    registerOpenApiRoute(server, await describeApi({ version, registerRoutes }))
  }
  // The one process is the business layer too: the monolith beside it asks it as others ask `aggregation`.
  if (config.role === 'all' && config.internalSecret !== '') {
    const { internalSecret, requestDeadlineMs: maxDeadlineMs } = config
    const { metrics, logger } = options
    registerService(server, FLOWS_SERVICE, flows, FLOWS_CONTRACT, { internalSecret, maxDeadlineMs, metrics, logger })
  }
  return server
}

function topologyOf({ role }: Config): Topology {
  return role === 'all' ? 'one-process' : 'process-per-service'
}
