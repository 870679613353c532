// Which layers a process holds, by role. In `all` they call each other directly; otherwise each calls the next over HTTP,
// through the same interfaces.

import type { FastifyInstance } from 'fastify'
import { buildAdapter } from './adapter-role.ts'
import { ADMIN_CONTRACT, ADMIN_SERVICE } from './aggregation/admin-contract.ts'
import { type AdminFlows, adminFlows } from './aggregation/admin-flows.ts'
import { FLOWS_CONTRACT, FLOWS_SERVICE } from './aggregation/flows-contract.ts'
import { type OrderFlows, orderFlows } from './aggregation/order-flows.ts'
import type { InternalService, Role } from './config.ts'
import { type Databases, datasetIn, openDatabases } from './databases.ts'
import { catalogueReader } from './domain/catalogue/catalogue-reader.ts'
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
import { type RemoteProcess, remoteProcess } from './domain/service-client.ts'
import type { Methods, ServiceContract } from './domain/service-contract.ts'
import { registerService, serveService } from './domain/service-server.ts'
import { localSwitchService } from './domain/switches/local-switch-service.ts'
import { NO_SWITCH_SERVICE } from './domain/switches/no-switch-service.ts'
import { SWITCH_CONTRACT, type SwitchService } from './domain/switches/switch-service.ts'
import { startKeyExpiry } from './expiring-keys.ts'
import { type BusinessLayer, registerFrontEnds } from './front-ends.ts'
import { createHttpServer } from './interface/http-server.ts'
import type { Audience } from './interface/token.ts'
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
import { NO_MIGRATION_BOARD } from './switches/no-migration-board.ts'
import type { CallContext } from './telemetry/call-context.ts'
import { healthOf } from './telemetry/health.ts'
import { timed } from './telemetry/metrics.ts'

export interface RoleOptions extends StoreOptions {
  readonly version: string
}

const SWITCH_SERVICE = 'switches'

type Build = (options: RoleOptions) => Promise<FastifyInstance>

/** Opens what the role needs and returns its server, not yet listening. */
export function buildRole(options: RoleOptions): Promise<FastifyInstance> {
  return BUILDERS[options.config.role](options)
}

const BUILDERS: Readonly<Record<Role, Build>> = {
  all: async (options) => {
    const databases = await openDatabases(options)
    const index = openSearchIndex(options)
    const layer = localLayer(options, {
      order: await openOrderService(options, databases, index),
      catalogue: catalogueOf(databases),
      switches: switchesOf(databases),
    })
    await startRelays(options, databases, index)
    await startMessages(options, databases)
    await startKeyExpiry(options, databases)
    return frontEndServer(options, layer, ['app', 'admin'])
  },
  app: async (options) => frontEndServer(options, remoteLayer(options), ['app']),
  admin: async (options) => frontEndServer(options, remoteLayer(options), ['admin']),
  aggregation: async (options) => {
    const order = connect(options, 'order')
    const { flows, adminFlows } = localLayer(options, {
      order: order.service<OrderService>('order', ORDER_CONTRACT),
      catalogue: connect(options, 'catalogue').service<CatalogueService>('catalogue', CATALOGUE_CONTRACT),
      switches: order.service<SwitchService>(SWITCH_SERVICE, SWITCH_CONTRACT),
    })
    const server = serve(options, FLOWS_SERVICE, flows, FLOWS_CONTRACT)
    registerService(server, ADMIN_SERVICE, adminFlows, ADMIN_CONTRACT, serviceOptions(options))
    return server
  },
  order: async (options) => {
    const databases = await openDatabases(options)
    const service = await openOrderService(options, databases, openSearchIndex(options))
    const server = serve(options, 'order', service, ORDER_CONTRACT)
    registerService(server, SWITCH_SERVICE, switchesOf(databases), SWITCH_CONTRACT, serviceOptions(options))
    return server
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
  monolith: (options) =>
    buildMonolith(options, { server: serverOptions(options), flows: flowsIn(connect(options, 'aggregation')) }),
  adapter: (options) =>
    buildAdapter(options, {
      server: serverOptions(options),
      flows: flowsIn(connect(options, 'aggregation')),
      records: connect(options, 'monolith').service<OldRecords>('monolith', OLD_RECORDS_CONTRACT),
    }),
}

function catalogueOf({ pool, migration }: Databases): CatalogueService {
  return migration ? switchedCatalogue(migration.pools, migration.board) : localCatalogueService(pool)
}

/** Moved by whoever takes the writes: what is left half way is finished there too. */
function switchesOf({ migration }: Databases): SwitchService {
  return migration ? localSwitchService(flipToolsOf(migration)) : NO_SWITCH_SERVICE
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
  const local = localOrderService({ stores, dataset, index, redis })
  return timed<OrderService>(metrics, 'domain', measuredByShard(local, metrics), ORDER_CONTRACT)
}

interface Domain {
  readonly order: OrderService
  readonly catalogue: CatalogueService
  readonly switches: SwitchService
}

function localLayer({ metrics, logger, parts }: RoleOptions, domain: Domain): BusinessLayer {
  const products = new ProductMemory(domain.catalogue)
  parts.startInBackground(catalogueReader({ memory: products, metrics, logger }))
  const flows = orderFlows({ order: domain.order, products })
  return {
    flows: timed<OrderFlows>(metrics, 'aggregation', flows, FLOWS_CONTRACT),
    adminFlows: timed<AdminFlows>(metrics, 'aggregation', adminFlows({ ...domain, products }), ADMIN_CONTRACT),
  }
}

function remoteLayer(options: RoleOptions): BusinessLayer {
  const aggregation = connect(options, 'aggregation')
  return {
    flows: flowsIn(aggregation),
    adminFlows: aggregation.service<AdminFlows>(ADMIN_SERVICE, ADMIN_CONTRACT),
  }
}

function flowsIn(aggregation: RemoteProcess): OrderFlows {
  return aggregation.service<OrderFlows>(FLOWS_SERVICE, FLOWS_CONTRACT)
}

/** Never vital: taking a process out of rotation for what lies below it takes out all of its kind at once. */
function connect({ config, parts }: RoleOptions, name: InternalService): RemoteProcess {
  const { serviceUrls, internalSecret } = config
  const remote = remoteProcess(name, { url: serviceUrls[name], internalSecret })
  parts.add({ checks: [{ name, vital: false, check: remote.ping }], stop: remote.close })
  return remote
}

function serve<S extends Methods<S>>(
  options: RoleOptions,
  name: string,
  service: S,
  contract: ServiceContract<S>,
): FastifyInstance {
  return serveService(name, service, contract, { ...serverOptions(options), ...serviceOptions(options) })
}

function serviceOptions({ config, metrics, logger }: RoleOptions) {
  return { internalSecret: config.internalSecret, maxDeadlineMs: config.requestDeadlineMs, metrics, logger }
}

function serverOptions({ config, metrics, logger, parts }: RoleOptions) {
  return { metrics, logger, health: healthOf(() => parts.checks, metrics), maxInFlight: config.maxInFlight }
}

async function frontEndServer(
  options: RoleOptions,
  layer: BusinessLayer,
  ends: readonly Audience[],
): Promise<FastifyInstance> {
  const { config } = options
  const server = createHttpServer(serverOptions(options))
  await registerFrontEnds(server, options, layer, ends)
  // The one process is the business layer too: the monolith beside it asks it as others ask `aggregation`.
  if (config.role === 'all' && config.internalSecret !== '') {
    registerService(server, FLOWS_SERVICE, layer.flows, FLOWS_CONTRACT, serviceOptions(options))
  }
  return server
}
