// Table sizes against real .ibd files and published arithmetic. `table-size.integration.test.ts` builds tables and counts.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TableAnswer, TableColumn, TableQuestion } from '../../contracts/capacity-model/table-size.ts'
import { entriesPerPage, KEY_ORDER_FILL, nodeBytes, RANDOM_FILL, treeSize } from './b-tree.ts'
import { isRefused } from './refuse.ts'
import { tableMistakes, tableSize } from './table-size.ts'

function size(question: Partial<TableQuestion>): TableAnswer {
  const answer = tableSize({
    columns: [],
    primaryKey: [],
    secondaryIndexes: [],
    rows: 1e6,
    tables: 1,
    insertOrder: 'primary-key',
    ...question,
  })
  if (isRefused(answer)) throw new Error(answer.refused.message)
  return answer
}

const column = (name: string, type: string, more: Partial<TableColumn> = {}): TableColumn => ({ name, type, ...more })

/** The orders table whose .ibd was measured on MySQL 9.7.4: 3.0 M rows, mean text of 6.478 bytes. */
const ORDERS = {
  columns: [
    column('id', 'bigint'),
    column('user_id', 'bigint'),
    column('status', 'tinyint'),
    column('kind', 'tinyint'),
    column('amount', 'int'),
    column('region', 'smallint'),
    column('created_at', 'datetime(3)'),
    column('updated_at', 'datetime(3)'),
    column('note', 'varchar(32)', { meanBytes: 6.478, nullable: true }),
  ],
  primaryKey: ['id'],
  secondaryIndexes: [{ name: 'user_created', columns: ['user_id', 'created_at'] }],
}

describe('measured .ibd files', () => {
  test('MySQL 9.7.4, orders of 3.0 M rows: 64.48 B, 234 a page, 12 822 leaves', () => {
    const answer = size({ ...ORDERS, rows: 3e6 })
    expect(answer.rowBytes).toBeCloseTo(64.478, 9)
    expect(answer.rowsPerLeaf).toBe(234)
    expect(Math.abs(answer.leafPages / 12_822 - 1)).toBeLessThan(0.001)
    expect(answer.levels).toBe(3)
  })

  test('its secondary index: 28 B; 5 264 leaves built sorted, 7 634 at a fill of 0.69, both inside the range', () => {
    const [index] = size({ ...ORDERS, rows: 3e6 }).secondary
    expect(index?.entryBytes).toBe(28)
    expect(index?.leafPages.low).toBe(5264)
    expect(index?.leafPages.high).toBeGreaterThan(7634)
    expect((index?.typicalBytes ?? 0) / 16_384).toBeGreaterThan(7550)
    expect((index?.typicalBytes ?? 0) / 16_384).toBeLessThan(7700)
  })

  test('its level above the leaves: 16 pages, because a child entry takes 18 bytes, not 12', () => {
    expect(nodeBytes(1, 8)).toBe(18)
    expect(entriesPerPage(18, 1)).toBe(878)
    expect(Math.ceil(12_822 / entriesPerPage(18, KEY_ORDER_FILL))).toBe(16)
  })

  test('MariaDB sysbench sbtest1, 1.0 M rows: 73 a page, 13 700 leaves; its k index 832', () => {
    const answer = size({
      columns: [column('id', 'int'), column('k', 'int'), column('c', 'char(120)'), column('pad', 'char(60)')],
      primaryKey: ['id'],
      secondaryIndexes: [{ name: 'k', columns: ['k'] }],
    })
    expect(answer.rowsPerLeaf).toBe(73)
    expect(Math.abs(answer.leafPages / 13_700 - 1)).toBeLessThan(0.001)
    expect(Math.abs((answer.secondary[0]?.leafPages.low ?? 0) / 832 - 1)).toBeLessThan(0.002)
    expect(answer.fileBytes.low).toBeLessThan(247.5e6)
    expect(answer.fileBytes.high).toBeGreaterThan(247.5e6)
  })

  test('the file of the orders table, 318.8 MB, lies in the range', () => {
    const { fileBytes } = size({ ...ORDERS, rows: 3e6 })
    expect(fileBytes.low).toBeLessThan(318.8e6)
    expect(fileBytes.high).toBeGreaterThan(318.8e6)
  })

  test('64 tables of 50 M such rows: three levels, 213 676 leaves each, about 0.38 TB in all', () => {
    const answer = size({ ...ORDERS, rows: 50e6, tables: 64 })
    expect(answer.levels).toBe(3)
    expect(answer.leafPages).toBe(213_676)
    const typical = 64 * (answer.clusteredBytes + (answer.secondary[0]?.typicalBytes ?? 0)) * 1.07
    expect(Math.abs(typical / 0.38e12 - 1)).toBeLessThan(0.02)
    expect(answer.totalBytes.low).toBeLessThan(0.38e12)
    expect(answer.totalBytes.high).toBeGreaterThan(0.38e12)
  })
})

describe('published depths', () => {
  test('J. Cole: INT + CHAR(10) has 468 rows a leaf; his 1203 per inner page assumes it full, and ours is 1204 then', () => {
    const answer = size({ columns: [column('i', 'int'), column('s', 'char(10)')], primaryKey: ['i'] })
    expect(answer.rowsPerLeaf).toBe(468)
    const fanOut = entriesPerPage(nodeBytes(0, 4), 1)
    expect(Math.abs(fanOut / 1203 - 1)).toBeLessThan(0.001) // the page's two fixed directory slots are the difference
    const published = { 2: 563_004, 3: 677_293_812, 4: 814_784_455_836 }
    expect(Math.abs((468 * fanOut) / published[2] - 1)).toBeLessThan(0.001)
    expect(Math.abs((468 * fanOut ** 2) / published[3] - 1)).toBeLessThan(0.002)
    expect(Math.abs((468 * fanOut ** 3) / published[4] - 1)).toBeLessThan(0.003)
    // The copy's "18.8 KiB" for height 2 is MiB.
    expect((treeSize(563_004, 468, 1203).pages * 16_384) / 2 ** 20).toBeCloseTo(18.8, 1)
  })

  test('three levels hold 158 M rows of 64 B, 51 M of 200 B, 34 M of 300 B, 9.5 M of 1 KB; the folk 20 M is none of them', () => {
    const perNode = entriesPerPage(nodeBytes(1, 8), KEY_ORDER_FILL)
    expect(perNode).toBe(823)
    const limits = [64.48, 200, 300, 1024].map((row) => entriesPerPage(row, KEY_ORDER_FILL) * perNode ** 2)
    const published = [158e6, 51e6, 34e6, 9.5e6]
    limits.forEach((limit, i) => {
      expect(Math.abs(limit / (published[i] ?? 1) - 1)).toBeLessThan(0.011)
    })
    expect(size(ORDERS).maxRowsAtLevels[3]).toBe(234 * 823 ** 2)
  })

  test('random inserts leave 45 % more pages than a sorted build', () => {
    const ratio = treeSize(3e6, entriesPerPage(28, RANDOM_FILL), 500).leafPages / 5264
    expect(ratio).toBeCloseTo(1.45, 1)
  })
})

test('an unknown mean is an assumption that is said', () => {
  const answer = size({ columns: [column('id', 'int'), column('v', 'varchar(40)')], primaryKey: ['id'] })
  expect(answer.assumptions).toEqual([expect.stringContaining('half the declared length, 20 bytes')])
})

test('no primary key costs six bytes of row id, in the row and in every secondary entry', () => {
  const columns = [column('a', 'bigint')]
  const index = [{ name: 'a', columns: ['a'] }]
  const without = size({ columns, primaryKey: [], secondaryIndexes: index })
  expect(without.rowBytes - size({ columns, primaryKey: ['a'] }).rowBytes).toBe(6)
  expect(without.secondary[0]?.entryBytes).toBe(5 + 8 + 6)
})

test('long values move to pages of their own; a row that still does not fit is refused', () => {
  const columns = [column('id', 'int'), column('body', 'text', { meanBytes: 20_000 })]
  const answer = size({ columns, primaryKey: ['id'], rows: 1000 })
  expect(answer.offPageBytes).toBe(1000 * 2 * 16_384)
  expect(answer.rowBytes).toBeLessThan(100)
  const wide = Array.from({ length: 40 }, (_, i) => column(`c${i}`, 'char(250)'))
  expect(
    tableSize({ columns: wide, primaryKey: [], secondaryIndexes: [], rows: 1, tables: 1, insertOrder: 'random' }),
  ).toMatchObject({ refused: { reason: 'row-too-large' } })
})

test('a key InnoDB would not index is refused', () => {
  const columns = [column('k', 'varbinary(4000)', { meanBytes: 4000 })]
  expect(
    tableSize({ columns, primaryKey: ['k'], secondaryIndexes: [], rows: 9, tables: 1, insertOrder: 'random' }),
  ).toMatchObject({ refused: { reason: 'key-too-long' } })
})

test.each(['text', 'BLOB', 'json', 'mediumtext'])('%s has no place in a key, because that takes a prefix', (type) => {
  const columns = [column('id', 'int'), column('k', type, { meanBytes: 20 })]
  const question = { columns, rows: 9, tables: 1, insertOrder: 'random' } as const
  const refused = { refused: { reason: 'key-without-prefix', message: expect.stringContaining(`k ${type}`) } }
  const index = [{ name: 'i', columns: ['k'] }]
  expect(tableSize({ ...question, primaryKey: ['k'], secondaryIndexes: [] })).toMatchObject(refused)
  expect(tableSize({ ...question, primaryKey: ['id'], secondaryIndexes: index })).toMatchObject(refused)
  expect(tableSize({ ...question, primaryKey: ['id'], secondaryIndexes: [] })).not.toHaveProperty('refused')
})

describe('character sets of the table', () => {
  const columns = [column('id', 'int'), column('c', 'char(100)'), column('own', 'char(10) collate latin1_bin')]
  const rowBytes = (more: Partial<TableQuestion>) => size({ columns, primaryKey: ['id'], ...more }).rowBytes

  test('its character set, or that of its collation, holds for columns that name none', () => {
    const unsaid = rowBytes({})
    expect(rowBytes({ characterSet: 'latin1' })).toBe(unsaid)
    // Padded to one byte a character, with a length: more only where characters are never that short.
    expect(rowBytes({ characterSet: 'utf8mb4' })).toBe(unsaid + 1)
    expect(rowBytes({ collation: 'utf8mb4_0900_ai_ci' })).toBe(unsaid + 1)
    expect(rowBytes({ collation: 'utf32_unicode_ci' })).toBe(unsaid + 300)
    expect(size({ columns, primaryKey: ['id'], collation: 'utf8mb4_bin' }).assumptions).toEqual([])
  })

  test('a collation of another character set, or none that MySQL has, is a mistake', () => {
    const mistakes = (more: Partial<TableQuestion>) =>
      tableMistakes({
        columns,
        primaryKey: [],
        secondaryIndexes: [],
        rows: 1,
        tables: 1,
        insertOrder: 'random',
        ...more,
      })
    expect(mistakes({ characterSet: 'latin1', collation: 'utf8mb4_bin' })).toEqual([
      "the table: collation 'utf8mb4_bin' belongs to character set utf8mb4, not to latin1",
    ])
    expect(mistakes({ collation: 'klingon_ci' })).toEqual([expect.stringContaining("no collation 'klingon_ci'")])
    expect(mistakes({ characterSet: 'utf9' })).toEqual([expect.stringContaining("no character set 'utf9'")])
  })
})

test('a key counts the longest values its columns may hold: 768 characters of utf8mb4 fit, 769 do not', () => {
  const keyed = (length: number, set: string) =>
    tableSize({
      columns: [column('k', `varchar(${length}) character set ${set}`, { meanBytes: 20 })],
      primaryKey: ['k'],
      secondaryIndexes: [],
      rows: 9,
      tables: 1,
      insertOrder: 'random',
    })
  expect(keyed(768, 'utf8mb4')).not.toHaveProperty('refused')
  expect(keyed(769, 'utf8mb4')).toMatchObject({
    refused: { reason: 'key-too-long', message: expect.stringContaining('3076 bytes') },
  })
  expect(keyed(3072, 'latin1')).not.toHaveProperty('refused')
})

test('every mistake is listed', () => {
  const mistakes = tableMistakes({
    columns: [column('a', 'strange'), column('b', 'int', { nullable: true }), column('b', 'int')],
    primaryKey: ['b', 'z'],
    secondaryIndexes: [{ name: 'i', columns: ['y'] }],
    rows: 1,
    tables: 1,
    insertOrder: 'random',
  })
  expect(mistakes).toHaveLength(4)
})

test('law: more rows never take fewer bytes, a random order never fewer than key order', () => {
  const rows = fc.integer({ min: 0, max: 1e9 })
  fc.assert(
    fc.property(rows, rows, fc.integer({ min: 1, max: 1000 }), (a, b, width) => {
      const columns = [column('id', 'bigint'), column('v', 'varbinary(1000)', { meanBytes: width })]
      const [few, many] = [Math.min(a, b), Math.max(a, b)].map((n) => size({ columns, primaryKey: ['id'], rows: n }))
      expect(many?.clusteredBytes).toBeGreaterThanOrEqual(few?.clusteredBytes ?? 0)
      expect(many?.levels).toBeGreaterThanOrEqual(few?.levels ?? 0)
      const random = size({ columns, primaryKey: ['id'], rows: a, insertOrder: 'random' })
      expect(random.clusteredBytes).toBeGreaterThanOrEqual(
        size({ columns, primaryKey: ['id'], rows: a }).clusteredBytes,
      )
      expect(random.leafPagesRange.low).toBeLessThanOrEqual(random.leafPages)
      expect(random.leafPagesRange.high).toBeGreaterThanOrEqual(random.leafPages)
    }),
  )
})
