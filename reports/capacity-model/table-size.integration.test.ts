// The size formula against tables that MySQL or MariaDB really built: rows go in, pages are counted in the buffer pool.

import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TableAnswer, TableQuestion } from '../../contracts/capacity-model/table-size.ts'
import { isRefused } from './refuse.ts'
import { tableSize } from './table-size.ts'

const SCHEMA = 'headroom_table_size_test'
const ROWS = 200_000

/** 0 … 199 999 as n; `order` decides the order of insertion. */
const numbersBy = (order: string): string => {
  const digit =
    '(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)'
  const places = ['a', 'b', 'c', 'd', 'e'].map((name) => `${digit} ${name}`).join(' CROSS JOIN ')
  const value = 'a.d + 10*b.d + 100*c.d + 1000*d.d + 10000*e.d + 100000*f.d'
  return `(SELECT ${value} AS n FROM ${places} CROSS JOIN (SELECT 0 d UNION ALL SELECT 1) f) numbers ORDER BY ${order}`
}

const ORDERS: TableQuestion = {
  columns: [
    { name: 'id', type: 'bigint' },
    { name: 'user_id', type: 'bigint' },
    { name: 'status', type: 'tinyint' },
    { name: 'kind', type: 'tinyint' },
    { name: 'amount', type: 'decimal(10,2)' },
    { name: 'region', type: 'smallint' },
    { name: 'created_at', type: 'datetime(3)' },
    { name: 'updated_at', type: 'timestamp(6)' },
    { name: 'note', type: 'varchar(32)', nullable: true },
    { name: 'code', type: 'char(8) character set utf8mb4' },
  ],
  primaryKey: ['id'],
  secondaryIndexes: [{ name: 'by_user', columns: ['user_id', 'created_at'] }],
  rows: ROWS,
  tables: 1,
  insertOrder: 'primary-key',
}

const ddl = (table: string): string => {
  const columns = ORDERS.columns.map(({ name, type, nullable }) => `${name} ${type} ${nullable ? 'NULL' : 'NOT NULL'}`)
  return `CREATE TABLE ${table} (${columns.join(', ')}, PRIMARY KEY (id), KEY by_user (user_id, created_at)) ENGINE=InnoDB ROW_FORMAT=DYNAMIC`
}

const fill = (table: string, order: string): string =>
  `INSERT INTO ${table} SELECT n, CRC32(CONCAT('user', n)), n % 5, 1, n / 7, n % 31,
     '2025-01-01 00:00:00.125', '2025-01-01 00:00:00.125', REPEAT('x', 1 + n % 12), LPAD(n, 8, '0')
   FROM ${numbersBy(order)}`

describe('pages of real tables', () => {
  let connection: Connection

  beforeAll(async () => {
    const url = process.env.HEADROOM_TEST_MYSQL_URL
    if (url === undefined) throw new Error('HEADROOM_TEST_MYSQL_URL is not set: run the integration project of vitest')
    connection = await createConnection({ uri: url })
    await connection.query(`DROP DATABASE IF EXISTS ${SCHEMA}`)
    await connection.query(`CREATE DATABASE ${SCHEMA} CHARACTER SET utf8mb4`)
    await connection.query(`USE ${SCHEMA}`)
  })

  afterAll(async () => {
    await connection?.query(`DROP DATABASE IF EXISTS ${SCHEMA}`)
    await connection?.end()
  })

  /** Pages of an index, all of them read just before: every page but the root is an entry of another. */
  async function pagesOf(table: string, index: string): Promise<number> {
    // MySQL writes a sorted index past its buffer pool.
    await connection.query(`SELECT COUNT(*) FROM ${table} FORCE INDEX (${index})`)
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS pages, SUM(NUMBER_RECORDS) AS records FROM information_schema.INNODB_BUFFER_PAGE
       WHERE TABLE_NAME = ? AND INDEX_NAME = ? AND PAGE_TYPE = 'INDEX'`,
      [`\`${SCHEMA}\`.\`${table}\``, index],
    )
    const pages = Number(rows[0]?.pages)
    // More where MySQL's sorted build left a root behind that is still cached; fewer would be pages not seen.
    expect(Number(rows[0]?.records)).toBeGreaterThanOrEqual(ROWS + pages - 1)
    return pages
  }

  async function predicted(table: string, insertOrder: TableQuestion['insertOrder']): Promise<TableAnswer> {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT AVG(LENGTH(note)) AS mean FROM ${table}`)
    const meanBytes = Number(rows[0]?.mean)
    const columns = ORDERS.columns.map((column) => (column.name === 'note' ? { ...column, meanBytes } : column))
    const answer = tableSize({ ...ORDERS, columns, insertOrder })
    if (isRefused(answer)) throw new Error(answer.refused.message)
    return answer
  }

  test('filled in key order: clustered pages within 1 %; the randomly filled secondary index within its range', async () => {
    await connection.query(ddl('ordered'))
    await connection.query(fill('ordered', 'n'))
    const answer = await predicted('ordered', 'primary-key')
    const clustered = await pagesOf('ordered', 'PRIMARY')
    expect(Math.abs(answer.clusteredBytes / 16_384 / clustered - 1)).toBeLessThan(0.01)

    const [index] = answer.secondary
    const secondaryBytes = (await pagesOf('ordered', 'by_user')) * 16_384
    expect(secondaryBytes).toBeGreaterThanOrEqual(index?.bytes.low ?? Number.NaN)
    expect(secondaryBytes).toBeLessThanOrEqual(index?.bytes.high ?? Number.NaN)
    expect(Math.abs((index?.typicalBytes ?? 0) / secondaryBytes - 1)).toBeLessThan(0.12)
  })

  test('filled at random: clustered pages within the range, near a fill of ln 2', async () => {
    await connection.query(ddl('shuffled'))
    await connection.query(fill('shuffled', "CRC32(CONCAT('place', n))"))
    const answer = await predicted('shuffled', 'random')
    const bytes = (await pagesOf('shuffled', 'PRIMARY')) * 16_384
    expect(bytes).toBeGreaterThan(answer.clusteredBytesRange.low)
    expect(bytes).toBeLessThan(answer.clusteredBytesRange.high)
    expect(Math.abs(answer.clusteredBytes / bytes - 1)).toBeLessThan(0.12)
  })

  test('a secondary index built over existing rows is full', async () => {
    await connection.query('ALTER TABLE ordered DROP KEY by_user')
    await connection.query('ALTER TABLE ordered ADD KEY sorted_user (user_id, created_at)')
    const pages = await pagesOf('ordered', 'sorted_user')
    const { secondary } = await predicted('ordered', 'primary-key')
    expect(Math.abs(pages / ((secondary[0]?.bytes.low ?? 0) / 16_384) - 1)).toBeLessThan(0.02)
  })

  test('the file lies in the predicted range', async () => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT FILE_SIZE AS bytes FROM information_schema.INNODB_${(await isMariadb()) ? 'SYS_' : ''}TABLESPACES WHERE NAME = ?`,
      [`${SCHEMA}/shuffled`],
    )
    const { fileBytes } = await predicted('shuffled', 'random')
    expect(Number(rows[0]?.bytes)).toBeGreaterThan(fileBytes.low)
    expect(Number(rows[0]?.bytes)).toBeLessThan(fileBytes.high)
  })

  async function isMariadb(): Promise<boolean> {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version')
    return String(rows[0]?.version).includes('MariaDB')
  }
})
