// Every command line that the documents and the help texts print, with the words npm hands to the command.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..')

export interface DocumentedCommand {
  /** As it is printed, without what follows it on its line. */
  readonly line: string
  readonly name: string
  readonly words: readonly string[]
}

// What a reader puts there.
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '<flow>': 'checkout',
  '<run>': 'a-run',
  OP: 'usl',
  COMMAND: 'load',
  PATTERN: 'shard',
}

// They tell what was, and what npm makes of other forms.
const HISTORY = /^CHANGELOG\.md$|^docs\/decisions\//

/** Documents that show people what to type. */
export function guides(): string[] {
  return trackedFiles('*.md', '.github/**/*.yml').filter((file) => !HISTORY.test(file))
}

export function trackedFiles(...patterns: string[]): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns]
  return execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean)
}

/** From code blocks and code spans of Markdown, indented or fenced. */
export function commandsOfMarkdown(file: string): DocumentedCommand[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  let isFenced = false
  const blocks = text.split('\n').filter((line) => {
    if (line.startsWith('```')) isFenced = !isFenced
    return isFenced || line.startsWith('    ')
  })
  return [...spans, ...blocks].flatMap(commandsOfLine)
}

/** A comment, a pipe, a redirection or two spaces end a command. */
export function commandsOfLine(text: string): DocumentedCommand[] {
  const calls = /\b(?:npm (?:run(?: --silent)? |)|npx |node )\S[^#|<>;&)]*(?:<[a-z]+>[^#|<>;&)]*)*/g
  return (text.match(calls) ?? []).flatMap((match) => {
    const line = match.split(/ {2,}/)[0]?.trim() ?? ''
    const [program, ...rest] = (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''))
    const words = rest.map((word) => PLACEHOLDERS[word] ?? word)
    const call = program === 'npm' ? handedByNpm(words) : entryWords(words)
    return call === undefined ? [] : [{ line, ...call }]
  })
}

/** npm ≥ 12 refuses flags of ours before `--`, and npm 11 keeps them: they reach nobody. */
function handedByNpm(words: readonly string[]): Omit<DocumentedCommand, 'line'> | undefined {
  const [first = '', ...others] = words
  if (words.includes('--help') && !words.includes('--')) return undefined // npm prints its own
  if (first === 'start' || first === 'test') return { name: first, words: withoutDashes(others) }
  if (first !== 'run') return undefined // npm ci and the like
  const [name = '', ...rest] = others.filter((word, at) => at > 0 || word !== '--silent')
  return { name, words: withoutDashes(rest) }
}

function withoutDashes(words: readonly string[]): string[] {
  const at = words.indexOf('--')
  return at < 0 ? [...words] : words.filter((_, index) => index !== at)
}

function entryWords([first, name, ...words]: readonly string[]): Omit<DocumentedCommand, 'line'> | undefined {
  if (first !== 'headroom' && first !== 'bootstrap.mjs') return undefined
  return name === undefined || name === '…' ? undefined : { name, words }
}
