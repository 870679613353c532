// `npm run --silent model -- OP`: the capacity model alone, JSON on stdin, JSON on stdout. Each op loads only its own
// laws, and no command-line library: the start has to stay within half a second.

import { text } from 'node:stream/consumers'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import { nearest } from '../plan/nearest-word.ts'
import { asksForJson } from './asks-for-json.ts'
import { jsonFault, jsonRefusal } from './json-refusal.ts'
import { OPS } from './model/ops.ts'
import { renderPage } from './model/page.ts'
import { renderAnswer } from './model/render.ts'
import { refusalText } from './refusal-text.ts'

const HELP = ['--help', '-h']

async function main(words: readonly string[]): Promise<ExitCode> {
  const wantsHelp = words.some((word) => HELP.includes(word))
  // An answer is JSON with and without --json.
  const [name, ...extra] = words.filter((word) => word !== '--json' && !HELP.includes(word))
  if (name === undefined && wantsHelp) return print(usage())
  const listed = name !== undefined && Object.hasOwn(OPS, name) ? OPS[name] : undefined
  if (name === undefined || listed === undefined || extra.length > 0) throw wrongWords(name, extra)
  const { op } = await listed.load()
  if (wantsHelp) return print(renderPage(name, listed.summary, op))
  const input = await readInput()
  const result = 'mistake' in input ? { mistakes: [input.mistake] } : op.run(input.value)
  if ('mistakes' in result) throw wrongInput(name, result.mistakes)
  return print(renderAnswer(result.answer))
}

async function readInput(): Promise<{ readonly value: unknown } | { readonly mistake: string }> {
  if (process.stdin.isTTY) return { mistake: 'stdin: a terminal; pipe one JSON object in' }
  let json: string
  try {
    json = await text(process.stdin)
  } catch (error) {
    return { mistake: `stdin: cannot be read: ${messageOf(error)}` }
  }
  if (json.trim() === '') return { mistake: 'stdin: empty; pipe one JSON object in' }
  try {
    return { value: JSON.parse(json) }
  } catch (error) {
    return { mistake: `stdin: not JSON: ${messageOf(error)}` }
  }
}

function wrongInput(name: string, mistakes: readonly string[]): Refusal {
  return new Refusal({
    what: `the input is not of the shape of ${name}`,
    why: mistakes,
    wayOut: 'What it takes, with a worked example:',
    command: `npm run --silent model -- ${name} --help`,
  })
}

function wrongWords(name: string | undefined, extra: readonly string[]): Refusal {
  const why =
    extra.length > 0
      ? `one op at a time; '${extra.join(' ')}' is too much (input comes on stdin)`
      : name === undefined
        ? `name an op: ${Object.keys(OPS).join(', ')}`
        : `there is no op '${name}'${hint(name)}`
  return new Refusal({
    what: 'these words do not make sense',
    why: [why],
    wayOut: 'What it understands:',
    command: 'npm run --silent model -- --help',
  })
}

function hint(name: string): string {
  const meant = nearest(name, Object.keys(OPS))
  return meant === null ? '' : ` (Did you mean ${meant}?)`
}

function usage(): string {
  const width = Math.max(...Object.keys(OPS).map((name) => name.length))
  const lines = Object.entries(OPS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`)
  return `The capacity model alone: one JSON object on stdin, one on stdout.

  npm run --silent model -- mmc < mmc.json

${lines.join('')}
  OP --help shows what an op answers, with a worked example; docs/model/OP.md
  the same. Exit code 0: an answer or a refusal with its reason. 2: input not of
  the op's shape, every mistake on stderr; with --json on stdout too, as JSON.
`
}

function print(output: string): ExitCode {
  process.stdout.write(output)
  return EXIT_CODES.pass
}

/** A fault of ours is one line: a stack trace helps no caller. */
function report(error: unknown): ExitCode {
  const json = asksForJson('model', process.argv.slice(2), process.env)
  if (error instanceof Refusal) {
    process.stderr.write(refusalText('model', error))
    if (json) print(jsonRefusal(error))
    return error.exitCode
  }
  process.stderr.write(`model: could not answer: ${messageOf(error)}\n`)
  if (json) print(jsonFault(error))
  return EXIT_CODES.fault
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

process.exitCode = await main(process.argv.slice(2)).catch(report)
