// write_fence: for which epoch each shard of a store takes writes. Closing waits for the writers that are inside, as each
// holds a shared lock on its shard's row until it has committed: when the row is closed, none is left.

import { FENCE_TABLE, SWITCHES_TABLE } from '../../contracts/migration-tables.ts'
import type { Shard } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { isMysqlError } from './mysql-errors.ts'
import type { ServerLane } from './mysql-pool.ts'
import { CLAIM_HELD } from './switch-table.ts'

export interface Fence {
  readonly shard: Shard
  /** null: closed. */
  readonly openEpoch: number | null
}

export async function selectFences({ lane }: ServerLane, context: CallContext): Promise<readonly Fence[]> {
  const rows = await lane.rows<{ readonly shard: Shard; readonly open_epoch: string | null }>(
    `SELECT shard, open_epoch FROM ${FENCE_TABLE} ORDER BY shard`,
    [],
    context,
  )
  return rows.map(({ shard, open_epoch }) => ({ shard, openEpoch: open_epoch === null ? null : Number(open_epoch) }))
}

/** Those that are not there yet, closed. */
export async function insertFences({ lane, shards }: ServerLane, context: CallContext): Promise<void> {
  const rows = shards.map((shard) => [shard, null])
  await lane.execute(`INSERT IGNORE INTO ${FENCE_TABLE} (shard, open_epoch) VALUES ?`, [rows], context)
}

/**
 * Opens or closes shards, each in a commit of its own: one that a slow writer holds does not hold up the writers of the
 * others. Rejects at the first that cannot be had within the limit for locks; those before it are done. Does nothing
 * for whoever has lost the claim.
 */
export async function setFences(
  { lane }: ServerLane,
  shards: readonly Shard[],
  openEpoch: number | null,
  token: string,
  context: CallContext,
): Promise<void> {
  if (shards.length === 0) return
  const sql = `UPDATE ${FENCE_TABLE} SET open_epoch = ? WHERE shard = ? AND ${CLAIM_HELD}`
  await lane.rowsOfEach(
    shards.map((shard) => ({ sql, values: [openEpoch, shard, token] })),
    context,
  )
}

/** Before a migration has begun there is no claim: each store is open for its own writers, who show epoch 0. */
export async function openUnbegun({ lane }: ServerLane, context: CallContext): Promise<void> {
  const hasBegun = `SELECT 1 FROM ${SWITCHES_TABLE}`
  await lane.execute(
    `UPDATE ${FENCE_TABLE} SET open_epoch = 0 WHERE open_epoch IS NULL AND NOT EXISTS (${hasBegun})`,
    [],
    context,
  )
}

/** For good, as the migration begins: waits for the writers that are inside. Resolves to the shards that they hold. */
export async function closeUnbegun({ lane, shards }: ServerLane, context: CallContext): Promise<readonly Shard[]> {
  const held: Shard[] = []
  for (const shard of shards) {
    try {
      await lane.execute(
        `UPDATE ${FENCE_TABLE} SET open_epoch = NULL WHERE shard = ? AND open_epoch = 0`,
        [shard],
        context,
      )
    } catch (error) {
      if (!isMysqlError(error, 'lockWaitTimeout')) throw error
      held.push(shard)
    }
  }
  return held
}
