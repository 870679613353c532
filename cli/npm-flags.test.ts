import { Argument, Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { withNpmFlags } from './npm-flags.ts'
import type { SettingOrigin } from './npm-settings.ts'
import { collectShard, parseYears } from './option-parsers.ts'

// argv and environment as npm 11 hands them over, measured.
const seed = () =>
  new Command()
    .option('--years <n>', 'years', parseYears)
    .option('--scale <x>')
    .option('--full-shard <n>', 'repeatable', collectShard, [])
    .option('--out <folder>')
    .option('--dry-run')
    .option('--reset')
    .option('--json')
const load = () =>
  new Command()
    .addArgument(new Argument('<flow>').choices(['list', 'checkout']))
    .option('--rate <n>')
    .option('--duration <time>')
    .option('--target <url>')
    .option('--no-challenge [host]')
    .option('--dashboard [host:port]')
const validate = () => new Command().option('--full').option('--no-studies')
const clean = () => new Command().option('-y, --yes').option('--all')

const as = (name: string, flags: Record<string, string> = {}) => ({ npm_lifecycle_event: name, ...flags })
const commandLine = (): SettingOrigin => ({ kind: 'command line' })
const rcFile = (): SettingOrigin => ({ kind: 'settings', place: '/home/me/.npmrc' })
const unknown = (): SettingOrigin => ({ kind: 'unknown' })

function refused(act: () => unknown): Refusal {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('not refused')
}

describe('npm run seed', () => {
  it.each([
    ['--years 3', ['3'], { npm_config_years: 'true' }, ['--years=3']],
    ['--years=3', [], { npm_config_years: '3' }, ['--years=3']],
    ['-- --years 3', ['--years', '3'], {}, ['--years', '3']],
    ['--years=3 --scale=0.1', [], { npm_config_years: '3', npm_config_scale: '0.1' }, ['--years=3', '--scale=0.1']],
    ['--full-shard 7', ['7'], { npm_config_full_shard: 'true' }, ['--full-shard=7']],
    [
      '--years 3 --dry-run',
      ['3'],
      { npm_config_years: 'true', npm_config_dry_run: 'true' },
      ['--dry-run', '--years=3'],
    ],
    ['--years=3 -- --scale 2', ['--scale', '2'], { npm_config_years: '3' }, ['--years=3', '--scale', '2']],
    ['--years=-1', [], { npm_config_years: '-1' }, ['--years=-1']],
    ['(nothing)', [], {}, []],
    ['(a switch that is off)', [], { npm_config_json: '' }, []],
  ])('%s', (_typed, argv, flags, words) => {
    expect(withNpmFlags('seed', argv, as('seed', flags), seed(), commandLine).words).toEqual(words)
  })

  it('says where a value came from, and the form that npm 12 wants', () => {
    const flags = as('seed', { npm_config_years: '3' })
    expect(withNpmFlags('seed', [], flags, seed(), commandLine).notes).toEqual([
      "--years is taken from npm's part of this command line (npm_config_years)",
      'npm 12 and newer want:\n  npm run seed -- --years=3',
    ])
    expect(withNpmFlags('seed', [], flags, seed(), unknown).notes[0]).toContain('command line or environment')
  })

  it('refuses two values without flags, and prints the command that works', () => {
    const flags = { npm_config_years: 'true', npm_config_scale: 'true' }
    const { command } = refused(() => withNpmFlags('seed', ['3', '0.1'], as('seed', flags), seed(), commandLine))
    expect(command).toBe('npm run seed -- --years 3 --scale 0.1')
  })

  it('tries a value on a repeatable flag as well', () => {
    const flags = { npm_config_full_shard: 'true', npm_config_years: 'true' }
    const { command } = refused(() => withNpmFlags('seed', ['0', '3'], as('seed', flags), seed(), commandLine))
    expect(command).toBe('npm run seed -- --years 3 --full-shard 0') // no years are 0
  })

  it('refuses a flag whose value npm swallowed', () => {
    const flags = as('seed', { npm_config_years: 'true' })
    expect(() => withNpmFlags('seed', [], flags, seed(), commandLine)).toThrow(/no value reached/)
  })

  it('ignores what npm was told for another script, as when npm start runs this command', () => {
    const flags = as('start', { npm_config_years: '3' })
    expect(withNpmFlags('seed', ['--years', '1'], flags, seed(), commandLine)).toEqual({
      words: ['--years', '1'],
      notes: [],
    })
  })
})

describe("npm's own settings", () => {
  it.each([
    ['clean', clean, { npm_config_yes: 'true', npm_config_all: 'true' }],
    ['seed', seed, { npm_config_json: 'true', npm_config_out: '/tmp/x' }],
    ['validate', validate, { npm_config_studies: '' }],
    ['seed', seed, { npm_config_years: '1', npm_config_reset: 'true' }],
    ['load', load, { npm_config_target: '31.0.0' }],
  ])('of rc files and the environment are no words to %s', (name, program, flags) => {
    const meant = withNpmFlags(name, ['checkout'], as(name, flags), program(), rcFile)
    expect(meant.words).toEqual(['checkout'])
    expect(meant.notes).toHaveLength(Object.keys(flags).length)
    for (const note of meant.notes)
      expect(note).toMatch(/^npm's own .* only after --\n {2}\(it is set in \/home\/me\/\.npmrc\)$/)
  })

  it('count for nothing that removes or redirects where the system does not tell their origin', () => {
    expect(withNpmFlags('clean', [], as('clean', { npm_config_yes: 'true' }), clean(), unknown).words).toEqual([])
    const flags = as('load', { npm_config_target: '31.0.0' })
    expect(withNpmFlags('load', ['list'], flags, load(), unknown).words).toEqual(['list'])
  })

  it.each([
    ['clean', clean, [], { npm_config_yes: 'true' }, 'npm run clean -- --yes'],
    ['seed', seed, ['3'], { npm_config_years: 'true', npm_config_reset: 'true' }, 'npm run seed -- --reset --years=3'],
    [
      'load',
      load,
      ['checkout', 'http://127.0.0.1:80'],
      { npm_config_target: 'true' },
      'npm run load -- checkout --target=http://127.0.0.1:80',
    ],
    [
      'validate',
      validate,
      [],
      { npm_config_studies: '', npm_config_full: 'true' },
      'npm run validate -- --full --no-studies',
    ],
    ['load', load, ['checkout'], { npm_config_challenge: '' }, 'npm run load -- checkout --no-challenge'],
    ['load', load, ['list', 'a:80'], { npm_config_challenge: '' }, 'npm run load -- list --no-challenge=a:80'],
    [
      'load',
      load,
      ['checkout', '50'],
      { npm_config_rate: 'true', npm_config_dashboard: 'true' },
      'npm run load -- checkout --rate=50 --dashboard',
    ],
  ])('are not obeyed on the command line of %s either, but the right command is printed', (...given) => {
    const [name, program, argv, flags, command] = given
    const refusal = refused(() => withNpmFlags(name, argv, as(name, flags), program(), commandLine))
    expect(refusal.what).toMatch(/only after --$/)
    expect(refusal.command).toBe(command)
  })
})

describe('--dry-run, where it is set already', () => {
  const set = { npm_config_dry_run: 'true' }

  it.each([
    ['seed', {}, 'npm run seed -- --dry-run'],
    ['seed --years=3', { npm_config_years: '3' }, 'npm run seed -- --years=3 --dry-run'],
    ['seed --reset', { npm_config_reset: 'true' }, 'npm run seed -- --dry-run --reset'],
  ])('%s: what was typed is not known, and nothing is done', (_typed, typed, command) => {
    const originOf = (name: string) => (name in set ? rcFile() : commandLine())
    const refusal = refused(() => withNpmFlags('seed', [], as('seed', { ...set, ...typed }), seed(), originOf))
    expect(refusal).toMatchObject({ command, why: [expect.stringContaining('/home/me/.npmrc')] })
    expect(refusal.wayOut).toContain('--no-dry-run')
  })

  it('is done when it is said after --, or where the command has no such flag', () => {
    const said = withNpmFlags('seed', ['--dry-run'], as('seed', set), seed(), rcFile)
    expect(said).toEqual({ words: ['--dry-run'], notes: [] })
    expect(withNpmFlags('clean', [], as('clean', set), clean(), rcFile)).toEqual({ words: [], notes: [] })
  })

  it('is no hindrance where npm was told --no-dry-run', () => {
    const off = as('seed', { npm_config_dry_run: '' })
    expect(withNpmFlags('seed', [], off, seed(), commandLine)).toEqual({ words: [], notes: [] })
  })
})

describe('npm run load', () => {
  it.each([
    ['checkout --rate 50', ['checkout', '50']],
    ['--rate 50 checkout', ['50', 'checkout']],
  ])('%s: the flow is not the rate', (_typed, argv) => {
    const flags = as('load', { npm_config_rate: 'true' })
    expect(withNpmFlags('load', argv, flags, load(), commandLine).words).toEqual(['checkout', '--rate=50'])
  })

  it('gives each flag the value that it takes, whatever the order', () => {
    const flags = { npm_config_rate: 'true', npm_config_target: 'true' }
    const { command } = refused(() =>
      withNpmFlags('load', ['checkout', 'http://127.0.0.1:80', '4'], as('load', flags), load(), commandLine),
    )
    expect(command).toBe('npm run load -- checkout --rate 4 --target http://127.0.0.1:80')
  })

  it('never takes a script for a value', () => {
    const flags = as('load', { npm_config_rate: 'true' })
    const { words } = withNpmFlags('load', ['./my-flow.ts', '4'], flags, load(), commandLine)
    expect(words).toEqual(['./my-flow.ts', '--rate=4'])
  })

  it('keeps the flow in the command it suggests', () => {
    const flags = { npm_config_rate: 'true', npm_config_duration: 'true' }
    const { command } = refused(() =>
      withNpmFlags('load', ['checkout', '50', '30s'], as('load', flags), load(), commandLine),
    )
    expect(command).toBe('npm run load -- checkout --rate 50 --duration 30s')
  })
})
