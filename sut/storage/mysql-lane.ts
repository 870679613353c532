// Statements of one shard, or of one kind of work, on one server: each with the deadline of its request.

import type { ResultSetHeader } from 'mysql2'
import { SutError } from '../errors.ts'
import { type CallContext, remainingMs } from '../telemetry/call-context.ts'
import type { MysqlConnection, SqlValue } from './mysql-connection.ts'
import { asAnswer, faultOf, type MysqlFault } from './mysql-errors.ts'

export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** One connection, inside a transaction. */
export interface Session {
  rows<T>(sql: string, values: readonly SqlValue[]): Promise<readonly T[]>
  /** Several queries in one round trip: the rows of each, in order. */
  rowsOfEach(statements: readonly Statement[]): Promise<readonly (readonly unknown[])[]>
  /** Returns the number of rows matched (not only changed). */
  execute(sql: string, values: readonly SqlValue[]): Promise<number>
  /** In one round trip. */
  executeAll(statements: readonly Statement[]): Promise<void>
}

/** Where a lane gets its connections from: each is given back by one of the three. */
export interface ConnectionSource {
  acquire(context: CallContext): Promise<MysqlConnection>
  release(connection: MysqlConnection): void
  close(connection: MysqlConnection): void
  /** What it was doing may still go on. */
  abandon(connection: MysqlConnection): void
  noteFault(fault: MysqlFault): void
}

const ROLLBACK_LIMIT_MS = 1_000
const BEGIN: Statement = { sql: 'BEGIN', values: [] }
const COMMIT: Statement = { sql: 'COMMIT', values: [] }

export class MysqlLane {
  readonly #source: ConnectionSource

  constructor(source: ConnectionSource) {
    this.#source = source
  }

  async rows<T>(sql: string, values: readonly SqlValue[], context: CallContext): Promise<readonly T[]> {
    return (await this.#run(sql, values, context)) as readonly T[]
  }

  /** Several queries in one round trip: the rows of each, in order. */
  async rowsOfEach(statements: readonly Statement[], context: CallContext): Promise<readonly (readonly unknown[])[]> {
    const { sql, values } = joined(statements)
    return (await this.#run(sql, values, context)) as readonly (readonly unknown[])[]
  }

  /** One statement that commits by itself. Returns the number of rows matched. */
  async execute(sql: string, values: readonly SqlValue[], context: CallContext): Promise<number> {
    return ((await this.#run(sql, values, context)) as ResultSetHeader).affectedRows
  }

  /** All statements in one transaction and one round trip. An answer that was lost on the way is `outcome-unknown`. */
  async commitAll(statements: readonly Statement[], context: CallContext): Promise<void> {
    const { sql, values } = joined([BEGIN, ...statements, COMMIT])
    const connection = await this.#source.acquire(context)
    try {
      await connection.query(sql, values, remainingMs(context))
    } catch (error) {
      // The server stops at the first statement that fails, so the commit was not reached; what came before is undone.
      await this.#undo(connection, error)
      throw asOutcome(error)
    }
    this.#source.release(connection)
  }

  /** For work that has to look at what it did before it commits: throwing inside undoes all of it. */
  async transaction<T>(context: CallContext, work: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.#source.acquire(context)
    const session = sessionOn(connection, context)
    let result: T
    try {
      await session.execute('BEGIN', [])
      result = await work(session)
    } catch (error) {
      await this.#undo(connection, error)
      throw asAnswer(error)
    }
    try {
      await session.execute('COMMIT', [])
    } catch (error) {
      await this.#undo(connection, error)
      throw asOutcome(error)
    }
    this.#source.release(connection)
    return result
  }

  async #run(sql: string, values: readonly SqlValue[], context: CallContext): Promise<unknown> {
    const connection = await this.#source.acquire(context)
    let result: unknown
    try {
      result = await connection.query(sql, values, remainingMs(context))
    } catch (error) {
      this.#giveBackAfter(error, connection)
      throw asAnswer(error)
    }
    this.#source.release(connection)
    return result
  }

  async #undo(connection: MysqlConnection, error: unknown): Promise<void> {
    const isKept = (faultOf(error)?.connection ?? 'keep') === 'keep'
    if (isKept && !(await isRolledBack(connection))) this.#source.abandon(connection)
    else this.#giveBackAfter(error, connection)
  }

  #giveBackAfter(error: unknown, connection: MysqlConnection): void {
    const fault = faultOf(error)
    if (fault) this.#source.noteFault(fault)
    if (!fault || fault.connection === 'keep') this.#source.release(connection)
    else if (fault.connection === 'close') this.#source.close(connection)
    else this.#source.abandon(connection)
  }
}

function sessionOn(connection: MysqlConnection, context: CallContext): Session {
  return {
    rows: async <T>(sql: string, values: readonly SqlValue[]) =>
      (await connection.query(sql, values, remainingMs(context))) as readonly T[],
    rowsOfEach: async (statements) => {
      const { sql, values } = joined(statements)
      const result = await connection.query(sql, values, remainingMs(context))
      // The driver gives the rows of a single one as they are.
      return (statements.length === 1 ? [result] : result) as readonly (readonly unknown[])[]
    },
    execute: async (sql, values) =>
      ((await connection.query(sql, values, remainingMs(context))) as ResultSetHeader).affectedRows,
    executeAll: async (statements) => {
      if (statements.length === 0) return
      const { sql, values } = joined(statements)
      await connection.query(sql, values, remainingMs(context))
    },
  }
}

async function isRolledBack(connection: MysqlConnection): Promise<boolean> {
  try {
    await connection.query('ROLLBACK', [], ROLLBACK_LIMIT_MS)
    return true
  } catch {
    return false
  }
}

/** Of an error that came when the commit may have been reached. */
function asOutcome(error: unknown): unknown {
  const fault = faultOf(error)
  if (!fault || fault.isUndone) return asAnswer(error)
  return new SutError('outcome-unknown', 'it may or may not have been stored; send the same key again', {
    retryAfterSeconds: 1,
    cause: error,
  })
}

function joined(statements: readonly Statement[]): Statement {
  return {
    sql: statements.map(({ sql }) => sql).join('; '),
    values: statements.flatMap(({ values }) => values),
  }
}
