// The grammar of column types and their longest values, asked of the server: what it takes and refuses, and what InnoDB's
// dictionary says a column may hold.

import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columnBytes } from './column-bytes.ts'
import { ILLEGAL_TYPES, LEGAL_TYPES } from './fixtures/column-types.ts'

const SCHEMA = 'headroom_column_types_test'
/** Its dictionary counts the pointer to a value kept elsewhere: so many bytes, and those of the value's length. */
const POINTER_BYTES = 8
const LENGTH_BYTES_OF: Readonly<Record<number, number>> = { 255: 1, 65535: 2, 16777215: 3, 4294967295: 4 }
/** MySQL's alone: MariaDB does not know them, or takes a length of 0 for none. */
const MYSQL_ONLY = /^(?:(?:vector|geomcollection)\b|(?:text|blob)\(0\))/i
/** MariaDB is more generous: 38 decimals, two-digit years, bits without a width, collations of bytes. */
const TAKEN_BY_MARIADB =
  /^(?:varbinary\(10\) collate utf8mb4_bin|bit\(0\)|decimal\(40,31\)|double\(40,31\)|year\(2\)|float\(256,2\)|double\(256,2\))$/
/** MySQL makes a vector of 4 294 967 295 entries of it. */
const TAKEN_BY_MYSQL = /^vector\(0\)$/

describe('column types, asked of the server', { timeout: 120_000 }, () => {
  let connection: Connection
  let isMariadb = false

  beforeAll(async () => {
    const url = process.env.HEADROOM_TEST_MYSQL_URL
    if (url === undefined) throw new Error('HEADROOM_TEST_MYSQL_URL is not set: run the integration project of vitest')
    connection = await createConnection({ uri: url })
    await connection.query(`DROP DATABASE IF EXISTS ${SCHEMA}`)
    await connection.query(`CREATE DATABASE ${SCHEMA} CHARACTER SET latin1`)
    await connection.query(`USE ${SCHEMA}`)
    await connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version')
    isMariadb = String(rows[0]?.version).includes('MariaDB')
  })

  afterAll(async () => {
    await connection?.query(`DROP DATABASE IF EXISTS ${SCHEMA}`)
    await connection?.end()
  })

  /** Null when the server takes the type, else what it said. */
  async function refusalOf(table: string, type: string): Promise<string | null> {
    try {
      await connection.query(`CREATE TABLE ${table} (c ${type} NOT NULL) ENGINE=InnoDB ROW_FORMAT=DYNAMIC`)
      return null
    } catch (error) {
      return String(error)
    }
  }

  test('what we take it takes, and its longest value is ours', async () => {
    const asked = LEGAL_TYPES.filter(({ type }) => !(isMariadb && MYSQL_ONLY.test(type)))
    const refused: string[] = []
    for (const [i, { type }] of asked.entries()) {
      const why = await refusalOf(`t${i}`, type)
      if (why !== null) refused.push(`${type}: ${why}`)
    }
    expect(refused).toEqual([])
    const dictionary = isMariadb ? 'INNODB_SYS_' : 'INNODB_'
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT t.NAME AS name, c.LEN AS bytes FROM information_schema.${dictionary}TABLES t
       JOIN information_schema.${dictionary}COLUMNS c USING (TABLE_ID) WHERE t.NAME LIKE '${SCHEMA}/t%' AND c.NAME = 'c'`,
    )
    const bytesByTable = new Map(rows.map((row) => [String(row.name).split('/t')[1], Number(row.bytes)]))
    const differing = asked.flatMap(({ type }, i) => {
      // MySQL keeps a vector as a long value of a length of its own.
      if (/^vector/.test(type)) return []
      const result = columnBytes({ name: 'c', type, meanBytes: 0 })
      if ('mistake' in result) return [result.mistake]
      const { largestBytes, movable } = result.bytes
      const isLong = movable && !/^(?:n|national\s|)(?:char|var)/i.test(type)
      const expected = isLong ? POINTER_BYTES + (LENGTH_BYTES_OF[largestBytes] ?? 0) : largestBytes
      return bytesByTable.get(String(i)) === expected
        ? []
        : [`${type}: ${bytesByTable.get(String(i))}, ours ${expected}`]
    })
    expect(differing).toEqual([])
  })

  test('what we refuse it refuses', async () => {
    const asked = ILLEGAL_TYPES.filter(([type]) => !(isMariadb ? TAKEN_BY_MARIADB : TAKEN_BY_MYSQL).test(type))
    const taken: string[] = []
    for (const [i, [type]] of asked.entries()) if ((await refusalOf(`r${i}`, type)) === null) taken.push(type)
    expect(taken).toEqual([])
  })
})
