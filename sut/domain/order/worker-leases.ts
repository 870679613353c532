// Worker leases kept in MySQL: one place decides, and it is the one the orders need anyway.

import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { releaseWorker, renewWorker, selectFreeWorkers, takeWorker } from '../../storage/worker-table.ts'
import type { WorkerLeases } from './order-id-source.ts'

export function workerLeasesIn(pool: MysqlPool): WorkerLeases {
  return {
    free: (context) => selectFreeWorkers(pool, context),
    take: (seen, lease, context) => takeWorker(pool, seen, lease, context),
    renew: (lease, context) => renewWorker(pool, lease, context),
    release: (lease, lastIssuedMs, context) => releaseWorker(pool, lease, lastIssuedMs, context),
  }
}
