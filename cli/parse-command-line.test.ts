import { type Command, InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { parseCommandLine, typedCommand } from './parse-command-line.ts'

const positive = (text: string): number => {
  if (!(Number(text) > 0)) throw new InvalidArgumentError('must be above 0')
  return Number(text)
}
const describeLoad = (program: Command) => {
  program
    .argument('<flow>')
    .option('--rate <n>', 'requests a second', positive)
    .option('--years <n>', 'years', positive, 3)
}
const parse = (...words: string[]) => parseCommandLine('load', describeLoad, words, {})
const mistakes = (...words: string[]): readonly string[] => {
  try {
    parse(...words)
  } catch (error) {
    if (error instanceof Refusal) return error.why
    throw error
  }
  return []
}

describe('parseCommandLine', () => {
  it('returns options and arguments', () => {
    expect(parse('checkout', '--rate', '50', '--json')).toEqual({
      kind: 'run',
      options: { rate: 50, years: 3, json: true },
      positionals: ['checkout'],
      words: ['checkout', '--rate', '50', '--json'],
    })
  })

  it('returns the words that were meant, where npm took a flag for itself', () => {
    const describeTarget = (program: Command) => program.argument('<flow>').option('--target <url>')
    const env = { npm_lifecycle_event: 'load', npm_config_target: 'http://127.0.0.1:1' }
    const parsed = parseCommandLine('load', describeTarget, ['checkout'], env)
    expect(parsed).toMatchObject({ words: ['--target=http://127.0.0.1:1', 'checkout'] })
  })

  it.each([
    ['load', ['checkout', '--target', 'http://127.0.0.1:1'], 'npm run load -- checkout --target http://127.0.0.1:1'],
    ['start', [], 'npm start'],
    ['start', ['--plan', "our plan's.yaml"], `npm start -- --plan 'our plan'\\''s.yaml'`],
  ])('types %s again', (name, words, command) => expect(typedCommand(name, words)).toBe(command))

  it('reports every mistake at once', () => {
    expect(mistakes('--rate', '-5', '--years=0', '--foo', '--bar')).toEqual([
      '--rate -5: must be above 0',
      '--years 0: must be above 0',
      "unknown option '--foo'",
      "unknown option '--bar'",
    ])
  })

  it.each([
    [[], "missing required argument 'flow'"],
    [['checkout', 'list'], 'too many arguments. Expected 1 argument but got 2.'],
    [['checkout', '--rate'], "option '--rate <n>' argument missing"],
    [['checkout', '--rat', '5'], "unknown option '--rat'\n(Did you mean --rate?)"],
  ])('%j', (words, mistake) => expect(mistakes(...words)).toEqual([mistake]))
})
