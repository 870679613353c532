// Reads a column type as MySQL's grammar does: its name in one to three words, parentheses, attributes, a collation.

import type { CharacterChoice } from './character-sets.ts'
import { type MysqlType, TYPE_FORMS, type TypeForm } from './mysql-type.ts'

type ParsedType = { readonly type: MysqlType; readonly characters: CharacterChoice } | { readonly mistake: string }

/** A word, a number, a string or hexadecimal literal, a sign. */
const TOKEN =
  /\s*(?:(0x[0-9a-f]+|0b[01]+|[xb]'[0-9a-f]*'|'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")|([a-z_][\w$]*)|(`[^`]+`)|(\d+(?:\.\d*)?)|([(),]))/iy
const MOST_WORDS = 3

export function parseType(type: string): ParsedType {
  const mistake = (why: string): ParsedType => ({ mistake: `'${type}' is not a MySQL column type: ${why}` })
  const tokens = tokensOf(type)
  if (tokens === null) return mistake('it has signs that no type has')
  const named = nameOf(tokens)
  if (named === null) {
    return tokens.length === 0 ? mistake('it is empty') : mistake(`MySQL knows no type '${tokens[0]?.toLowerCase()}'`)
  }
  const { name, form, words } = named
  const inside = insideOf(tokens.slice(words))
  if (inside === null) return mistake('its parentheses are not closed, or hold something else than a list')
  const why = insideMistake(name, form, inside.items)
  if (why !== null) return mistake(why)
  const after = attributesOf(name, form, tokens.slice(words + inside.length))
  if (typeof after === 'string') return mistake(after)
  const numbers = form.inside === 'members' ? [] : inside.items.map(Number)
  const result = form.type(numbers, after, form.inside === 'members' ? inside.items.map(stringValue) : [])
  if (typeof result === 'string') return mistake(result)
  return { type: result, characters: after }
}

function tokensOf(type: string): readonly string[] | null {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  const text = type.trim()
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text)?.[0]
    if (token === undefined) return null
    tokens.push(canonicalWord(token.trim()))
  }
  return tokens
}

/** What the server's scanner makes one word of. */
function canonicalWord(token: string): string {
  if (/^['"]|^[xb]'/i.test(token)) return token
  const word = token.toLowerCase()
  return word === 'character' ? 'char' : word === 'varcharacter' ? 'varchar' : word
}

function nameOf(tokens: readonly string[]) {
  for (let words = MOST_WORDS; words >= 1; words--) {
    const name = tokens.slice(0, words).join(' ')
    const form = words <= tokens.length && Object.hasOwn(TYPE_FORMS, name) ? TYPE_FORMS[name] : undefined
    if (form !== undefined) return { name, form, words }
  }
  return null
}

interface Inside {
  readonly items: readonly string[]
  readonly length: number
}

/** What stands in parentheses right after the name; nothing where there are none. */
function insideOf(tokens: readonly string[]): Inside | null {
  if (tokens[0] !== '(') return { items: [], length: 0 }
  const end = tokens.indexOf(')')
  const between = tokens.slice(1, end)
  const isList = between.every((token, i) => (i % 2 === 1) === (token === ',')) && between.length % 2 === 1
  return end > 0 && isList ? { items: between.filter((_, i) => i % 2 === 0), length: end + 1 } : null
}

function insideMistake(name: string, { inside }: TypeForm, items: readonly string[]): string | null {
  if (inside === 'members') {
    if (items.length === 0) return `${name} lacks its members`
    return items.every((item) => /^(?:['"]|0x|0b|[xb]')/i.test(item)) ? null : `members of ${name} stand in quotes`
  }
  if (inside === 'a length' && items.length === 0) return `${name} lacks its length`
  if (inside === 'nothing' && items.length > 0) return `${name} takes nothing in parentheses`
  if (inside === 'length, decimals' && items.length === 1) return `${name} takes (digits, decimals) or no parentheses`
  const most = inside === 'length, decimals' || inside === 'length [, decimals]' ? 2 : 1
  if (items.length > most) return `${name} takes ${most === 1 ? 'one number' : 'two numbers'} in parentheses`
  const odd = items.find((item) => !/^\d+$/.test(item))
  return odd === undefined ? null : `${odd} in its parentheses is not a whole number`
}

/** Attributes of the type, then a collation; a string says what is wrong. */
function attributesOf(name: string, { options }: TypeForm, tokens: readonly string[]): CharacterChoice | string {
  const taken =
    options === 'number' ? numberOptions(tokens) : options === 'none' ? 0 : characterOptions(options, tokens)
  const own = typeof taken === 'number' ? { length: taken, choice: {} } : taken
  const [collate, collation, ...rest] = tokens.slice(own.length)
  if (collate === undefined) return own.choice
  if (collate !== 'collate') return `${name} takes no '${collate}' here; ${NOT_OF_THE_TYPE}`
  if (collation === undefined) return 'collate lacks its collation'
  if (rest.length > 0) return `'${rest[0]}' follows the collation; ${NOT_OF_THE_TYPE}`
  return { ...own.choice, collation: unquoted(collation) }
}

const NOT_OF_THE_TYPE =
  'a character set comes before its collation, NULL is said by nullable, and DEFAULT, AUTO_INCREMENT and keys are no part of a type'

function numberOptions(tokens: readonly string[]): number {
  const end = tokens.findIndex((token) => !['signed', 'unsigned', 'zerofill'].includes(token))
  return end === -1 ? tokens.length : end
}

/** [binary] ascii | unicode | byte | [binary] {charset | char set} name [binary] */
function characterOptions(options: 'binary' | 'characters', tokens: readonly string[]) {
  const before = tokens[0] === 'binary' ? 1 : 0
  const nothing = { length: before, choice: {} as CharacterChoice }
  if (options === 'binary') return nothing
  const [word = '', set] = tokens.slice(before)
  const after = (length: number): number => (before === 0 && tokens[length] === 'binary' ? length + 1 : length)
  if (word === 'byte' && before === 0) return { length: 1, choice: { characterSet: 'binary' } }
  if (word === 'ascii') return { length: after(before + 1), choice: { characterSet: 'latin1' } }
  if (word === 'unicode') return { length: after(before + 1), choice: { characterSet: 'ucs2' } }
  const words = word === 'charset' ? 1 : word === 'char' && set === 'set' ? 2 : 0
  const name = tokens[before + words]
  if (words === 0 || name === undefined) return nothing
  return { length: after(before + words + 1), choice: { characterSet: unquoted(name) } }
}

/** 'it''s' and 'it\\'s' are one value; MySQL ignores spaces at its end. */
function stringValue(literal: string): string {
  const quote = literal[0] ?? ''
  if (quote !== "'" && quote !== '"') return literal
  const inner = literal.slice(1, -1).replaceAll(quote + quote, quote)
  return inner.replace(/\\(.)/gs, '$1').trimEnd()
}

function unquoted(name: string): string {
  return name.replace(/^(['"`])(.*)\1$/, '$2')
}
