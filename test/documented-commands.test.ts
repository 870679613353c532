// What the documents tell people to type is understood: by npm of any version, and by the commands' own parsers.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import commands from '../cli/commands.json' with { type: 'json' }
import { OPS } from '../cli/model/ops.ts'
import { declareCommand, parseCommandLine } from '../cli/parse-command-line.ts'
import packageJson from '../package.json' with { type: 'json' }
import { commandsOfLine, commandsOfMarkdown, guides, ROOT, trackedFiles } from './documented-commands.ts'

const WIDTH_COLUMNS = 80
const NAMES = Object.keys(commands)
// The bootstrap answers `help` itself, and the model has a command line of its own: it must start fast.
const WITH_PARSER = NAMES.filter((name) => name !== 'help' && name !== 'model')

const declared = vi.hoisted(() => new Map<string, (program: Command) => void>())
vi.mock('../cli/run-command.ts', () => ({
  runCommand: async (name: string, describeCommand: (program: Command) => void) => declared.set(name, describeCommand),
}))

beforeAll(async () => {
  for (const name of WITH_PARSER) await import(`../cli/${name.replace(':', '-')}.ts`)
}, 60_000)

function helpOf(name: string): string {
  let text = ''
  const program = declareCommand(name, declared.get(name)!)
  program.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => WIDTH_COLUMNS })
  program.outputHelp()
  return text
}

/** Why the command would refuse these words; null: it would not. */
function refusal(name: string, words: readonly string[]): string | null {
  if (words.length === 0 && NAMES.includes(name)) return null // a sentence names the command
  if (name === 'help') return words.every((word) => NAMES.includes(word)) ? null : 'no such command'
  if (name === 'model')
    return words.every((word) => ['--help', '--json'].includes(word) || word in OPS) ? null : 'no such op'
  const describeCommand = declared.get(name)
  if (!describeCommand) return `there is no command ${name}`
  if (words.includes('--help')) return null
  try {
    parseCommandLine(name, describeCommand, words, {})
    return null
  } catch (error) {
    return (error as Error).message
  }
}

const documents = guides()

describe('documented command lines', () => {
  it('are found', () => {
    const found = documents.flatMap(commandsOfMarkdown)
    expect(found.length).toBeGreaterThan(50)
    expect(found).toContainEqual({
      line: 'npm run seed -- --scale 0.01 --dry-run',
      name: 'seed',
      words: ['--scale', '0.01', '--dry-run'],
    })
  })

  it.each(documents)('%s: every one is understood', (file) => {
    const misunderstood = commandsOfMarkdown(file).flatMap(({ line, name, words }) => {
      const why = refusal(name, words)
      return why === null ? [] : [`${line}: ${why}`]
    })
    expect(misunderstood).toEqual([])
  })

  it('put -- before the flags, in every file: npm 12 refuses the other form', () => {
    const early = /npm (?:run (?:--silent )?[a-z][\w:]*|start|test)((?: +(?!--)[^\s`'"|<>;]+)*) +--(?!help\b)[a-z]/
    const found = [...documents, ...trackedFiles('*.ts', '*.mjs', '*.yaml')]
      // Those say what npm makes of the other form.
      .filter((file) => !/\.test\.ts$|^cli\/npm-|^bootstrap\.mjs$/.test(file))
      .flatMap((file) => {
        const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
        return lines.filter((line) => early.test(line)).map((line) => `${file}: ${line.trim()}`)
      })
    expect(found).toEqual([])
  })
})

describe.each(WITH_PARSER)('the help of %s', (name) => {
  it('keeps to 80 columns', () => {
    expect(
      helpOf(name)
        .split('\n')
        .filter((line) => line.length > WIDTH_COLUMNS),
    ).toEqual([])
  })

  it('shows examples that are understood', () => {
    // An example has a line of its own; a sentence may go on after a command.
    const examples = helpOf(name).match(/^ {2}(?:\w+=\w+ )?npm .*/gm) ?? []
    for (const example of examples.flatMap(commandsOfLine)) {
      expect({ example, why: refusal(example.name, example.words) }).toEqual({ example, why: null })
    }
  })
})

it('--json is an option of every command that the README says it is of', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('Every command but `help` has `--json`')
  expect(WITH_PARSER.filter((name) => !/^ {2}--json /m.test(helpOf(name)))).toEqual([])
  const model = spawnSync(process.execPath, [join(ROOT, 'cli/model.ts'), '--json'], { encoding: 'utf8', input: '' })
  expect(JSON.parse(model.stdout)).toHaveProperty('refusal')
})

describe('commands.json', () => {
  it('names the npm scripts, each of which runs the command of its name', () => {
    expect(packageJson.scripts).toEqual(Object.fromEntries(NAMES.map((name) => [name, `node bootstrap.mjs ${name}`])))
  })

  it('has one line for each command', () => {
    for (const [name, summary] of Object.entries(commands)) {
      expect(`  ${name.padEnd(10)}  ${summary}`.length).toBeLessThanOrEqual(WIDTH_COLUMNS)
    }
  })
})
