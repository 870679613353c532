// Bytes of one MySQL column in an InnoDB record (COMPACT and DYNAMIC formats).
// https://dev.mysql.com/doc/refman/9.4/en/storage-requirements.html

import type { TableColumn } from '../../contracts/capacity-model/table-size.ts'
import { type CharacterSet, chosenCharacterSet } from './character-sets.ts'
import { type LongType, smallestLongBytes, type TextType } from './mysql-type.ts'
import { parseType } from './type-parser.ts'

export interface ColumnBytes {
  /** Mean bytes of the value itself. */
  readonly dataBytes: number
  /** Bytes of the record header that hold a variable length; 0 for a fixed one. */
  readonly lengthBytes: number
  /** The longest value the type takes. */
  readonly largestBytes: number
  readonly nullable: boolean
  /** May move to pages of its own when the row is too long. */
  readonly movable: boolean
  readonly assumption?: string
}

/** The mistake in words when the type is not MySQL's or its length cannot be known. */
export type ColumnBytesResult = { readonly bytes: ColumnBytes } | { readonly mistake: string }

/** Most bytes of a character where its character set is not known. */
const WIDEST_CHARACTER = 4
const LONGEST_VARCHAR_BYTES = 65_535

/** `tableSet`: what the table says for columns that say nothing of their characters. */
export function columnBytes(column: TableColumn, tableSet: CharacterSet | null = null): ColumnBytesResult {
  const parsed = parseType(column.type)
  if ('mistake' in parsed) return parsed
  const { type } = parsed
  const nullable = column.nullable ?? false
  const choice = chosenCharacterSet(type.kind === 'fixed' ? parsed.characters : type)
  if ('mistake' in choice) return { mistake: `'${column.type}': ${choice.mistake}` }
  if (type.kind === 'fixed') {
    const { bytes } = type
    return { bytes: { dataBytes: bytes, lengthBytes: 0, largestBytes: bytes, nullable, movable: false } }
  }
  const set = choice.chosen ?? tableSet
  const result = type.kind === 'long' ? longBytes(column, type, set) : textBytes(column, type, set)
  if (typeof result === 'string') return { mistake: result }
  const { meanBytes = 0 } = column
  if (meanBytes > result.largestBytes) return { mistake: `meanBytes ${meanBytes} is more than ${column.type} can hold` }
  return { bytes: { ...result, nullable } }
}

/** MySQL indexes only a prefix of these, or nothing of them (errors 1170, 3152). */
export function needsKeyPrefix(type: string): boolean {
  const parsed = parseType(type)
  return 'type' in parsed && parsed.type.kind === 'long'
}

type Bytes = Omit<ColumnBytes, 'nullable'> | string

function longBytes({ name, type, meanBytes }: TableColumn, long: LongType, set: CharacterSet | null): Bytes {
  const perCharacter = set?.mostBytes ?? WIDEST_CHARACTER
  const largestBytes = long.length === undefined ? long.largestBytes : smallestLongBytes(long.length * perCharacter)
  const dataBytes = meanBytes ?? long.usualBytes
  if (dataBytes === undefined) return `'${type}' has no declared length: give meanBytes`
  const bytes = { dataBytes, lengthBytes: dataBytes > 127 ? 2 : 1, largestBytes, movable: true }
  const isAssumed = meanBytes === undefined && dataBytes === largestBytes
  return isAssumed ? { ...bytes, assumption: `${name}: no meanBytes given, so all ${dataBytes} bytes` } : bytes
}

function textBytes(column: TableColumn, text: TextType, set: CharacterSet | null): Bytes {
  const { length } = text
  const mostBytes = set?.mostBytes ?? 1
  if (length * mostBytes > LONGEST_VARCHAR_BYTES) {
    const most = Math.floor(LONGEST_VARCHAR_BYTES / mostBytes)
    return `'${column.type}' is longer than the ${most} characters of ${mostBytes} bytes MySQL allows; a text is not`
  }
  return text.kind === 'char' ? charBytes(column, length, set) : varcharBytes(column, length, set)
}

/** Of a character set of several widths a CHAR is stored as variable, padded to its characters at their fewest bytes. */
function charBytes(column: TableColumn, length: number, set: CharacterSet | null): Bytes {
  if (set === null) {
    const assumption = `${column.name}: no character set given, so one byte per character; write "${column.type} character set utf8mb4", or the table's characterSet, if it is`
    return { dataBytes: length, lengthBytes: 0, largestBytes: length, movable: false, assumption }
  }
  const { fewestBytes, mostBytes } = set
  const padded = length * fewestBytes
  const largestBytes = length * mostBytes
  if (fewestBytes === mostBytes) return { dataBytes: padded, lengthBytes: 0, largestBytes, movable: false }
  return variableBytes(Math.max(padded, column.meanBytes ?? padded), largestBytes)
}

function varcharBytes(column: TableColumn, length: number, set: CharacterSet | null): Bytes {
  const { name, meanBytes } = column
  const isWide = set === null && (meanBytes ?? 0) > length
  const largestBytes = length * (set?.mostBytes ?? (isWide ? WIDEST_CHARACTER : 1))
  if (meanBytes !== undefined) return variableBytes(meanBytes, largestBytes)
  const dataBytes = (length * (set?.fewestBytes ?? 1)) / 2
  const assumption = `${name}: no meanBytes given, so half the declared length, ${dataBytes} bytes`
  return { ...variableBytes(dataBytes, largestBytes), assumption }
}

/** A second length byte where the type may pass 255 bytes and the value passes 127; only such values move off their page. */
function variableBytes(dataBytes: number, largestBytes: number): Exclude<Bytes, string> {
  const isBig = largestBytes > 255
  return { dataBytes, lengthBytes: isBig && dataBytes > 127 ? 2 : 1, largestBytes, movable: isBig }
}
