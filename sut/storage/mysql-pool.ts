// Bounded connections to one MySQL server. Every statement has a deadline; a connection that missed it is thrown away,
// because its answer may still be on the way.

import mysql, { type Pool, type PoolConnection, type QueryError, type ResultSetHeader } from 'mysql2'
import { SutError } from '../errors.ts'
import { type CallContext, deadlineExceeded, remainingMs } from '../telemetry/call-context.ts'
import type { Metrics } from '../telemetry/metrics.ts'

export interface MysqlPoolOptions {
  readonly url: string
  readonly socketPath: string | undefined
  readonly poolSize: number
}

/** What a value may be: BigInt for order ids, so that they are sent as exact numbers and never as text. */
export type SqlValue = string | number | bigint | Buffer | null | readonly SqlValue[] | readonly (readonly SqlValue[])[]

/** One connection, for the length of a transaction. */
export interface Session {
  rows<T>(sql: string, values: readonly SqlValue[]): Promise<readonly T[]>
  /** Returns the number of rows matched (not only changed). */
  execute(sql: string, values: readonly SqlValue[]): Promise<number>
}

export const MYSQL_ERRORS = { duplicateKey: 1062, lockWaitTimeout: 1205, deadlock: 1213 } as const

export function isMysqlError(error: unknown, kind: keyof typeof MYSQL_ERRORS): boolean {
  return error instanceof Error && 'errno' in error && error.errno === MYSQL_ERRORS[kind]
}

// A lock is waited for at most a second: what holds it longer is in flight elsewhere, and the client is told so.
// READ COMMITTED: no gap locks between checkouts; every status change is guarded by its version instead.
const SESSION_SETTINGS =
  "SET SESSION innodb_lock_wait_timeout = 1, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"
const ISOLATION = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'

export class MysqlPool {
  readonly #pool: Pool
  #acquired = 0
  #waiting = 0

  constructor(options: MysqlPoolOptions, metrics: Metrics) {
    const url = new URL(options.url)
    this.#pool = mysql.createPool({
      ...(options.socketPath
        ? { socketPath: options.socketPath }
        : { host: url.hostname, port: Number(url.port || 3306) }),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
      connectionLimit: options.poolSize,
      maxIdle: options.poolSize,
      connectTimeout: 5_000,
      enableKeepAlive: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      jsonStrings: true,
      charset: 'utf8mb4',
      flags: ['-LOCAL_FILES'],
    })
    this.#pool.on('connection', (connection) => {
      // Queued on the connection before the first statement of its user; a failure shows there.
      connection.query(SESSION_SETTINGS, () => {})
      connection.query(ISOLATION, () => {})
    })
    metrics.gauge('headroom_mysql_connections_used', 'Connections in use', () => this.#acquired)
    metrics.gauge('headroom_mysql_connections_limit', 'Connections at most', () => options.poolSize)
    metrics.gauge('headroom_mysql_connection_waiters', 'Calls waiting for a connection', () => this.#waiting)
  }

  async rows<T>(sql: string, values: readonly SqlValue[], context: CallContext): Promise<readonly T[]> {
    return this.withSession(context, (session) => session.rows<T>(sql, values))
  }

  async execute(sql: string, values: readonly SqlValue[], context: CallContext): Promise<number> {
    return this.withSession(context, (session) => session.execute(sql, values))
  }

  /** Runs `work` on one connection, without a transaction. */
  async withSession<T>(context: CallContext, work: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.#acquire(context)
    let broken = false
    try {
      return await work(sessionOf(connection, context))
    } catch (error) {
      broken = isConnectionBroken(error)
      throw asSutError(error)
    } finally {
      this.#giveBack(connection, broken)
    }
  }

  /** Commits what `work` did, or nothing of it. A commit whose answer was lost is `outcome-unknown`. */
  async transaction<T>(context: CallContext, work: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.#acquire(context)
    let broken = false
    try {
      await query(connection, 'BEGIN', [], remainingMs(context))
      const result = await work(sessionOf(connection, context))
      await commit(connection, context)
      return result
    } catch (error) {
      broken = isConnectionBroken(error) || !(await isRolledBack(connection))
      throw asSutError(error)
    } finally {
      this.#giveBack(connection, broken)
    }
  }

  async ping(): Promise<void> {
    await this.rows('SELECT 1', [], { requestId: 'ping', deadlineAtMs: performance.now() + 1_500 })
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#pool.end(() => resolve()))
  }

  #acquire(context: CallContext): Promise<PoolConnection> {
    const leftMs = remainingMs(context)
    this.#waiting++
    return new Promise((resolve, reject) => {
      let late = false
      const timer = setTimeout(() => {
        late = true
        this.#waiting--
        reject(deadlineExceeded())
      }, leftMs)
      this.#pool.getConnection((error, connection) => {
        if (late) return error ? undefined : connection.release()
        clearTimeout(timer)
        this.#waiting--
        if (error) return reject(asSutError(error))
        this.#acquired++
        resolve(connection)
      })
    })
  }

  #giveBack(connection: PoolConnection, broken: boolean): void {
    this.#acquired--
    if (broken) connection.destroy()
    else connection.release()
  }
}

function sessionOf(connection: PoolConnection, context: CallContext): Session {
  return {
    rows: async <T>(sql: string, values: readonly SqlValue[]) =>
      (await query(connection, sql, values, remainingMs(context))) as readonly T[],
    execute: async (sql, values) =>
      ((await query(connection, sql, values, remainingMs(context))) as ResultSetHeader).affectedRows,
  }
}

/** The callback API, as mysql2's promise wrapper captures a stack trace for each statement. */
function query(connection: PoolConnection, sql: string, values: readonly SqlValue[], timeout: number) {
  return new Promise<unknown>((resolve, reject) => {
    connection.query({ sql, values: values as SqlValue[], timeout }, (error, result) =>
      error ? reject(error) : resolve(result),
    )
  })
}

async function commit(connection: PoolConnection, context: CallContext): Promise<void> {
  const timeout = remainingMs(context)
  try {
    await query(connection, 'COMMIT', [], timeout)
  } catch (error) {
    throw new SutError('outcome-unknown', 'the order may or may not have been stored; send the same key again', {
      retryAfterSeconds: 1,
      cause: error,
    })
  }
}

async function isRolledBack(connection: PoolConnection): Promise<boolean> {
  try {
    await query(connection, 'ROLLBACK', [], 1_000)
    return true
  } catch {
    return false
  }
}

/** mysql2 marks errors that end a connection as fatal, except its own timeout. */
function isConnectionBroken(error: unknown): boolean {
  const cause = error instanceof SutError ? error.cause : error
  if (!(cause instanceof Error) || !('code' in cause)) return false
  const { fatal, code } = cause as QueryError
  return fatal === true || code === 'PROTOCOL_SEQUENCE_TIMEOUT' || code === 'ECONNRESET' || code === 'EPIPE'
}

/** Errors of SQL itself pass unchanged: the caller decides. Those of the way to the server become answers. */
function asSutError(error: unknown): unknown {
  if (error instanceof SutError || !(error instanceof Error && 'code' in error)) return error
  const { code, sqlState } = error as QueryError
  if (code === 'PROTOCOL_SEQUENCE_TIMEOUT') return deadlineExceeded(error)
  const isOfConnection = !sqlState || sqlState.startsWith('08')
  if (!isOfConnection) return error
  return new SutError('unavailable', 'the order database cannot be reached', { retryAfterSeconds: 1, cause: error })
}
