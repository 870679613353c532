// Every column type of MySQL 9 under all of its names, reduced to what decides its size.
// https://dev.mysql.com/doc/refman/9.4/en/data-types.html; where the manual is silent, the server's own rules.

import type { CharacterChoice } from './character-sets.ts'

/** `national` types are utf8mb3, and byte strings have the character set binary, whatever the table says. */
export interface TextType extends CharacterChoice {
  readonly kind: 'char' | 'varchar'
  /** In characters. */
  readonly length: number
}

/** Kept as a value of its own length, on its own pages where the row is too long. */
export interface LongType extends CharacterChoice {
  readonly kind: 'long'
  /** As declared in parentheses, in characters: the smallest type that holds them is taken. */
  readonly length?: number | undefined
  readonly largestBytes: number
  /** What a value takes when nothing is said of it; absent where that is anybody's guess. */
  readonly usualBytes?: number
}

interface FixedType {
  readonly kind: 'fixed'
  readonly bytes: number
}

export type MysqlType = FixedType | TextType | LongType
/** A string says why MySQL refuses the type. */
type TypeResult = MysqlType | string

/** What a type takes in parentheses and after them, and what it is then. */
export interface TypeForm {
  readonly inside: 'nothing' | 'length' | 'a length' | 'length, decimals' | 'length [, decimals]' | 'members'
  readonly options: 'none' | 'number' | 'binary' | 'characters'
  readonly type: (numbers: readonly number[], choice: CharacterChoice, members: readonly string[]) => TypeResult
}

const BLOB_BYTES = { tiny: 255, normal: 65_535, medium: 2 ** 24 - 1, long: 2 ** 32 - 1 } as const
const WIDEST_DISPLAY = 255
/** 4 bytes of spatial reference, 21 of well-known binary. */
const POINT_BYTES = 25
const BYTES = { characterSet: 'binary' } as const
const NATIONAL = { characterSet: 'utf8mb3' } as const

const fixed = (bytes: number): FixedType => ({ kind: 'fixed', bytes })

const integer = (bytes: number): TypeForm => ({
  inside: 'length',
  options: 'number',
  type: ([width = 0]) =>
    width > WIDEST_DISPLAY ? `a display width of ${width} is above ${WIDEST_DISPLAY}` : fixed(bytes),
})

const plain = (bytes: number): TypeForm => ({ inside: 'nothing', options: 'none', type: () => fixed(bytes) })

function digitsMistake([length = 0, decimals = 0]: readonly number[], longest: number): string | null {
  if (length > longest) return `a precision of ${length} is above ${longest}`
  if (decimals > 30) return `${decimals} decimals are more than 30`
  return decimals > length ? `${decimals} decimals are more than the ${length} digits in all` : null
}

const DOUBLE: TypeForm = {
  inside: 'length, decimals',
  options: 'number',
  type: (numbers) => digitsMistake(numbers, WIDEST_DISPLAY) ?? fixed(8),
}

/** FLOAT(p) is a double from 25 bits on; FLOAT(M,D) never is. */
const FLOAT: TypeForm = {
  inside: 'length [, decimals]',
  options: 'number',
  type: (numbers) => {
    const [bits = 0] = numbers
    if (numbers.length === 2) return digitsMistake(numbers, WIDEST_DISPLAY) ?? fixed(4)
    return bits > 53 ? `a precision of ${bits} bits is above 53` : fixed(bits > 24 ? 8 : 4)
  },
}

/** Leftover decimal digits 0 … 8 in bytes; nine digits take four. */
const DECIMAL_REST = [0, 1, 1, 2, 2, 3, 3, 4, 4] as const
const packedBytes = (digits: number): number => Math.floor(digits / 9) * 4 + (DECIMAL_REST[digits % 9] ?? 0)

const DECIMAL: TypeForm = {
  inside: 'length [, decimals]',
  options: 'number',
  type: ([given = 0, decimals = 0]) => {
    const precision = given === 0 && decimals === 0 ? 10 : given
    return digitsMistake([precision, decimals], 65) ?? fixed(packedBytes(precision - decimals) + packedBytes(decimals))
  },
}

const BIT: TypeForm = {
  inside: 'length',
  options: 'none',
  type: ([bits = 1]) => (bits < 1 || bits > 64 ? `${bits} bits are not 1 to 64` : fixed(Math.ceil(bits / 8))),
}

const YEAR: TypeForm = {
  inside: 'length',
  options: 'number',
  type: ([width = 4]) => (width === 4 ? fixed(1) : 'a year has no width but 4'),
}

const time = (bytes: number): TypeForm => ({
  inside: 'length',
  options: 'none',
  type: ([digits = 0]) =>
    digits > 6 ? `${digits} digits of a second are more than 6` : fixed(bytes + Math.ceil(digits / 2)),
})

const char = (options: TypeForm['options'], own: CharacterChoice = {}): TypeForm => ({
  inside: 'length',
  options,
  type: ([length = 1], choice) =>
    length > 255 ? `${length} is longer than the 255 MySQL allows` : { kind: 'char', length, ...own, ...choice },
})

const varchar = (options: TypeForm['options'], own: CharacterChoice = {}): TypeForm => ({
  inside: 'a length',
  options,
  type: ([length = 0], choice) => ({ kind: 'varchar', length, ...own, ...choice }),
})

const blob = (size: keyof typeof BLOB_BYTES): TypeForm => ({
  inside: size === 'normal' ? 'length' : 'nothing',
  options: 'none',
  type: ([length], choice) => longType(size, length, { ...BYTES, ...choice }),
})

const text = (size: keyof typeof BLOB_BYTES): TypeForm => ({
  inside: size === 'normal' ? 'length' : 'nothing',
  options: 'characters',
  type: ([length], choice) => longType(size, length, choice),
})

function longType(size: keyof typeof BLOB_BYTES, length: number | undefined, choice: CharacterChoice): TypeResult {
  if ((length ?? 0) > BLOB_BYTES.long) return `${length} is longer than the ${BLOB_BYTES.long} MySQL allows`
  return { kind: 'long', ...(length === undefined ? {} : { length }), largestBytes: BLOB_BYTES[size], ...choice }
}

/** The smallest of MySQL's four sizes that holds so many bytes. */
export function smallestLongBytes(bytes: number): number {
  return Object.values(BLOB_BYTES).find((size) => size >= bytes) ?? BLOB_BYTES.long
}

const longBytes = (usual: { readonly usualBytes?: number }): TypeForm => ({
  inside: 'nothing',
  options: 'none',
  type: (_, choice) => ({ kind: 'long', largestBytes: BLOB_BYTES.long, ...usual, ...BYTES, ...choice }),
})

/** Entries of four bytes. */
const VECTOR: TypeForm = {
  inside: 'length',
  options: 'none',
  type: ([entries = 2048], choice) =>
    entries < 1 || entries > 16_383
      ? `${entries} entries are not 1 to 16383`
      : { kind: 'long', largestBytes: 4 * entries, usualBytes: 4 * entries, ...BYTES, ...choice },
}

const members = (most: number, bytes: (count: number) => number, takesCommas: boolean): TypeForm => ({
  inside: 'members',
  options: 'characters',
  type: (_, __, list) => {
    const seen = new Set<string>()
    const repeated = list.find((member) => seen.size === seen.add(member).size)
    if (repeated !== undefined) return `the member '${repeated}' is listed twice`
    if (list.length > most) return `${list.length} members are more than ${most}`
    const comma = takesCommas ? undefined : list.find((member) => member.includes(','))
    return comma === undefined ? fixed(bytes(list.length)) : `the member '${comma}' of a set has a comma`
  },
})

const ENUM = members(65_535, (count) => (count <= 255 ? 1 : 2), true)
const SET = members(64, (count) => (count > 32 ? 8 : Math.ceil(count / 8)), false)

const NVARCHAR = varchar('binary', NATIONAL)
const SHAPES = ['geometry', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon'] as const

/** By name, in lower case; `character` and `varcharacter` are read as `char` and `varchar`. */
export const TYPE_FORMS: Readonly<Record<string, TypeForm>> = {
  ...named(integer(1), 'tinyint', 'int1'),
  ...named(integer(2), 'smallint', 'int2'),
  ...named(integer(3), 'mediumint', 'middleint', 'int3'),
  ...named(integer(4), 'int', 'integer', 'int4'),
  ...named(integer(8), 'bigint', 'int8'),
  ...named(plain(1), 'bool', 'boolean'),
  ...named(plain(8), 'serial'),
  ...named(FLOAT, 'float', 'float4'),
  ...named(DOUBLE, 'double', 'double precision', 'float8', 'float8 precision', 'real'),
  ...named(DECIMAL, 'decimal', 'dec', 'numeric', 'fixed'),
  ...named(BIT, 'bit'),
  ...named(YEAR, 'year'),
  ...named(plain(3), 'date'),
  ...named(time(3), 'time'),
  ...named(time(4), 'timestamp'),
  ...named(time(5), 'datetime'),
  ...named(char('characters'), 'char'),
  ...named(char('binary', NATIONAL), 'nchar', 'national char'),
  ...named(char('none', BYTES), 'binary'),
  ...named(varchar('characters'), 'varchar', 'char varying'),
  ...named(NVARCHAR, 'nvarchar', 'national varchar', 'nchar varchar', 'nchar varying', 'national char varying'),
  ...named(varchar('none', BYTES), 'varbinary'),
  ...named(blob('tiny'), 'tinyblob'),
  ...named(blob('normal'), 'blob'),
  ...named(blob('medium'), 'mediumblob', 'long varbinary'),
  ...named(blob('long'), 'longblob'),
  ...named(text('tiny'), 'tinytext'),
  ...named(text('normal'), 'text'),
  ...named(text('medium'), 'mediumtext', 'long', 'long varchar', 'long char varying'),
  ...named(text('long'), 'longtext'),
  ...named(ENUM, 'enum'),
  ...named(SET, 'set'),
  ...named(longBytes({}), 'json', ...SHAPES, 'geometrycollection', 'geomcollection'),
  ...named(longBytes({ usualBytes: POINT_BYTES }), 'point'),
  ...named(VECTOR, 'vector'),
  // MariaDB's own.
  ...named(plain(16), 'uuid', 'inet6'),
  ...named(plain(4), 'inet4'),
}

function named(form: TypeForm, ...names: readonly string[]): Readonly<Record<string, TypeForm>> {
  return Object.fromEntries(names.map((name) => [name, form]))
}
