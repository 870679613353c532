// write_fence: for which epoch a shard of this store is open. A write shows its epoch in the first statement of its own
// transaction, so the database decides, whatever a process believes; and the lock that this takes is held to the commit, so
// closing the fence waits for every write under way, also one whose client has given up.

import { FENCE_TABLE } from '../../contracts/migration-tables.ts'
import type { Shard } from '../../contracts/shard.ts'
import { isMysqlError } from './mysql-errors.ts'
import type { Statement } from './mysql-lane.ts'

/** All closed. What is there already stays as it is. */
export function fillFenceSql(shards: readonly Shard[]): string {
  const rows = shards.map((shard) => `(${shard}, NULL)`)
  return `INSERT IGNORE INTO ${FENCE_TABLE} (shard, open_epoch) VALUES ${rows.join(', ')}`
}

/** A value of an INSERT, with the writer's epoch as its parameter: NULL where the shard is not open for it. */
export function openEpochSql(shard: Shard): string {
  return `(SELECT open_epoch FROM ${FENCE_TABLE} WHERE shard = ${shard} AND open_epoch = ? LOCK IN SHARE MODE)`
}

/** For a write that has no event: no row where the shard is not open for the epoch, and a lock until the commit otherwise. */
export function openShard(shard: Shard, epoch: number): Statement {
  const sql = `SELECT shard FROM ${FENCE_TABLE} WHERE shard = ? AND open_epoch = ? LOCK IN SHARE MODE`
  return { sql, values: [shard, epoch] }
}

/** Locked until whoever asks has committed: nobody opens these shards meanwhile. */
export function selectOpen(shards: readonly Shard[]): Statement {
  return { sql: `SELECT open_epoch FROM ${FENCE_TABLE} WHERE shard IN (?) LOCK IN SHARE MODE`, values: [shards] }
}

/** The store is not open for the epoch that was shown to it; thrown inside the transaction, so that nothing is stored. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/** Its store is the one that decides: nobody else's state is put in the place of what it says. */
export class TakesWrites extends Error {
  override readonly name = 'TakesWrites'

  constructor() {
    super('the store takes writes: it is the other one that may be repaired')
  }
}

/** The event's epoch is NOT NULL: its insert was refused, and with it everything. */
export function isFenced(error: unknown): boolean {
  return isMysqlError(error, 'columnIsNull') && error instanceof Error && error.message.includes("'epoch'")
}
