// migration_progress: how far import and comparison have come. It lies in the sharded database: whoever starts that one anew
// starts them anew too.

import { PROGRESS_TABLE } from '../../contracts/migration-tables.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { NOW_MS } from './database-clock.ts'
import type { MysqlLane } from './mysql-lane.ts'

const CREATE = `CREATE TABLE IF NOT EXISTS ${PROGRESS_TABLE} (
  job VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  document LONGTEXT NOT NULL,
  saved_at_ms BIGINT NOT NULL,
  PRIMARY KEY (job)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
const SELECT = `SELECT document FROM ${PROGRESS_TABLE} WHERE job = ?`
const SAVE = `INSERT INTO ${PROGRESS_TABLE} (job, document, saved_at_ms) VALUES (?, ?, ${NOW_MS})
  ON DUPLICATE KEY UPDATE document = VALUES(document), saved_at_ms = VALUES(saved_at_ms)`
const DELETE = `DELETE FROM ${PROGRESS_TABLE} WHERE job = ?`

/** Of one job; `D` is plain data. */
export interface Progress<D> {
  /** null: it has not begun, or has ended. */
  read(): Promise<D | null>
  save(document: D): Promise<void>
  forget(): Promise<void>
}

export async function openProgress<D>(lane: MysqlLane, job: string, within: () => CallContext): Promise<Progress<D>> {
  await lane.execute(CREATE, [], within())
  return {
    read: async () => {
      const [row] = await lane.rows<{ readonly document: string }>(SELECT, [job], within())
      return row ? (JSON.parse(row.document) as D) : null
    },
    save: async (document) => void (await lane.execute(SAVE, [job, JSON.stringify(document)], within())),
    forget: async () => void (await lane.execute(DELETE, [job], within())),
  }
}
