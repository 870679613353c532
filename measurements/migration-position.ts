// Where a migration stood while a load ran: which store was read, and which one was told besides, is what a request cost.
// Asked of the database, which every process of the system follows within a second.

import type { RowDataPacket } from 'mysql2/promise'
import type { InvalidReason } from '../contracts/measurement.ts'
import type { MigrationDuring, MigrationPosition } from '../contracts/migration-position.ts'
import { SWITCHES_TABLE } from '../contracts/migration-tables.ts'
import type { MysqlAddress } from '../contracts/shard-map.ts'
import { connectMysql } from './mysql-counters.ts'

const SELECT_POSITION = `SELECT epoch, order_phase, mirror, monolith, compare_per_mille FROM ${SWITCHES_TABLE}
  WHERE switch_id = 1 AND is_final = 0`
const NO_SUCH_TABLE = 1146

/** null: none has begun, or it is over for good. Throws when the database cannot be asked. */
export async function migrationPosition(address: MysqlAddress): Promise<MigrationPosition | null> {
  const connection = await connectMysql(address)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(SELECT_POSITION)
    const [row] = rows
    if (!row) return null
    return {
      phase: row.order_phase,
      mirror: row.mirror,
      monolith: row.monolith,
      comparePerMille: Number(row.compare_per_mille),
      epoch: Number(row.epoch),
    }
  } catch (error) {
    if ((error as { readonly errno?: number }).errno === NO_SUCH_TABLE) return null
    throw error
  } finally {
    connection.destroy()
  }
}

/** Figures of a load over a moving system are of neither phase. null: it stood still. */
export function movedDuring({ start, end }: Required<MigrationDuring>): InvalidReason | null {
  const [before, after] = [positionText(start), positionText(end)]
  if (before === after) return null
  return { code: 'target-changed', evidence: `the migration moved: ${before} before; ${after} after` }
}

function positionText(position: MigrationPosition | null): string {
  if (position === null) return 'none had begun'
  const { phase, mirror, monolith, comparePerMille, epoch } = position
  const compared = comparePerMille === 0 ? '' : `, ${comparePerMille} of 1000 reads compared`
  return `${phase}, mirror ${mirror}, monolith on ${monolith}${compared}, epoch ${epoch}`
}
