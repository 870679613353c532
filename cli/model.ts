// `npm run --silent model -- OP`: the capacity model alone, JSON on stdin, JSON on stdout. Each op loads only its own
// laws, and no command-line library: the start has to stay within half a second.

import { text } from 'node:stream/consumers'
import { EXIT_CODES, type ExitCode } from '../contracts/refusal.ts'
import { nearest } from '../plan/nearest-word.ts'
import type { ModelOp } from './model/op.ts'
import { OPS } from './model/ops.ts'
import { renderPage } from './model/page.ts'
import { renderAnswer } from './model/render.ts'

async function main(args: readonly string[]): Promise<ExitCode> {
  const wantsHelp = args.includes('--help') || args.includes('-h')
  const [name, ...extra] = args.filter((arg) => arg !== '--help' && arg !== '-h')
  if (name === undefined && wantsHelp) return print(usage())
  const listed = name !== undefined && Object.hasOwn(OPS, name) ? OPS[name] : undefined
  if (name === undefined || listed === undefined || extra.length > 0) return complain(name, extra)
  const { op } = await listed.load()
  return wantsHelp ? print(renderPage(name, listed.summary, op)) : answer(name, op)
}

async function answer(name: string, op: ModelOp): Promise<ExitCode> {
  const input = await readInput()
  const result = 'mistake' in input ? { mistakes: [input.mistake] } : op.run(input.value)
  if ('answer' in result) return print(renderAnswer(result.answer))
  const listed = result.mistakes.map((mistake) => `  ${mistake}\n`).join('')
  process.stderr.write(
    `model ${name}: the input is not of this op's shape\n${listed}See: npm run --silent model -- ${name} --help\n`,
  )
  return EXIT_CODES.usage
}

async function readInput(): Promise<{ readonly value: unknown } | { readonly mistake: string }> {
  if (process.stdin.isTTY) return { mistake: 'stdin: a terminal; pipe one JSON object in' }
  const json = await text(process.stdin)
  if (json.trim() === '') return { mistake: 'stdin: empty; pipe one JSON object in' }
  try {
    return { value: JSON.parse(json) }
  } catch (error) {
    return { mistake: `stdin: not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function complain(name: string | undefined, extra: readonly string[]): ExitCode {
  const what =
    extra.length > 0
      ? `one op at a time; '${extra.join(' ')}' is too much (input comes on stdin)`
      : name === undefined
        ? 'name an op'
        : `there is no op '${name}'${hint(name)}`
  process.stderr.write(`model: ${what}\n\n${usage()}`)
  return EXIT_CODES.usage
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
  the op's shape, every mistake on stderr.
`
}

function print(output: string): ExitCode {
  process.stdout.write(output)
  return EXIT_CODES.pass
}

/** A fault of ours, such as JSON nested deeper than its parser: one line, because a stack trace helps no caller. */
function fault(error: unknown): ExitCode {
  const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  process.stderr.write(`model: could not answer: ${message}\n`)
  return EXIT_CODES.fault
}

process.exitCode = await main(process.argv.slice(2)).catch(fault)
