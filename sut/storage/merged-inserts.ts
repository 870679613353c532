// Inserts of many orders as one statement per table: the server parses a handful of texts instead of hundreds.

import type { SqlValue } from './mysql-connection.ts'
import type { Statement } from './mysql-lane.ts'

type Row = readonly SqlValue[]

/** `… VALUES (?, ?)` of one row, or `… VALUES ?` of a list of rows. */
const INSERT = /^(INSERT INTO [^?]* VALUES) (?:\?|\(\?(?:, \?)*\))$/

/** Of inserts alone, none of which depends on another: each table comes where it came first. Throws for anything else. */
export function mergedInserts(statements: readonly Statement[]): readonly Statement[] {
  const rowsOf = new Map<string, Row[]>()
  for (const { sql, values } of statements) {
    const [, head] = INSERT.exec(sql) ?? []
    if (head === undefined) throw new RangeError(`not an insert of rows: ${sql}`)
    const rows = rowsOf.get(head) ?? []
    rowsOf.set(head, rows)
    rows.push(...(sql.endsWith('VALUES ?') ? (values[0] as readonly Row[]) : [values]))
  }
  return [...rowsOf].map(([head, rows]) => ({ sql: `${head} ?`, values: [rows] }))
}
