// MySQL's character sets: fewest and most bytes of a character. A collation belongs to the character set it begins with.
// https://dev.mysql.com/doc/refman/9.4/en/charset-charsets.html (`SHOW CHARACTER SET` gives the most, the sources the fewest).

export interface CharacterSet {
  readonly name: string
  readonly fewestBytes: number
  readonly mostBytes: number
}

const ONE_BYTE =
  'armscii8 ascii binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 dec8 geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman swe7 tis620'

const CHARACTER_SETS: ReadonlyMap<string, CharacterSet> = new Map(
  (
    [
      ...ONE_BYTE.split(' ').map((name) => [name, 1, 1] as const),
      ...['big5', 'cp932', 'euckr', 'gb2312', 'gbk', 'sjis'].map((name) => [name, 1, 2] as const),
      ...['eucjpms', 'ujis', 'utf8mb3'].map((name) => [name, 1, 3] as const),
      ...['gb18030', 'utf8mb4'].map((name) => [name, 1, 4] as const),
      ['ucs2', 2, 2],
      ['utf16', 2, 4],
      ['utf16le', 2, 4],
      ['utf32', 4, 4],
    ] as const
  ).map(([name, fewestBytes, mostBytes]) => [name, { name, fewestBytes, mostBytes }]),
)

/** Null: MySQL knows none of this name. */
function characterSet(name: string): CharacterSet | null {
  const lower = name.toLowerCase()
  return CHARACTER_SETS.get(lower === 'utf8' ? 'utf8mb3' : lower) ?? null
}

export function characterSetOfCollation(collation: string): CharacterSet | null {
  const [family = '', ...rest] = collation.toLowerCase().split('_')
  const named = rest.length > 0 && rest.every((part) => part !== '')
  return named === (family !== 'binary') ? characterSet(family) : null
}

/** What a column or a table says of its characters. */
export interface CharacterChoice {
  readonly characterSet?: string | undefined
  readonly collation?: string | undefined
}

type ChosenCharacterSet = { readonly chosen: CharacterSet | null } | { readonly mistake: string }

/** The collation decides where no character set is named, and must belong to the one that is. Null: nothing was said. */
export function chosenCharacterSet({ characterSet: name, collation }: CharacterChoice): ChosenCharacterSet {
  const named = name === undefined ? null : characterSet(name)
  if (name !== undefined && named === null) return { mistake: `MySQL has no character set '${name}'` }
  if (collation === undefined) return { chosen: named }
  const implied = characterSetOfCollation(collation)
  if (implied === null) return { mistake: `MySQL has no collation '${collation}': they begin with a character set` }
  if (named !== null && named !== implied) {
    return { mistake: `collation '${collation}' belongs to character set ${implied.name}, not to ${named.name}` }
  }
  return { chosen: implied }
}
