import { Argument, type Command, InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { parseCommandLine } from './parse-command-line.ts'
import { typedCommand } from './typed-command.ts'

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
      notes: [],
    })
  })

  it('returns the words that were meant, where npm took a flag for itself', () => {
    const env = { npm_lifecycle_event: 'load', npm_config_rate: '50' }
    const parsed = parseCommandLine('load', describeLoad, ['checkout'], env)
    expect(parsed).toMatchObject({ words: ['--rate=50', 'checkout'], options: { rate: 50 } })
  })

  it.each([
    ['load', ['checkout', '--target', 'http://127.0.0.1:1'], 'npm run load -- checkout --target http://127.0.0.1:1'],
    ['start', [], 'npm start'],
    ['test', ['--lane', 'unit'], 'npm test -- --lane unit'],
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
    [['checkout', 'list'], "too much: 'list'"],
    [['checkout', '--rate'], "option '--rate <n>' argument missing"],
    [['checkout', '--rat', '5'], "unknown option '--rat' (Did you mean --rate?)"],
  ])('%j', (words, mistake) => expect(mistakes(...words)).toEqual([mistake]))

  it('reports surplus words beside unknown options, with a hint for each', () => {
    expect(mistakes('checkout', 'list', '--foo', '5', '--rat', '7', '--yaers=1', 'more')).toEqual([
      "unknown option '--foo'",
      "unknown option '--rat' (Did you mean --rate?)",
      "unknown option '--yaers=1' (Did you mean --years?)",
      "too much: 'list', 'more'",
    ])
  })

  it('runs nothing without a required argument, whatever its parser says of the word', () => {
    const silent = new Argument('<flow>').argParser(() => undefined)
    expect(() => parseCommandLine('load', (program) => program.addArgument(silent), ['list'], {})).toThrow(
      'flow list: not understood',
    )
  })

  describe('where the values are known', () => {
    const describeFlow = (program: Command) =>
      program.addArgument(new Argument('<flow>').choices(['list', 'detail', 'checkout']))
    const refusal =
      (...words: string[]) =>
      () =>
        parseCommandLine('load', describeFlow, words, {})

    it('lists them when none was given', () => expect(refusal()).toThrow('which flow? list, detail, checkout'))

    it('suggests the nearest', () => expect(refusal('chekout')).toThrow('(Did you mean checkout?)'))

    it.each(['--foo list', '--foo', '--foo -'])('does not take an unknown option for one: %s', (typed) => {
      const words = typed.split(' ')
      expect(refusal(...words)).toThrow(/^these words do not make sense: unknown option '--foo'$/)
    })

    it.each(['-', '-5', '-- --help', '-- --foo'])('refuses %s, which commander takes for one', (typed) => {
      const words = typed.split(' ')
      expect(refusal(...words)).toThrow(`flow ${words.at(-1)}: Allowed choices are list, detail, checkout.`)
    })
  })
})
