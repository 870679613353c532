// migration_comparisons: full comparisons of the two stores. One that ended without a difference opens the way into phase 2.

import { COMPARISONS_TABLE } from '../../contracts/migration-tables.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { NOW_MS } from './database-clock.ts'
import type { MysqlLane } from './mysql-lane.ts'

export const CREATE_COMPARISONS_SQL = `CREATE TABLE IF NOT EXISTS ${COMPARISONS_TABLE} (
  comparison_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  began_revision BIGINT NOT NULL,
  began_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT NULL,
  compared BIGINT NOT NULL,
  differences BIGINT NOT NULL,
  PRIMARY KEY (comparison_id),
  KEY began (began_at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export interface StoredComparison {
  readonly comparisonId: string
  /** Of the switches, as they stood before the first order was compared. */
  readonly beganRevision: number
  readonly hasEnded: boolean
  readonly compared: number
  readonly differences: number
}

/** At its beginning, as it goes on, and at its end. */
export async function saveComparison(
  lane: MysqlLane,
  { comparisonId, beganRevision, hasEnded, compared, differences }: StoredComparison,
  context: CallContext,
): Promise<void> {
  await lane.execute(
    `INSERT INTO ${COMPARISONS_TABLE} (comparison_id, began_revision, began_at_ms, ended_at_ms, compared, differences)
     VALUES (?, ?, ${NOW_MS}, IF(?, ${NOW_MS}, NULL), ?, ?)
     ON DUPLICATE KEY UPDATE ended_at_ms = VALUES(ended_at_ms), compared = VALUES(compared), differences = VALUES(differences)`,
    [comparisonId, beganRevision, hasEnded ? 1 : 0, compared, differences],
    context,
  )
}

export async function selectLatestComparison(lane: MysqlLane, context: CallContext): Promise<StoredComparison | null> {
  const [row] = await lane.rows<{
    readonly comparison_id: string
    readonly began_revision: string
    readonly ended_at_ms: string | null
    readonly compared: string
    readonly differences: string
  }>(`SELECT * FROM ${COMPARISONS_TABLE} ORDER BY began_at_ms DESC LIMIT 1`, [], context)
  return row
    ? {
        comparisonId: row.comparison_id,
        beganRevision: Number(row.began_revision),
        hasEnded: row.ended_at_ms !== null,
        compared: Number(row.compared),
        differences: Number(row.differences),
      }
    : null
}
