// headroom_dataset: what the seeder wrote beside us. Absent on a database that was never seeded.

import { DATASET_TABLE, type Dataset, type DatasetState } from '../../contracts/dataset.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { isMysqlError } from './mysql-errors.ts'
import type { MysqlLane } from './mysql-lane.ts'

/** null: no data set, or one whose seeding has not finished. */
export async function selectDataset(home: Pick<MysqlLane, 'rows'>, context: CallContext): Promise<Dataset | null> {
  try {
    const [row] = await home.rows<{ readonly state: DatasetState; readonly dataset: string }>(
      `SELECT state, dataset FROM ${DATASET_TABLE} WHERE dataset_id = 1`,
      [],
      context,
    )
    return row?.state === 'finished' ? (JSON.parse(row.dataset) as Dataset) : null
  } catch (error) {
    if (isMysqlError(error, 'noSuchTable')) return null
    throw error
  }
}
