// migration_processes: who serves, and under which epoch. A process that does not renew its row reads no store any longer.

import { PROCESSES_TABLE } from '../../contracts/migration-tables.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { NOW_MS } from './database-clock.ts'
import type { MysqlLane, Statement } from './mysql-lane.ts'

export const CREATE_PROCESSES_SQL = `CREATE TABLE IF NOT EXISTS ${PROCESSES_TABLE} (
  process_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  role VARCHAR(20) NOT NULL,
  epoch BIGINT NOT NULL,
  leased_until_ms BIGINT NOT NULL,
  PRIMARY KEY (process_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export interface LiveProcess {
  readonly processId: string
  readonly role: string
  /** The one it believes in. */
  readonly epoch: number
}

export function processUpsert({ processId, role, epoch }: LiveProcess, leaseMs: number): Statement {
  return {
    sql: `INSERT INTO ${PROCESSES_TABLE} (process_id, role, epoch, leased_until_ms) VALUES (?, ?, ?, ${NOW_MS} + ?)
      ON DUPLICATE KEY UPDATE epoch = VALUES(epoch), leased_until_ms = VALUES(leased_until_ms)`,
    values: [processId, role, epoch, leaseMs],
  }
}

export async function selectLiveProcesses(lane: MysqlLane, context: CallContext): Promise<readonly LiveProcess[]> {
  const rows = await lane.rows<{ readonly process_id: string; readonly role: string; readonly epoch: string }>(
    `SELECT process_id, role, epoch FROM ${PROCESSES_TABLE} WHERE leased_until_ms >= ${NOW_MS}`,
    [],
    context,
  )
  return rows.map(({ process_id, role, epoch }) => ({ processId: process_id, role, epoch: Number(epoch) }))
}

export async function deleteProcess(lane: MysqlLane, processId: string, context: CallContext): Promise<void> {
  await lane.execute(`DELETE FROM ${PROCESSES_TABLE} WHERE process_id = ?`, [processId], context)
}

/** Rows of processes that ended without a word. */
export async function deleteDeadProcesses(lane: MysqlLane, olderThanMs: number, context: CallContext): Promise<void> {
  await lane.execute(`DELETE FROM ${PROCESSES_TABLE} WHERE leased_until_ms < ${NOW_MS} - ?`, [olderThanMs], context)
}
