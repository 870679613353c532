// The entry itself, as a terminal, a script and a pipe meet it.

import { execFile, spawnSync } from 'node:child_process'
import { existsSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import commands from '../cli/commands.json' with { type: 'json' }
import packageJson from '../package.json' with { type: 'json' }
import { type CheckoutCopy, copyCheckout } from './checkout-copy.ts'

// Programs are started here, beside whatever else the machine does.
vi.setConfig({ testTimeout: 60_000 })

let copy: CheckoutCopy
beforeAll(() => {
  copy = copyCheckout()
  // Something to lose, for `clean`.
  writeFileSync(join(copy.folder, '.headroom/credentials.json'), '{}')
})
afterAll(() => copy.remove())

function headroom(...words: string[]) {
  const options = { cwd: copy.folder, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bootstrap.mjs', ...words], options)
  return { status, stdout, stderr }
}

function shell(line: string) {
  const env = { ...process.env, NODE: process.execPath }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: copy.folder, encoding: 'utf8', env })
  return { status, stdout, stderr }
}

describe('headroom', () => {
  it.each([['help'], ['--help'], ['-h']])('%s lists every command with a line of its own', (word) => {
    const { status, stdout } = headroom(word)
    expect(status).toBe(0)
    const width = Math.max(...Object.keys(commands).map(({ length }) => length)) + 4
    for (const [name, summary] of Object.entries(commands)) expect(stdout).toMatch(`  ${name}`.padEnd(width) + summary)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('alone is a mistake, and shows the same list', () => {
    expect(headroom()).toMatchObject({ status: 2, stdout: '', stderr: headroom('help').stdout })
  })

  it('tells its version', () => {
    expect(headroom('--version')).toMatchObject({ status: 0, stdout: `headroom ${packageJson.version}\n` })
  })

  it('helps with one command, either way round', () => {
    const { stdout } = headroom('help', 'load')
    expect(stdout).toContain('--profile')
    expect(headroom('load', '--help').stdout).toBe(stdout)
  })

  it('takes a -- before the words away, as npm does', () => {
    expect(headroom('load', '--', '--help')).toMatchObject({ status: 0, stdout: headroom('help', 'load').stdout })
    expect(headroom('plan', 'plan.yaml', '--', '--json').stdout).toMatch(/^\{/)
    expect(headroom('load', '--', '--dry-run').stderr).toContain('which flow? list,')
  })

  it('refuses an unknown command as one JSON document with --json', () => {
    const { status, stdout } = headroom('laod', '--json')
    expect({ status, document: JSON.parse(stdout) }).toEqual({
      status: 2,
      document: {
        refusal: {
          what: 'there is no command laod (Did you mean load?)',
          why: [],
          wayOut: 'npm run help lists the commands.',
          exitCode: 2,
        },
      },
    })
  })

  it.each([
    ['laod', 'there is no command laod (Did you mean load?)'],
    ['constructor', 'there is no command constructor\n'],
  ])('does not know %s', (word, text) => {
    expect(headroom(word)).toMatchObject({ status: 2, stderr: expect.stringContaining(text) })
    expect(headroom('help', word)).toMatchObject({ status: 2 })
  })
})

describe('a checkout without packages', () => {
  let bare: CheckoutCopy
  beforeAll(() => {
    bare = copyCheckout()
    unlinkSync(join(bare.folder, 'node_modules'))
  })
  afterAll(() => bare.remove())

  /** `program` stands for npm: it is called with its words, and installs nothing. */
  function planWithNpm(program: string, words: readonly string[], settings: Readonly<Record<string, string>> = {}) {
    const npm_execpath = join(bare.folder, 'npm.js')
    writeFileSync(npm_execpath, program)
    const options = { cwd: bare.folder, encoding: 'utf8', env: { ...process.env, ...settings, npm_execpath } } as const
    const { status, stdout, stderr } = spawnSync(process.execPath, ['bootstrap.mjs', 'plan', ...words], options)
    return { status, stdout, stderr }
  }

  it('is told where npm says that all is well and nothing is there', () => {
    const { status, stdout, stderr } = planWithNpm('', [])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('npm ci ended without a complaint and installed nothing')
    expect(stderr).not.toContain('ERR_MODULE_NOT_FOUND')
  })

  it.each([
    ['after --', ['--json'], {}],
    ['before it, where npm 11 keeps it', [], { npm_lifecycle_event: 'plan', npm_config_json: 'true' }],
  ])('is told as one JSON document with --json %s', (_where, words, kept) => {
    const { status, stdout } = planWithNpm('process.exit(7)', words, kept)
    expect({ status, document: JSON.parse(stdout) }).toMatchObject({
      status: 1,
      document: { refusal: { what: 'npm ci failed (exit code 7)', exitCode: 1 } },
    })
  })

  it('is installed as we say, not as the user’s npm is set', () => {
    const npm_config_userconfig = join(bare.folder, 'npmrc')
    writeFileSync(npm_config_userconfig, 'dry-run=true\nglobal=true\n')
    const asked = `
      import { execFileSync } from 'node:child_process'
      const flags = process.argv.filter((word) => word.startsWith('--'))
      execFileSync('npm', ['config', 'get', 'dry-run', 'global', 'location', ...flags], { stdio: 'inherit' })`
    const { stderr } = planWithNpm(asked, [], { npm_config_userconfig, NPM_CONFIG_DRY_RUN: 'true' })
    expect(stderr).toMatch(/^dry-run=false\nglobal=false\nlocation=project$/m)
  })
})

describe('its output', () => {
  it.each(['help', 'plan', 'plan --json', 'load'])('%s into a closed pipe ends quietly', async (words) => {
    const stderr = await new Promise<string>((resolve) => {
      const options = { cwd: copy.folder }
      const child = execFile(process.execPath, ['bootstrap.mjs', ...words.split(' ')], options, (_error, _out, err) =>
        resolve(err),
      )
      child.stdout?.destroy()
    })
    expect(stderr).not.toMatch(/EPIPE|fault of ours|\n {4}at /)
  })

  it.runIf(existsSync('/dev/full')).each(['help', 'plan'])('%s onto a full disk is one line', (words) => {
    const { status, stderr } = shell(`"$NODE" bootstrap.mjs ${words} > /dev/full`)
    expect({ status, lines: stderr.trim().split('\n') }).toEqual({
      status: 1,
      lines: [expect.stringMatching(/^headroom: the output cannot be written: ENOSPC/)],
    })
  })
})

describe.runIf(existsSync('/usr/bin/script'))('the question of clean', () => {
  it.each([
    ['Ctrl-C', '\\003', 130],
    ['Ctrl-D', '\\004', 130],
    ['n', 'n\\r', 0],
  ])('%s removes nothing', (_, keys, status) => {
    const typed = `for _ in $(seq 300); do grep -q Remove typed && break; sleep 0.1; done; printf '${keys}'; sleep 1`
    const said = shell(`: > typed; (${typed}) | script -qefc '"$NODE" bootstrap.mjs clean' typed > /dev/null`)
    expect(said.status).toBe(status)
    const { stdout } = shell('cat typed')
    expect(stdout).toContain('nothing was removed')
    expect(stdout).not.toContain('fault of ours')
    expect(existsSync(join(copy.folder, '.headroom/credentials.json'))).toBe(true)
  })
})

it('clean asks nobody where there is nothing to remove', () => {
  shell('rm .headroom/credentials.json')
  expect(headroom('clean', '--json')).toMatchObject({ status: 0, stdout: '{"removed":[]}\n' })
})
