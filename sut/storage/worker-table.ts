// order_id_workers: who may issue order ids with which worker number, and up to which millisecond it may have done so.
// Lease times are on the database's clock, so that the services' clocks need not agree.

import { MAX_WORKER, SEEDER_WORKER } from '../../contracts/order-id.ts'
import { WORKERS_TABLE } from '../../contracts/tables.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { NOW_MS } from './database-clock.ts'
import type { MysqlLane } from './mysql-lane.ts'

export const CREATE_WORKERS_SQL = `CREATE TABLE IF NOT EXISTS ${WORKERS_TABLE} (
  worker_id TINYINT NOT NULL,
  owner CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  leased_until_ms BIGINT NOT NULL,
  high_water_ms BIGINT NOT NULL,
  PRIMARY KEY (worker_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export interface WorkerRange {
  readonly first: number
  readonly last: number
}

export const ALL_WORKERS: WorkerRange = { first: SEEDER_WORKER + 1, last: MAX_WORKER }
/** While a migration is in use ids are leased in both databases, by the one that takes the writes: so no id is given by both. */
export const SHARDED_WORKERS: WorkerRange = { first: SEEDER_WORKER + 1, last: 31 }
export const LEGACY_WORKERS: WorkerRange = { first: 32, last: MAX_WORKER }

export function fillWorkersSql({ first, last }: WorkerRange): string {
  const rows = Array.from({ length: last - first + 1 }, (_, index) => `(${first + index}, '', 0, 0)`)
  return `INSERT IGNORE INTO ${WORKERS_TABLE}
  (worker_id, owner, leased_until_ms, high_water_ms) VALUES ${rows.join(', ')}`
}

export interface FreeWorker {
  readonly workerId: number
  readonly owner: string
  /** No id of this worker carries a later time. */
  readonly highWaterMs: number
}

/** Workers whose lease ran out, the longest unused first. */
export async function selectFreeWorkers(
  server: MysqlLane,
  { first, last }: WorkerRange,
  context: CallContext,
): Promise<readonly FreeWorker[]> {
  const rows = await server.rows<{
    readonly worker_id: number
    readonly owner: string
    readonly high_water_ms: string
  }>(
    `SELECT worker_id, owner, high_water_ms FROM ${WORKERS_TABLE}
     WHERE leased_until_ms < ${NOW_MS} AND worker_id BETWEEN ? AND ? ORDER BY high_water_ms, worker_id`,
    [first, last],
    context,
  )
  return rows.map((row) => ({
    workerId: row.worker_id,
    owner: row.owner,
    highWaterMs: Number(row.high_water_ms),
  }))
}

export interface Lease {
  readonly workerId: number
  /** Unique to one holding of the lease, never reused. */
  readonly owner: string
  readonly ttlMs: number
  /** Ids up to this time may be issued from now on. */
  readonly highWaterMs: number
}

/** False when somebody else was quicker. */
export async function takeWorker(
  server: MysqlLane,
  seen: FreeWorker,
  lease: Lease,
  context: CallContext,
): Promise<boolean> {
  const taken = await server.execute(
    `UPDATE ${WORKERS_TABLE}
     SET owner = ?, leased_until_ms = ${NOW_MS} + ?, high_water_ms = GREATEST(high_water_ms, ?)
     WHERE worker_id = ? AND owner = ? AND leased_until_ms < ${NOW_MS}`,
    [lease.owner, lease.ttlMs, lease.highWaterMs, seen.workerId, seen.owner],
    context,
  )
  return taken === 1
}

/** False when the lease is no longer ours. */
export async function renewWorker(server: MysqlLane, lease: Lease, context: CallContext): Promise<boolean> {
  const renewed = await server.execute(
    `UPDATE ${WORKERS_TABLE}
     SET leased_until_ms = ${NOW_MS} + ?, high_water_ms = GREATEST(high_water_ms, ?)
     WHERE worker_id = ? AND owner = ?`,
    [lease.ttlMs, lease.highWaterMs, lease.workerId, lease.owner],
    context,
  )
  return renewed === 1
}

/** Gives the worker back at once; `lastIssuedMs` replaces the reservation by what was used of it. */
export async function releaseWorker(
  server: MysqlLane,
  { workerId, owner }: Pick<Lease, 'workerId' | 'owner'>,
  lastIssuedMs: number,
  context: CallContext,
): Promise<void> {
  await server.execute(
    `UPDATE ${WORKERS_TABLE} SET leased_until_ms = 0, high_water_ms = ? WHERE worker_id = ? AND owner = ?`,
    [lastIssuedMs, workerId, owner],
    context,
  )
}
