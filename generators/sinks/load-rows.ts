// LOAD DATA LOCAL INFILE from memory.
//
// LOCAL makes the server treat errors as warnings (duplicates are skipped, values clipped), and mysql2 turns an error of
// our stream into a normal end of file. So nothing is believed: rows affected must equal rows sent, without a single
// warning, or whoever holds the transaction rolls it back.

import type { Readable } from 'node:stream'
import type { Connection, QueryOptions, ResultSetHeader } from 'mysql2/promise'
import { Refusal } from '../../contracts/refusal.ts'
import { rows } from '../store/mysql-connection.ts'

export interface LoadedRows {
  readonly table: string
  readonly columns: readonly string[]
  /** A SET clause for columns that are derived from what is sent. */
  readonly derive?: string
  readonly rows: number
  /** TSV. */
  stream(): Readable
}

export async function loadRows(connection: Connection, sent: LoadedRows): Promise<void> {
  const { table, columns, derive = '' } = sent
  const options: QueryOptions & { infileStreamFactory: () => Readable } = {
    sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${table} CHARACTER SET binary (${columns.join(', ')}) ${derive}`,
    // The server names a file it wants; whatever it names, it gets our rows.
    infileStreamFactory: () => sent.stream(),
  }
  const [result] = await connection.query<ResultSetHeader>(options)
  if (result.affectedRows !== sent.rows || result.warningStatus !== 0) {
    throw await mismatch(connection, table, sent.rows, result)
  }
}

async function mismatch(
  connection: Connection,
  table: string,
  sent: number,
  result: ResultSetHeader,
): Promise<Refusal> {
  const warnings = await rows<{ Code: number; Message: string }>(connection, 'SHOW WARNINGS LIMIT 5')
  return new Refusal({
    what: `${table} did not take the rows as they were sent; the chunk was rolled back`,
    why: [
      `${sent} rows sent, ${result.affectedRows} stored, ${result.warningStatus} warnings`,
      ...warnings.map(({ Code, Message }) => `${Code}: ${Message}`),
    ],
    wayOut: 'If something else wrote into these tables, seed again from the start with --reset.',
  })
}
