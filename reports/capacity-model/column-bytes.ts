// Bytes of one MySQL column in an InnoDB record (COMPACT and DYNAMIC formats).
// https://dev.mysql.com/doc/refman/8.4/en/storage-requirements.html

import type { TableColumn } from '../../contracts/capacity-model/table-size.ts'

export interface ColumnBytes {
  /** Mean bytes of the value itself. */
  readonly dataBytes: number
  /** Bytes of the record header that hold a variable length; 0 for a fixed one. */
  readonly lengthBytes: number
  readonly nullable: boolean
  /** May move to pages of its own when the row is too long. */
  readonly movable: boolean
  readonly assumption?: string
}

/** Null with the mistake in words when the type is not MySQL's or its length cannot be known. */
export type ColumnBytesResult = { readonly bytes: ColumnBytes } | { readonly mistake: string }

const FIXED: Readonly<Record<string, number>> = {
  tinyint: 1,
  bool: 1,
  boolean: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  integer: 4,
  bigint: 8,
  serial: 8,
  float: 4,
  double: 8,
  real: 8,
  date: 3,
  year: 1,
  uuid: 16,
  inet4: 4,
  inet6: 16,
}
const BASE_OF_TIMES: Readonly<Record<string, number>> = { time: 3, datetime: 5, timestamp: 4 }
const LONG_TYPES: readonly string[] = [
  'tinytext',
  'text',
  'mediumtext',
  'longtext',
  'tinyblob',
  'blob',
  'mediumblob',
  'longblob',
  'json',
  'geometry',
  'point',
]
const BYTES_PER_CHARACTER: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf8mb3: 3,
  utf8: 3,
  ucs2: 2,
  utf16: 4,
  utf32: 4,
}
/** Leftover decimal digits 0 … 8 in bytes; nine digits take four. */
const DECIMAL_REST = [0, 1, 1, 2, 2, 3, 3, 4, 4] as const
const TYPE =
  /^([a-z0-9]+)(?:\s+precision)?\s*(?:\(([^)]*)\))?((?:\s+(?:unsigned|signed|zerofill|binary|(?:character set|charset)\s+[a-z0-9]+|collate\s+\w+))*)$/

export function columnBytes(column: TableColumn): ColumnBytesResult {
  const match = TYPE.exec(column.type.trim().toLowerCase())
  if (match === null) return { mistake: `'${column.type}' is not a MySQL column type` }
  const [, word = '', inside, modifiers = ''] = match
  const size = inside === undefined ? null : Number(inside.split(',')[0])
  const charset = /(?:character set|charset)\s+([a-z0-9]+)/.exec(modifiers)?.[1]
  const fixed = fixedBytes(word, inside)
  if (fixed !== null) {
    return Number.isInteger(fixed) && fixed > 0
      ? fixedColumn(column, fixed)
      : { mistake: `'${column.type}' has a length MySQL does not allow` }
  }
  if (LONG_TYPES.includes(word)) return longColumn(column)
  if (size === null && ['char', 'character', 'binary'].includes(word)) return textColumn(column, word, 1, charset)
  if (size === null || !Number.isInteger(size) || size < 0 || size > 65_535) {
    return { mistake: `'${column.type}' is not a MySQL column type, or lacks its length` }
  }
  return textColumn(column, word, size, charset)
}

/** Null: not a type of fixed length. NaN: one with a length out of range. */
function fixedBytes(word: string, inside: string | undefined): number | null {
  const digits = (inside ?? '').split(',').map(Number)
  if (word in BASE_OF_TIMES) {
    const [fraction = 0] = digits
    return fraction >= 0 && fraction <= 6 ? (BASE_OF_TIMES[word] ?? 0) + Math.ceil(fraction / 2) : Number.NaN
  }
  if (word === 'float' && (digits[0] ?? 0) > 24) return 8
  if (word in FIXED) return FIXED[word] ?? null
  if (['decimal', 'numeric', 'dec', 'fixed'].includes(word)) {
    const [precision = 10, scale = 0] = inside === undefined ? [] : digits
    const valid = precision >= 1 && precision <= 65 && scale >= 0 && scale <= Math.min(30, precision)
    return valid ? packedDigits(precision - scale) + packedDigits(scale) : Number.NaN
  }
  if (word === 'bit') {
    const [bits = 1] = inside === undefined ? [] : digits
    return bits >= 1 && bits <= 64 ? Math.ceil(bits / 8) : Number.NaN
  }
  if (word !== 'enum' && word !== 'set') return null
  const members = (inside ?? '').match(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g)?.length ?? 0
  if (members === 0) return Number.NaN
  if (word === 'enum') return members <= 255 ? 1 : 2
  const setBytes = Math.ceil(members / 8)
  return setBytes > 4 ? 8 : setBytes
}

function packedDigits(digits: number): number {
  return Math.floor(digits / 9) * 4 + (DECIMAL_REST[digits % 9] ?? Number.NaN)
}

function fixedColumn(column: TableColumn, dataBytes: number): ColumnBytesResult {
  return { bytes: { dataBytes, lengthBytes: 0, nullable: column.nullable ?? false, movable: false } }
}

/** MySQL indexes only a prefix of these, or nothing of them (error 1170). */
export function needsKeyPrefix(type: string): boolean {
  return LONG_TYPES.includes(TYPE.exec(type.trim().toLowerCase())?.[1] ?? '')
}

function longColumn(column: TableColumn): ColumnBytesResult {
  const { meanBytes } = column
  if (meanBytes === undefined) return { mistake: `'${column.type}' has no declared length: give meanBytes` }
  const lengthBytes = meanBytes > 127 ? 2 : 1
  return { bytes: { dataBytes: meanBytes, lengthBytes, nullable: column.nullable ?? false, movable: true } }
}

function textColumn(column: TableColumn, word: string, length: number, charset: string | undefined): ColumnBytesResult {
  const perCharacter = word.endsWith('binary') ? 1 : (BYTES_PER_CHARACTER[charset ?? ''] ?? 1)
  const nullable = column.nullable ?? false
  if (word === 'char' || word === 'character' || word === 'binary') {
    if (length > 255) return { mistake: `'${column.type}' is longer than the 255 MySQL allows` }
    if (perCharacter === 1) {
      const assumption =
        word === 'binary' || charset !== undefined
          ? undefined
          : `${column.name}: no character set given, so one byte per character; write "${column.type} character set utf8mb4" if it is`
      return {
        bytes: { dataBytes: length, lengthBytes: 0, nullable, movable: false, ...(assumption ? { assumption } : {}) },
      }
    }
    // InnoDB stores CHAR of a multi-byte character set as variable length, padded to one byte per character.
    const dataBytes = Math.max(length, column.meanBytes ?? length)
    return { bytes: { dataBytes, lengthBytes: 1, nullable, movable: false } }
  }
  if (word !== 'varchar' && word !== 'varbinary') return { mistake: `'${column.type}' is not a MySQL column type` }
  const largest = length * (charset === undefined && word === 'varchar' ? 4 : perCharacter)
  if (column.meanBytes !== undefined && column.meanBytes > largest) {
    return { mistake: `meanBytes ${column.meanBytes} is more than ${column.type} can hold` }
  }
  const dataBytes = column.meanBytes ?? length / 2
  const assumption = `${column.name}: no meanBytes given, so half the declared length, ${dataBytes} bytes`
  const lengthBytes = length * perCharacter > 255 && dataBytes > 127 ? 2 : 1
  const bytes = { dataBytes, lengthBytes, nullable, movable: true }
  return { bytes: column.meanBytes === undefined ? { ...bytes, assumption } : bytes }
}
