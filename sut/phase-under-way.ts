// Where a migration stands that is under way, as the order database says: whoever works on the sharded tables alone asks this.

import { SWITCHES_TABLE } from '../contracts/migration-tables.ts'
import type { Phase } from '../contracts/switches.ts'
import type { RunSql } from './storage/migrations.ts'
import { isMysqlError } from './storage/mysql-errors.ts'

const SELECT_PHASE = `SELECT order_phase FROM ${SWITCHES_TABLE} WHERE switch_id = 1 AND is_final = 0`

/** Of its first server. null: none has begun, or it was made final. */
export async function phaseUnderWay(run: RunSql): Promise<Phase | null> {
  try {
    const [row] = await run(SELECT_PHASE)
    return row === undefined ? null : (row.order_phase as Phase)
  } catch (error) {
    if (isMysqlError(error, 'noSuchTable')) return null
    throw error
  }
}
