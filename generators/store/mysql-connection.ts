// Connections to the order database, and what its errors mean to a person.

import { readFileSync } from 'node:fs'
import { type Connection, createConnection } from 'mysql2/promise'
import { driverOptions } from '../../contracts/mysql-address.ts'
import { Refusal } from '../../contracts/refusal.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'

const CONNECT_TIMEOUT_MS = 10_000

export async function connect(address: MysqlAddress): Promise<Connection> {
  try {
    const connection = await createConnection({
      ...driverOptions(address, (path) => readFileSync(path, 'utf8')),
      connectTimeout: CONNECT_TIMEOUT_MS,
      supportBigNumbers: true,
      bigNumberStrings: true,
    })
    // A connection that is lost between two queries says so with this event, and again with the next query.
    connection.on('error', () => {})
    return connection
  } catch (error) {
    throw explained(error)
  }
}

/** The rows of a query. */
export async function rows<Row>(connection: Connection, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const [found] = await connection.query(sql, [...values])
  return found as Row[]
}

const LOST = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ENOENT', 'ETIMEDOUT'])
// 1053 ER_SERVER_SHUTDOWN, 1927 ER_CONNECTION_KILLED (MariaDB, when its last words still reach us).
const ENDED = new Set([1053, 1927])
// 1021 ER_DISK_FULL, 1114 ER_RECORD_FILE_FULL, 3 EE_WRITE, 20 EE_DISK_FULL, 1026 ER_ERROR_ON_WRITE,
// 1878 ER_TEMP_FILE_WRITE_FAILURE (an index build).
const FULL = new Set([1021, 1114, 3, 20, 1026, 1878])
// 1030 ER_GET_ERRNO passes on what the storage engine met: 28 is ENOSPC.
const ENGINE_ERROR = 1030
const UNKNOWN_COLUMN = 1054
const DENIED = new Set(['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_BAD_DB_ERROR'])

/** A known mishap as a refusal; anything else as it came. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Refusal) return error
  const { code, errno, fatal } = error as { code?: string; errno?: number; fatal?: boolean }
  const why = [error.message]
  if (code && DENIED.has(code)) {
    return new Refusal({
      what: 'the order database refused us',
      why,
      wayOut: 'Check HEADROOM_MYSQL_URL, or run npm run up.',
    })
  }
  if ((errno && FULL.has(errno)) || (errno === ENGINE_ERROR && /error 28\b/.test(error.message))) {
    return new Refusal({
      what: 'the database has no room left',
      why,
      wayOut: 'Free disk space, then run the same command: it continues. How much is needed:',
      command: 'npm run seed -- --dry-run',
    })
  }
  if (errno === UNKNOWN_COLUMN) {
    return new Refusal({
      what: 'these tables were made by another version of Headroom',
      why,
      wayOut: 'Seed again from the start with --reset.',
    })
  }
  // fatal: the driver's word for a connection that it has given up.
  if ((code && LOST.has(code)) || (errno && ENDED.has(errno)) || fatal) {
    return new Refusal({
      what: 'the order database is gone',
      why: [code ? `${code}: ${error.message}` : error.message],
      wayOut:
        'Start it again (npm run up, or your own server behind HEADROOM_MYSQL_URL), then run the same command: what was committed stays, and it continues.',
    })
  }
  return error
}
