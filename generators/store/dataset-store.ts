// The row of headroom_dataset: which data set the tables hold, and whether it is whole.

import { randomUUID } from 'node:crypto'
import type { Connection, ResultSetHeader } from 'mysql2/promise'
import { CREATE_DATASET_SQL, DATASET_TABLE, type Dataset, type DatasetState } from '../../contracts/dataset.ts'
import { CREATE_LANES_SQL, createLanes, LANES_TABLE } from './lanes.ts'
import { rows } from './mysql-connection.ts'

const NO_SUCH_TABLE = 1146

export interface StoredDataset {
  /** New with every seeding, also of the same data set: what was verified of one says nothing about the next. */
  readonly seedingId: string
  readonly dataset: Dataset
  readonly state: DatasetState
  /** MySQL's start time, noted when its redo log was switched off; null while redo is on. */
  readonly redoOffSince: string | null
  /** Every committed order is in the search index too; false: seeded without one. */
  readonly fedToSearch: boolean
}

/** null: nothing was ever seeded here. */
export async function readStoredDataset(connection: Connection): Promise<StoredDataset | null> {
  const tables = await rows(
    connection,
    'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
    [DATASET_TABLE],
  )
  if (tables.length === 0) return null
  const [found] = await rows<{
    seeding_id: string
    dataset: string
    state: DatasetState
    redo_off_since: string | null
    fed_to_search: number
  }>(
    connection,
    `SELECT seeding_id, dataset, state, redo_off_since, fed_to_search FROM ${DATASET_TABLE} WHERE dataset_id = 1`,
  )
  if (!found) return null
  const { seeding_id, dataset, state, redo_off_since, fed_to_search } = found
  return {
    seedingId: seeding_id,
    dataset: JSON.parse(dataset) as Dataset,
    state,
    redoOffSince: redo_off_since,
    fedToSearch: fed_to_search === 1,
  }
}

/** Names the data set before its first row is written. A parallel seeder of other shards may have been first. */
export async function storeDataset(
  connection: Connection,
  dataset: Dataset,
  { fedToSearch, ownShards }: { readonly fedToSearch: boolean; readonly ownShards: readonly number[] },
): Promise<void> {
  await connection.query(CREATE_DATASET_SQL)
  await connection.query(CREATE_LANES_SQL)
  const [{ affectedRows: isNew }] = await connection.query<ResultSetHeader>(
    `INSERT IGNORE INTO ${DATASET_TABLE} (dataset_id, seeding_id, fingerprint, state, dataset, fed_to_search) VALUES (1, ?, ?, 'seeding', ?, ?)`,
    [randomUUID(), dataset.fingerprint, JSON.stringify(dataset), fedToSearch],
  )
  // Checkpoints that lost their data set say nothing about this one.
  if (isNew) await connection.query(`DELETE FROM ${LANES_TABLE}`)
  await createLanes(connection, ownShards)
}

/** Another rung of the same table: half written until `markFinished`. */
export async function renameDataset(connection: Connection, dataset: Dataset): Promise<void> {
  await connection.query(
    `UPDATE ${DATASET_TABLE} SET fingerprint = ?, state = 'seeding', dataset = ? WHERE dataset_id = 1`,
    [dataset.fingerprint, JSON.stringify(dataset)],
  )
}

export async function markFedToSearch(connection: Connection, fedToSearch: boolean): Promise<void> {
  await connection.query(`UPDATE ${DATASET_TABLE} SET fed_to_search = ? WHERE dataset_id = 1`, [fedToSearch])
}

export async function markFinished(connection: Connection): Promise<void> {
  await connection.query(`UPDATE ${DATASET_TABLE} SET state = 'finished' WHERE dataset_id = 1`)
}

/** Before the first table is dropped: what a kill leaves is not taken for a data set, nor for somebody else's rows. */
export async function markRemoving(connection: Connection): Promise<void> {
  try {
    await connection.query(`UPDATE ${DATASET_TABLE} SET state = 'removing' WHERE dataset_id = 1`)
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error && error.errno === NO_SUCH_TABLE)) throw error
  }
}

export async function markRedo(connection: Connection, offSince: string | null): Promise<void> {
  await connection.query(`UPDATE ${DATASET_TABLE} SET redo_off_since = ? WHERE dataset_id = 1`, [offSince])
}

/** In the order in which they are dropped. */
export const SEEDER_TABLES = [LANES_TABLE, DATASET_TABLE] as const
