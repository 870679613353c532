// YAML text → its value, or what keeps it from being one; and the line of each part. What a plan does not need (nested
// aliases, tags, several documents) is refused here: it can only be a slip, or an attack on the reader.

import { type Alias, type Document, Lexer, LineCounter, parseDocument, Scalar, visit, type YAMLError } from 'yaml'

export type YamlPath = readonly (string | number)[]

export interface LineMistake {
  readonly line: number
  readonly text: string
}

export interface YamlSource {
  readonly value: unknown
  readonly mistakes: readonly LineMistake[]
  /** False: a mistake hides what the rest means, so that nothing more can be said about it. */
  readonly isWhole: boolean
  /** The line of the path, or of the nearest part of it that the text has. */
  lineOf(path: YamlPath): number
}

/** Stands where an alias could not be resolved: the alias is the mistake, its value is none. */
export const UNRESOLVED = Symbol('unresolved alias')

const MAX_CHARACTERS = 1_000_000
const MAX_NESTING = 60

export function readYaml(text: string): YamlSource {
  const unreadable = textMistake(text)
  if (unreadable) return { value: undefined, mistakes: [unreadable], isWhole: false, lineOf: () => 1 }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error', resolveKnownTags: false })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const aliases = aliasMistakes(document, lineAt)
  const mistakes = [
    ...directiveMistakes(document),
    ...[...withoutConsequences(document.errors), ...document.warnings].map((error) => ({
      line: lineAt(error.pos[0]),
      text: wording(error, text),
    })),
    ...aliases,
  ]
  const isWhole = document.errors.every(({ code }) => code === 'DUPLICATE_KEY' || code === 'MULTIPLE_DOCS')
  return {
    value: isWhole ? document.toJS({ maxAliasCount: -1 }) : undefined,
    mistakes,
    isWhole,
    lineOf: (path) => lineOf(document, lineAt, path),
  }
}

/** Once it has lost its way, the parser takes every token of the rest for another mistake. */
function withoutConsequences(errors: readonly YAMLError[]): readonly YAMLError[] {
  return errors.filter(({ code }, at) => at === 0 || code !== 'UNEXPECTED_TOKEN')
}

/** Before the parser sees it: what it cannot survive. It calls itself for every level of nesting. */
function textMistake(text: string): LineMistake | null {
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  if (text.length > MAX_CHARACTERS) {
    return { line: 1, text: `the file has ${text.length} characters; no plan needs more than ${MAX_CHARACTERS}` }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL is how UTF-16 shows when it is read as UTF-8
  const noText = text.search(/[\u0000\ufffd]/)
  if (noText >= 0) return { line: lineAt(noText), text: 'this is no UTF-8 text: save the file as UTF-8' }
  let line = 1
  let flowDepth = 0
  let blockDepth = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') flowDepth++
    else if (lexeme === ']' || lexeme === '}') flowDepth--
    else if (flowDepth === 0 && /^[-?] *$/.test(lexeme)) blockDepth++
    else if (flowDepth === 0 && blockDepth === 0 && /^ +$/.test(lexeme)) blockDepth = lexeme.length / 2
    if (Math.max(flowDepth, blockDepth) > MAX_NESTING) return { line, text: 'this is nested too deeply for a plan' }
    const breaks = lexeme.split('\n').length - 1
    line += breaks
    if (breaks > 0) blockDepth = 0
  }
  return null
}

function directiveMistakes({ directives }: Document): readonly LineMistake[] {
  return directives?.yaml.explicit && directives.yaml.version !== '1.2'
    ? [{ line: 1, text: `a plan is YAML 1.2: leave the line %YAML ${directives.yaml.version} out` }]
    : []
}

/** Every alias that cannot stand is reported and replaced, so that the rest can be judged. */
function aliasMistakes(document: Document, lineAt: (offset: number) => number): readonly LineMistake[] {
  const mistakes: LineMistake[] = []
  visit(document, {
    Alias(key, alias, ancestors) {
      const reason = aliasReason(key, alias, ancestors, document)
      if (reason === null) return undefined
      mistakes.push({ line: lineAt(alias.range?.[0] ?? 0), text: `the alias *${alias.source} ${reason}` })
      const instead = new Scalar<unknown>(key === 'key' ? `*${alias.source}` : UNRESOLVED)
      instead.range = alias.range
      return instead
    },
  })
  return mistakes
}

function aliasReason(key: unknown, alias: Alias, ancestors: readonly unknown[], document: Document): string | null {
  if (key === 'key') return 'is no name of a field'
  const anchors = ancestors.map((node) => (node as { anchor?: string }).anchor).filter((anchor) => anchor !== undefined)
  if (anchors.includes(alias.source)) return `stands inside its own anchor &${alias.source}`
  if (anchors.length > 0) return `stands inside the anchor &${anchors[0]}: aliases may not be nested`
  return alias.resolve(document) === undefined ? `has no anchor &${alias.source} before it` : null
}

function wording({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab indents this line: use spaces'
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here: a plan is one document'
  if (code === 'DUPLICATE_KEY') {
    const [key = 'this key'] = /^[^:\n]*/.exec(text.slice(pos[0])) ?? []
    return `${key.trim()} is there twice: keys must be unique`
  }
  if (code === 'TAG_RESOLVE_FAILED') return `${message.split('\n')[0]?.replace(POSITION, '')}: a plan needs no tags`
  return message.split('\n')[0]?.replace(POSITION, '') ?? message
}

const POSITION = / at line \d+, column \d+:?$/

function lineOf(document: Document, lineAt: (offset: number) => number, path: YamlPath): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    const items = (parent as { items?: unknown[] } | null)?.items ?? []
    const item =
      typeof key === 'number'
        ? items[key]
        : items.map((pair) => (pair as { key?: unknown }).key).find((node) => String(node) === key)
    const range = (item as { range?: readonly number[] } | undefined)?.range
    if (range?.[0] !== undefined) return lineAt(range[0])
  }
  const range = (document.contents as { range?: readonly number[] } | null)?.range
  return range?.[0] === undefined ? 1 : lineAt(range[0])
}
