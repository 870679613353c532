// MySQL can load without a redo log (ALTER INSTANCE DISABLE INNODB REDO_LOG, 8.0.21 and later; MariaDB cannot). A
// server that dies meanwhile is lost whole, so: on request only, noted durably beforehand, restored and checked after.

import type { Connection } from 'mysql2/promise'
import { Refusal } from '../../contracts/refusal.ts'
import { markRedo, type StoredDataset } from './dataset-store.ts'
import { rows } from './mysql-connection.ts'

/** Two readings of a server's start can differ by a second each way. */
const START_TOLERANCE_SECONDS = 3

export async function switchRedoOff(connection: Connection): Promise<void> {
  if ((await redoState(connection)) === null) {
    throw new Refusal({
      what: 'this server cannot switch its redo log off',
      why: ['only MySQL 8.0.21 and later can; MariaDB cannot'],
      wayOut: 'Leave --redo-off out.',
    })
  }
  await markRedo(connection, String(await serverStartSeconds(connection)))
  try {
    await connection.query('ALTER INSTANCE DISABLE INNODB REDO_LOG')
  } catch (error) {
    await markRedo(connection, null)
    throw new Refusal({
      what: 'the redo log could not be switched off',
      why: [error instanceof Error ? error.message : String(error)],
      wayOut: 'Grant INNODB_REDO_LOG_ENABLE to the account, or leave --redo-off out.',
    })
  }
}

/** Switches it on where it is off, and proves it. */
export async function restoreRedo(connection: Connection): Promise<void> {
  const state = await redoState(connection)
  if (state === 'OFF') await connection.query('ALTER INSTANCE ENABLE INNODB REDO_LOG')
  if (state !== null && (await redoState(connection)) !== 'ON') throw new Error('the redo log stayed off')
  await markRedo(connection, null)
}

/** Rows loaded without redo log are trusted only while the server that took them is still the same process. */
export async function refuseLostRedo(connection: Connection, stored: StoredDataset): Promise<void> {
  if (stored.redoOffSince === null) return
  const difference = Math.abs((await serverStartSeconds(connection)) - Number(stored.redoOffSince))
  if (difference <= START_TOLERANCE_SECONDS) return
  throw new Refusal({
    what: 'the server was restarted while its redo log was off: nothing in it can be trusted',
    why: ['the seeder had switched the redo log off (--redo-off), and the server ended before it was on again'],
    wayOut: 'Re-initialise the server with an empty data directory, then seed from the start.',
  })
}

async function redoState(connection: Connection): Promise<'ON' | 'OFF' | null> {
  const [row] = await rows<{ Value: 'ON' | 'OFF' }>(connection, "SHOW GLOBAL STATUS LIKE 'Innodb_redo_log_enabled'")
  return row?.Value ?? null
}

async function serverStartSeconds(connection: Connection): Promise<number> {
  const [now] = await rows<{ seconds: number }>(connection, 'SELECT UNIX_TIMESTAMP() AS seconds')
  const [uptime] = await rows<{ Value: string }>(connection, "SHOW GLOBAL STATUS LIKE 'Uptime'")
  return Number(now?.seconds) - Number(uptime?.Value)
}
