// Every column type of MySQL 9 under all of its names; `column-types.integration.test.ts` asks a server about the same ones.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TableColumn } from '../../contracts/capacity-model/table-size.ts'
import { characterSetOfCollation } from './character-sets.ts'
import { type ColumnBytes, columnBytes } from './column-bytes.ts'
import { ILLEGAL_TYPES, LEGAL_TYPES } from './fixtures/column-types.ts'

function bytes(type: string, more: Partial<TableColumn> = {}): ColumnBytes {
  const result = columnBytes({ name: 'c', type, ...more })
  if ('mistake' in result) throw new Error(result.mistake)
  return result.bytes
}

describe('types MySQL takes', () => {
  test.each(LEGAL_TYPES.map(({ type, largestBytes }) => [type.slice(0, 70), type, largestBytes] as const))(
    '%s',
    (_, type, largestBytes) => {
      expect(bytes(type, { meanBytes: 0 }).largestBytes).toBe(largestBytes)
    },
  )

  const stored: readonly [type: string, dataBytes: number, lengthBytes: number, meanBytes?: number][] = [
    ['bigint(20) unsigned', 8, 0],
    ['decimal(10,2)', 5, 0],
    ['float(30,2)', 4, 0],
    ['binary(16)', 16, 0],
    ['varchar(64)', 20, 1, 20],
    ['varchar(300)', 200, 2, 200],
    ['varchar(300)', 100, 1, 100],
    ['varchar(100) charset utf8mb4', 200, 2, 200],
    ['varchar(100) collate utf8mb4_0900_ai_ci', 200, 2, 200],
    ['varchar(100)', 200, 2, 200],
    ['tinytext', 200, 2, 200],
    ['text', 100, 1, 100],
    ['json', 900, 2, 900],
    ['char(10) character set utf8mb4', 10, 1],
    ['char(10) collate utf8mb4_bin', 10, 1],
    ['char(10) collate utf8mb4_bin', 25, 1, 25],
    ['char(200) charset utf8mb4', 200, 2],
    ['char(10) collate latin1_bin', 10, 0],
    ['char(10) unicode', 20, 0],
    ['char(10) charset utf16', 20, 1],
    ['char(10) charset utf32', 40, 0],
    ['nchar(10)', 10, 1],
    ['point', 25, 1],
    ['vector(3)', 12, 1],
  ]
  test.each(stored)('%s stores %i bytes and %i of length', (type, dataBytes, lengthBytes, meanBytes) => {
    expect(bytes(type, meanBytes === undefined ? {} : { meanBytes })).toMatchObject({ dataBytes, lengthBytes })
  })

  test('the collation is as good as the character set, and the table’s holds where the column says nothing', () => {
    const columnsOwn = columnBytes({ name: 'c', type: 'char(10) charset utf8mb4' })
    expect(columnBytes({ name: 'c', type: 'char(10) collate utf8mb4_unicode_520_ci' })).toEqual(columnsOwn)
    expect(columnBytes({ name: 'c', type: 'char(10)' }, characterSetOfCollation('utf8mb4_bin'))).toEqual(columnsOwn)
    expect(columnBytes({ name: 'c', type: 'char(10) charset utf8mb4' }, characterSetOfCollation('latin1_bin'))).toEqual(
      columnsOwn,
    )
  })

  test('without a character set one byte a character is assumed, and said', () => {
    expect(bytes('char(10)').assumption).toContain('no character set given')
    expect(bytes('char(10) collate utf8mb4_bin').assumption).toBeUndefined()
  })

  test('a mean beyond what the type holds is a mistake', () => {
    for (const [type, meanBytes] of [
      ['varchar(10) charset utf8mb4', 41],
      ['char(10) charset utf8mb4', 41],
      ['tinytext', 256],
      ['blob', 65_536],
      ['vector(3)', 13],
      ['varchar(10)', 41],
      ['text(63) charset utf8mb4', 256],
      ['text(255)', 65_536],
    ] as const) {
      expect(columnBytes({ name: 'c', type, meanBytes })).toHaveProperty('mistake')
      expect(columnBytes({ name: 'c', type, meanBytes: meanBytes - 1 })).toHaveProperty('bytes')
    }
  })

  test('a text whose length nobody declared needs its mean', () => {
    expect(columnBytes({ name: 'c', type: 'text' })).toEqual({ mistake: expect.stringContaining('give meanBytes') })
  })
})

test.each(ILLEGAL_TYPES.map(([type, reason]) => [type.slice(0, 70), type, reason] as const))(
  'refused: %s',
  (_, type, reason) => {
    expect(columnBytes({ name: 'c', type, meanBytes: 0 })).toEqual({ mistake: expect.stringContaining(reason) })
  },
)

// Milliseconds each, but hundreds of them on a machine that may be busy.
describe('laws', { timeout: 60_000 }, () => {
  const synonyms: readonly (readonly string[])[] = [
    ['varchar(n) charset utf8mb4', 'character varying(n) charset utf8mb4', 'char varying (n) collate utf8mb4_bin'],
    ['varchar(n) charset utf8mb3', 'nvarchar(n)', 'national varchar(n)', 'nchar varchar(n)', 'nchar varying(n)'],
    [
      'varchar(n) charset utf8mb3',
      'national char varying(n)',
      'national character varying(n)',
      'varchar(n) charset utf8',
    ],
    ['varbinary(n)', 'varchar(n) byte', 'varchar(n) character set binary', 'varcharacter(n) collate binary'],
    ['char(n) charset latin1', 'char(n) ascii', 'character(n) collate latin1_german1_ci', 'char(n) binary ascii'],
    ['char(n) charset ucs2', 'char(n) unicode', 'character(n) unicode binary'],
    ['char(n) charset utf8mb3', 'nchar(n)', 'national char(n)', 'national character(n) binary'],
    ['binary(n)', 'char(n) byte', 'char(n) charset binary'],
    ['text(n) charset utf8mb4', 'text(n) collate utf8mb4_0900_as_cs', 'TEXT ( n ) CHARACTER SET utf8mb4'],
  ]
  test.each(synonyms)('%s and its other names are the same at every length', (canonical = '', ...names) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 300 }), (length, meanBytes) => {
        const of = (type: string) => {
          const result = columnBytes({
            name: 'c',
            type: type.replace('n)', `${length})`).replace('n )', `${length})`),
            meanBytes,
          })
          return 'mistake' in result ? 'mistake' : result.bytes
        }
        for (const name of names) expect(of(name), name).toEqual(of(canonical))
      }),
    )
  })

  test('upper case and spaces change nothing', () => {
    for (const { type } of LEGAL_TYPES) {
      if (/['"]/.test(type)) continue
      const spaced = ` ${type
        .toUpperCase()
        .replace(/([(),])/g, ' $1 ')
        .replaceAll(' ', '\t ')} `
      expect(bytes(spaced, { meanBytes: 0 })).toEqual(bytes(type, { meanBytes: 0 }))
    }
  })

  test('any words in any order: bytes or a mistake, never an exception', () => {
    const word = fc.constantFrom(
      ...new Set(LEGAL_TYPES.flatMap(({ type }) => type.slice(0, 60).split(/\b/))),
      ...['not null', 'default 1', '`', "'", '0x41', '\\'],
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const result = columnBytes({ name: 'c', type: words.join(' '), meanBytes: 0 })
        if ('bytes' in result) expect(result.bytes.largestBytes).toBeGreaterThanOrEqual(0)
        else expect(result.mistake).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})
