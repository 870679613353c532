// A lane is one shard: its three tables filled in primary-key order, chunk after chunk; its checkpoint commits with each
// chunk.

import type { Connection, ResultSetHeader } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import type { ChunkRange } from '../chunk-ranges.ts'
import { rows } from './mysql-connection.ts'

export const LANES_TABLE = 'headroom_lanes'

export const CREATE_LANES_SQL = `CREATE TABLE IF NOT EXISTS ${LANES_TABLE} (
  shard TINYINT NOT NULL,
  orders_done BIGINT NOT NULL,
  indexed TINYINT NOT NULL,
  PRIMARY KEY (shard)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export interface Lane {
  readonly shard: number
  /** Orders whose rows the lane will hold. */
  readonly orders: number
  /** Orders whose rows are committed. */
  readonly done: number
  /** The secondary indexes are built and the tables are analysed. */
  readonly indexed: boolean
}

/** Adds the lanes that are missing; those of another seeder stay. */
export async function createLanes(connection: Connection, ownShards: readonly number[]): Promise<void> {
  if (ownShards.length === 0) return
  const values = ownShards.map((shard) => [shard, 0, 0])
  await connection.query(`INSERT IGNORE INTO ${LANES_TABLE} (shard, orders_done, indexed) VALUES ?`, [values])
}

/** Waits for a checkpoint on its way to its commit: that of a killed seeder may end after the seeder's locks. */
export async function readLanes(connection: Connection, dataset: Dataset): Promise<readonly Lane[]> {
  const found = await rows<{ shard: number; done: number; indexed: number }>(
    connection,
    `SELECT shard, orders_done AS done, indexed FROM ${LANES_TABLE} ORDER BY shard LOCK IN SHARE MODE`,
  )
  return found.map(({ shard, done, indexed }) => ({
    shard,
    orders: dataset.shards[shard]?.orders ?? 0,
    done: Number(done),
    indexed: indexed === 1,
  }))
}

/** Part of the chunk's transaction. Throws when somebody else moved the lane: then the chunk must not commit. */
export async function moveCheckpoint(connection: Connection, shard: number, { from, to }: ChunkRange): Promise<void> {
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE ${LANES_TABLE} SET orders_done = ? WHERE shard = ? AND orders_done = ?`,
    [to, shard, from],
  )
  if (result.affectedRows !== 1) throw new Error(`the checkpoint of shard ${shard} is not at ${from} any more`)
}

export async function markIndexed(connection: Connection, shard: number): Promise<void> {
  await connection.query(`UPDATE ${LANES_TABLE} SET indexed = 1 WHERE shard = ?`, [shard])
}

/** Its indexes are to be built anew. */
export async function markUnindexed(connection: Connection, shard: number): Promise<void> {
  await connection.query(`UPDATE ${LANES_TABLE} SET indexed = 0 WHERE shard = ?`, [shard])
}

export function isLoaded({ done, orders }: Lane): boolean {
  return done >= orders
}

export function isComplete(lane: Lane): boolean {
  return isLoaded(lane) && lane.indexed
}

/** Every lane of these shards is complete. */
export function isWhole(lanes: readonly Lane[], shards: readonly number[]): boolean {
  const mine = lanes.filter(({ shard }) => shards.includes(shard))
  return mine.length > 0 && mine.every(isComplete)
}

/**
 * The lanes still to do, in the order threads should take them: what was begun is brought to its end before another is
 * begun, and the largest come first.
 */
export function openLanes(lanes: readonly Lane[]): readonly Lane[] {
  const isBegun = ({ done }: Lane) => Number(done > 0)
  return lanes
    .filter((lane) => !isComplete(lane))
    .toSorted((one, other) => isBegun(other) - isBegun(one) || other.orders - other.done - (one.orders - one.done))
}

/** Orders that are committed. */
export function ordersDone(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, { done }) => sum + done, 0)
}

/** 1 before anything is written. */
export function remainingShare(lanes: readonly Lane[]): number {
  const orders = lanes.reduce((sum, lane) => sum + lane.orders, 0)
  return orders === 0 ? 1 : lanes.reduce((sum, lane) => sum + lane.orders - lane.done, 0) / orders
}
