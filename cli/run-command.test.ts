// A command as it ends: what it prints for people, what for programs, and its exit code.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'

// Programs are started here, beside whatever else the machine does.
vi.setConfig({ testTimeout: 60_000 })

const REFUSED = `throw new Refusal({ what: 'not today', why: ['it rains'], wayOut: 'Wait.' })`
const BROKEN = `throw new TypeError('nobody thought of that')`

/** A command of one line, with what npm 11 keeps for itself in the environment. */
function probe(run: string, words: readonly string[], kept: Readonly<Record<string, string>> = {}) {
  const module = (path: string) => JSON.stringify(join(import.meta.dirname, path))
  const script = `
    import { Refusal } from ${module('../contracts/refusal.ts')}
    import { runCommand } from ${module('run-command.ts')}
    await runCommand('probe', (program) => program.option('--years <n>').option('--scale <x>'), async () => { ${run} })`
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = { ...Object.fromEntries(inherited), npm_lifecycle_event: 'probe', ...kept }
  const program = ['--input-type=module', '-e', script, 'probe', ...words]
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8', env })
  return { status, stdout, stderr }
}

describe('a refusal', () => {
  const document = { refusal: { what: 'not today', why: ['it rains'], wayOut: 'Wait.', exitCode: 2 } }

  it.each([
    ['after --', ['--json'], {}],
    ['before it, where npm 11 keeps it', [], { npm_config_json: 'true' }],
  ])('is one JSON document with --json %s', (_where, words, kept) => {
    const { status, stdout, stderr } = probe(REFUSED, words, kept)
    expect({ status, document: JSON.parse(stdout) }).toEqual({ status: 2, document })
    expect(stderr).toContain('probe: not today')
  })

  it('of the words themselves is one too', () => {
    const wrong = probe(REFUSED, ['--colour'], { npm_config_json: 'true' })
    expect(JSON.parse(wrong.stdout).refusal.why).toEqual(["unknown option '--colour'"])
    const kept = { npm_config_json: 'true', npm_config_years: 'true', npm_config_scale: 'true' }
    const ambiguous = probe(REFUSED, ['3', '0.1'], kept)
    expect(JSON.parse(ambiguous.stdout).refusal.command).toBe('npm run probe -- --json --years 3 --scale 0.1')
  })

  it('leaves stdout alone where nobody asked for JSON', () => {
    expect(probe(REFUSED, [])).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('a fault of ours', () => {
  it('is one JSON document with --json', () => {
    const { status, stdout, stderr } = probe(BROKEN, ['--json'])
    expect({ status, document: JSON.parse(stdout) }).toEqual({
      status: 1,
      document: { fault: { what: 'TypeError: nobody thought of that', exitCode: 1 } },
    })
    expect(stderr).toContain('a fault of ours')
  })

  it('leaves stdout alone where nobody asked for JSON', () => {
    expect(probe(BROKEN, [])).toMatchObject({ status: 1, stdout: '' })
  })
})
