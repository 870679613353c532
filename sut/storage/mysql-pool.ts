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

export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** One connection: for named locks and other state of a session. */
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
      // A checkout is six statements: one round trip instead of eight, and its locks are held no longer than the server
      // needs. Safe as every SQL text here is a constant and every value a placeholder.
      multipleStatements: true,
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

  /** Several queries in one round trip: the rows of each, in order. */
  async rowsOfEach(statements: readonly Statement[], context: CallContext): Promise<readonly (readonly unknown[])[]> {
    const { sql, values } = joined(statements)
    return this.withSession(context, (session) => session.rows<readonly unknown[]>(sql, values))
  }

  async execute(sql: string, values: readonly SqlValue[], context: CallContext): Promise<number> {
    return this.withSession(context, (session) => session.execute(sql, values))
  }

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

  /** All statements in one transaction and one round trip. An answer that was lost on the way is `outcome-unknown`. */
  async commitAll(statements: readonly Statement[], context: CallContext): Promise<void> {
    const { sql, values } = joined([BEGIN, ...statements, COMMIT])
    const connection = await this.#acquire(context)
    let broken = false
    try {
      await query(connection, sql, values, remainingMs(context))
    } catch (error) {
      // The server stops at the first statement that fails, so the commit was not reached; what came before is undone.
      broken = isConnectionBroken(error) || !(await isRolledBack(connection))
      throw isConnectionBroken(error) ? outcomeUnknown(error) : asSutError(error)
    } finally {
      this.#giveBack(connection, broken)
    }
  }

  /** For work that has to look at what it did before it commits: throwing inside undoes all of it. */
  async transaction<T>(context: CallContext, work: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.#acquire(context)
    const session = sessionOf(connection, context)
    let broken = false
    try {
      await session.execute('BEGIN', [])
      const result = await work(session)
      await session.execute('COMMIT', []).catch((error) => {
        throw isConnectionBroken(error) ? outcomeUnknown(error) : error
      })
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

const BEGIN: Statement = { sql: 'BEGIN', values: [] }
const COMMIT: Statement = { sql: 'COMMIT', values: [] }

function joined(statements: readonly Statement[]): Statement {
  return {
    sql: statements.map(({ sql }) => sql).join('; '),
    values: statements.flatMap(({ values }) => values),
  }
}

function outcomeUnknown(cause: unknown): SutError {
  return new SutError('outcome-unknown', 'it may or may not have been stored; send the same key again', {
    retryAfterSeconds: 1,
    cause,
  })
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
