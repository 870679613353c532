import { Argument, Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { withNpmFlags } from './npm-flags.ts'

// argv and environment as npm 11 hands them over, measured.
const seed = () =>
  new Command()
    .option('--years <n>')
    .option('--scale <x>')
    .option('--full-shard <n>')
    .option('--dry-run')
    .option('--json')
const load = () =>
  new Command()
    .addArgument(new Argument('<flow>').choices(['list', 'checkout']))
    .option('--rate <n>')
    .option('--duration <time>')

const as = (name: string, flags: Record<string, string> = {}) => ({ npm_lifecycle_event: name, ...flags })

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
  ])('%s', (_typed, argv, flags, words) => {
    expect(withNpmFlags('seed', argv, as('seed', flags), seed())).toEqual(words)
  })

  it('refuses two values without flags, and prints the command that works', () => {
    const flags = { npm_config_years: 'true', npm_config_scale: 'true' }
    const refused = () => withNpmFlags('seed', ['3', '0.1'], as('seed', flags), seed())
    expect(refused).toThrow(Refusal)
    try {
      refused()
    } catch (error) {
      expect((error as Refusal).wayOut).toContain('npm run seed -- --years 3 --scale 0.1')
    }
  })

  it('refuses a flag whose value npm swallowed', () => {
    expect(() => withNpmFlags('seed', [], as('seed', { npm_config_years: 'true' }), seed())).toThrow(/no value reached/)
  })

  it('ignores what npm was told for another script, as when npm start runs this command', () => {
    expect(withNpmFlags('seed', ['--years', '1'], as('start', { npm_config_years: '3' }), seed())).toEqual([
      '--years',
      '1',
    ])
  })
})

describe('npm run load', () => {
  it.each([
    ['checkout --rate 50', ['checkout', '50']],
    ['--rate 50 checkout', ['50', 'checkout']],
  ])('%s: the flow is not the rate', (_typed, argv) => {
    expect(withNpmFlags('load', argv, as('load', { npm_config_rate: 'true' }), load())).toEqual([
      'checkout',
      '--rate=50',
    ])
  })

  it('keeps the flow in the command it suggests', () => {
    const flags = { npm_config_rate: 'true', npm_config_duration: 'true' }
    try {
      withNpmFlags('load', ['checkout', '50', '30s'], as('load', flags), load())
      expect.unreachable()
    } catch (error) {
      expect((error as Refusal).wayOut).toContain('npm run load -- checkout --rate 50 --duration 30s')
    }
  })
})
