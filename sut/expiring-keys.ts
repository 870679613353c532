// Idempotency keys are forgotten when their window has passed: in the sharded tables, and in the monolith's.

import type { Databases } from './databases.ts'
import { KeyExpiry, KeyExpiryMetrics } from './domain/order/key-expiry.ts'
import { onceBegun } from './migration.ts'
import { databaseNowMs } from './storage/database-clock.ts'
import { selectDataset } from './storage/dataset-table.ts'
import { type KeyTable, keyTablesOf } from './storage/idempotency-table.ts'
import { legacyKeyTable } from './storage/legacy-store/legacy-key-table.ts'
import type { MysqlLane } from './storage/mysql-lane.ts'
import type { StoreOptions } from './stores.ts'
import { type CallContext, contextFor } from './telemetry/call-context.ts'

export async function startKeyExpiry(
  { metrics, logger, parts }: StoreOptions,
  { pool, migration }: Databases,
): Promise<void> {
  const expiryMetrics = new KeyExpiryMetrics(metrics)
  const start = (lane: MysqlLane, tables: readonly KeyTable[], historyEndMs: () => Promise<number | null>) => {
    const nowMs = (context: CallContext) => databaseNowMs(lane, context)
    parts.startInBackground(new KeyExpiry({ tables, nowMs, historyEndMs, metrics: expiryMetrics, logger }))
  }
  const historyEndMs = async () => (await selectDataset(pool.home, contextFor('key-expiry', 5_000)))?.endMs ?? null
  for (const server of pool.upkeep) start(server.lane, keyTablesOf(server), historyEndMs)
  if (!migration) return
  const { board, pools } = migration
  await onceBegun(board, parts, () => {
    for (const { lane } of pools.legacy.upkeep) start(lane, [legacyKeyTable(lane)], async () => null)
  })
}
