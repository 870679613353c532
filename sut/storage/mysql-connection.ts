// One connection to a MySQL server, ready for use: the limits of its session are set, and it holds a lock of its own name,
// by which another connection can find it on the server and end it.

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import mysql, { type Connection, type QueryError } from 'mysql2'
import { driverOptions } from '../../contracts/mysql-address.ts'
import type { MysqlAddress } from '../../contracts/shard-map.ts'

/** What a value may be: BigInt for order ids, so that they are sent as exact numbers and never as text. */
export type SqlValue = string | number | bigint | Buffer | null | readonly SqlValue[] | readonly (readonly SqlValue[])[]

const readText = (path: string) => readFileSync(path, 'utf8')

const CONNECT_LIMIT_MS = 2_000
const FIRST_STATEMENTS_LIMIT_MS = 2_000
const MAX_LIFE_MS = 30 * 60_000

export class MysqlConnection {
  /** A named lock that this connection holds for as long as the server knows it. */
  readonly lockName = `headroom-${randomUUID()}`
  readonly #connection: Connection
  readonly #retireAtMs = performance.now() + MAX_LIFE_MS * (0.8 + Math.random() * 0.4)
  #isLost = false

  constructor(connection: Connection) {
    this.#connection = connection
    // Without a listener the driver's word that an idle connection was lost would end the process.
    for (const event of ['error', 'end']) {
      connection.on(event, () => {
        this.#isLost = true
      })
    }
  }

  /** Not lost, and not so old that it should make room: a server that was put in front, or an address that moved. */
  get isUsable(): boolean {
    return !this.#isLost && performance.now() < this.#retireAtMs
  }

  /** The callback API, as mysql2's promise wrapper captures a stack trace for each statement. */
  query(sql: string, values: readonly SqlValue[], limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#connection.query({ sql, values: values as SqlValue[], timeout: limitMs }, (error, result) =>
        error ? reject(withoutSql(error)) : resolve(result),
      )
    })
  }

  destroy(): void {
    this.#connection.destroy()
  }

  end(): void {
    this.#connection.end(() => this.#connection.destroy())
  }
}

/** Rejects with the driver's error; nothing stays open then. */
export async function openConnection(address: MysqlAddress, statementLimitMs: number): Promise<MysqlConnection> {
  const driver = mysql.createConnection({
    ...driverOptions(address, readText),
    connectTimeout: CONNECT_LIMIT_MS,
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
  const connection = new MysqlConnection(driver)
  try {
    await new Promise<void>((resolve, reject) => driver.connect((error) => (error ? reject(error) : resolve())))
    await connection.query(firstStatements(statementLimitMs), [connection.lockName], FIRST_STATEMENTS_LIMIT_MS)
    return connection
  } catch (error) {
    connection.destroy()
    throw error
  }
}

/**
 * A lock, of rows or of a table's definition, is waited for at most a second: what holds it longer is in flight
 * elsewhere, and the client is told so. READ COMMITTED: no gap locks between checkouts; every status change is guarded by
 * its version instead. MySQL limits the time of a SELECT only, MariaDB that of every statement.
 */
function firstStatements(statementLimitMs: number): string {
  const settings = [
    'lock_wait_timeout = 1, innodb_lock_wait_timeout = 1',
    "time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  ].join(', ')
  const limits = [
    `/*!80000 , max_execution_time = ${statementLimitMs} */`,
    `/*M!100100 , max_statement_time = ${statementLimitMs / 1000} */`,
  ].join(' ')
  return `SET SESSION ${settings} ${limits}; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT GET_LOCK(?, 0)`
}

/** The driver notes the text, values and all, on its errors: nothing that is logged may hold it. */
function withoutSql(error: QueryError & { sql?: string | undefined }): QueryError {
  error.sql = undefined
  return error
}
