// Worker leases kept in MySQL: one place decides, and it is the one the orders need anyway.

import type { MysqlLane } from '../../storage/mysql-lane.ts'
import {
  ALL_WORKERS,
  releaseWorker,
  renewWorker,
  selectFreeWorkers,
  takeWorker,
  type WorkerRange,
} from '../../storage/worker-table.ts'
import type { WorkerLeases } from './order-id-source.ts'

export function workerLeasesIn(server: MysqlLane, workers: WorkerRange = ALL_WORKERS): WorkerLeases {
  return {
    free: (context) => selectFreeWorkers(server, workers, context),
    take: (seen, lease, context) => takeWorker(server, seen, lease, context),
    renew: (lease, context) => renewWorker(server, lease, context),
    release: (lease, lastIssuedMs, context) => releaseWorker(server, lease, lastIssuedMs, context),
  }
}
