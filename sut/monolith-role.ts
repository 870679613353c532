// The monolith as a process: the old interfaces, on its own database or, once it has been switched, through the business layer.

import type { FastifyInstance } from 'fastify'
import type { OrderFlows } from './aggregation/order-flows.ts'
import { OrderCache } from './domain/order/order-cache.ts'
import { OrderIdMetrics } from './domain/order/order-id-source.ts'
import { NUMBERED_IDS, ShardedOrderIds } from './domain/order/sharded-order-ids.ts'
import { SwitchedStores } from './domain/order/switched-stores.ts'
import { registerService } from './domain/service-server.ts'
import type { HttpServerOptions } from './interface/http-server.ts'
import { registerIdentityRoute } from './interface/identity-route.ts'
import { businessLayer } from './legacy/business-layer.ts'
import { switchedOrders } from './legacy/monolith-switch.ts'
import { namesNotWaitedFor, type OldRecords, recordsIn } from './legacy/old-records.ts'
import { ownDatabase } from './legacy/own-database.ts'
import { tellThrough } from './legacy/tell-others.ts'
import { onceBegun, openBoard } from './migration.ts'
import { ownStore } from './monolith-own-store.ts'
import { oldInterfaceServer } from './old-interface-server.ts'
import { OLD_RECORDS_CONTRACT } from './old-records-contract.ts'
import type { RoleOptions } from './roles.ts'
import { selectDataset } from './storage/dataset-table.ts'
import { legacyOrderStore } from './storage/legacy-store/legacy-order-store.ts'
import type { MysqlPool } from './storage/mysql-pool.ts'
import { openLegacyMysql, openMessages, openRedis } from './stores.ts'
import { StoreLedger } from './switches/store-ledger.ts'
import type { SwitchBoard } from './switches/switch-board.ts'
import { causeOf } from './telemetry/cause.ts'

export interface MonolithParts {
  readonly server: HttpServerOptions
  /** The business layer. */
  readonly flows: OrderFlows
}

export async function buildMonolith(
  options: RoleOptions,
  { server: serverOptions, flows }: MonolithParts,
): Promise<FastifyInstance> {
  const { config, metrics, logger, version } = options
  const { internalSecret, requestDeadlineMs } = config
  const pool = await openLegacyMysql(options)
  const lane = pool.home
  // It has no account in the sharded database, and hears of every flip in its own.
  const board = await openBoard(options, { legacy: new StoreLedger('legacy', pool.leases) })
  const records = recordsIn(lane)
  const cache = new OrderCache(openRedis(options))
  const stores = await ownStores(options, pool, board)
  const orders = switchedOrders(board, {
    'as-it-was': ownDatabase(lane, tellThrough(openMessages(options))),
    'own-database': ownStore({ lane, stores, records, forget: (orderId) => cache.forget(orderId) }),
    'business-layer': businessLayer({ flows, records: namesNotWaitedFor(records) }),
  })
  const server = oldInterfaceServer(options, serverOptions, { orders })
  // For the interface layer's adapter, which has no database.
  registerService<OldRecords>(server, 'monolith', records, OLD_RECORDS_CONTRACT, {
    internalSecret,
    maxDeadlineMs: requestDeadlineMs,
    logger,
    metrics,
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
    ids.start().catch((error) => logger.warn(causeOf(error), 'no order id worker is leased yet')),
  )
  return new SwitchedStores({ sides: { legacy: { store: legacyOrderStore(pool), ids } }, board })
}
