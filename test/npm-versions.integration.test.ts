// The documented command lines under the npm versions people have: 11, which keeps flags before `--` for itself, and 12,
// which refuses them. Both are fetched once into .headroom/cache.

import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import commands from '../cli/commands.json' with { type: 'json' }
import { EXIT_CODES } from '../contracts/refusal.ts'
import { openPlace } from '../engines/place.ts'
import { type CheckoutCopy, copyCheckout } from './checkout-copy.ts'
import { commandsOfMarkdown, type DocumentedCommand, guides } from './documented-commands.ts'

const NPM_VERSIONS = ['11.21.2', '12.2.1'] as const

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

type Npm = (cwd: string, words: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Outcome>

/** The path of npm's program, fetched whole or not at all. */
function fetchedNpm(version: string): string {
  const folder = join(openPlace().cache, `npm-${version}`)
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}`
    mkdirSync(draft, { recursive: true })
    const words = ['install', '--prefix', draft, '--no-save', '--ignore-scripts', '--no-audit', `npm@${version}`]
    execFileSync('npm', words, { cwd: draft, stdio: 'pipe' })
    renameSync(draft, folder)
  }
  return join(folder, 'node_modules/npm/bin/npm-cli.js')
}

function runner(version: string): Npm {
  const program = fetchedNpm(version)
  // As from a shell: nothing of the npm that runs these tests, and this Node first.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|init_cwd$|node_env$)/i.test(name))
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  return (cwd, words, env = {}) =>
    new Promise((resolve) => {
      const options = { cwd, env: { ...Object.fromEntries(inherited), PATH, ...env }, maxBuffer: 64 * 1024 * 1024 }
      const child = execFile(process.execPath, [program, ...words], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
      })
      child.stdin?.end()
    })
}

/** One of each form: what an option's value is, npm does not look at. */
const documented = new Map<string, DocumentedCommand>()
for (const command of guides().flatMap(commandsOfMarkdown)) {
  const form = command.line.split(/\s+/).map((word, at) => (at < 3 || word.startsWith('-') ? word : 'value'))
  if (command.line.startsWith('npm ') && command.words.length > 0) documented.set(form.join(' '), command)
}

let probe: string
let copy: CheckoutCopy

beforeAll(() => {
  copy = copyCheckout()
  // Something to lose, for `clean`.
  writeFileSync(join(copy.folder, '.headroom/credentials.json'), '{}')
  probe = mkdtempSync(join(tmpdir(), 'headroom-npm-probe-'))
  const print = 'node -e "console.log(JSON.stringify(process.argv.slice(1)))" --'
  const scripts = Object.fromEntries(Object.keys(commands).map((name) => [name, `${print} ${name}`]))
  writeFileSync(join(probe, 'package.json'), JSON.stringify({ name: 'probe', version: '1.0.0', scripts }))
  writeFileSync(join(probe, '.npmrc'), 'loglevel=silent\nupdate-notifier=false\n')
})
afterAll(() => {
  copy.remove()
  rmSync(probe, { recursive: true })
})

describe.each(NPM_VERSIONS)('npm %s', (version) => {
  const isOld = version.startsWith('11.')
  let npm: Npm
  beforeAll(() => {
    npm = runner(version)
  })
  const headroom = (words: readonly string[], env?: NodeJS.ProcessEnv) => npm(copy.folder, words, env)

  it('hands over the words of every form of documented command line', async () => {
    expect(documented.size).toBeGreaterThan(20)
    const lost: unknown[] = []
    const left = [...documented.values()]
    const worker = async () => {
      for (let next = left.pop(); next; next = left.pop()) {
        const { line, name, words } = next
        const typed = (line.match(/'[^']*'|\S+/g) ?? []).slice(1).map((word) => word.replaceAll("'", ''))
        const { stdout } = await npm(probe, typed)
        const handed = JSON.parse(stdout || '[]') as string[]
        // Placeholders are filled in by the reader: the number of words is what npm can get wrong.
        if (handed[0] !== name || handed.length !== words.length + 1) lost.push({ line, handed })
      }
    }
    await Promise.all([worker(), worker(), worker()])
    expect(lost).toEqual([])
  })

  it(`${isOld ? 'puts together' : 'refuses'} the form without --`, async () => {
    const { code, stderr } = await headroom(['run', 'seed', '--years', '9', '--dry-run'])
    if (isOld) expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('3 years, not 9') })
    else expect(stderr).toContain('EUNKNOWNCONFIG')
  })

  it('shows a command’s options by npm run help, and the words after --', async () => {
    const help = await headroom(['run', '--silent', 'help', 'load'])
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--target-owner-confirm') })
    expect((await headroom(['run', '--silent', 'load', '--', '--help'])).stdout).toBe(help.stdout)
  })

  it('prints one JSON document where it is told to be silent', async () => {
    const { code, stdout } = await headroom(['run', '--silent', 'plan', '--', '--json'])
    expect(code).toBe(EXIT_CODES.atRisk) // as the default plan is
    expect(JSON.parse(stdout)).toHaveProperty('planHash')
  })

  it('has no setting that is taken for a word: neither of the environment nor of an rc file', async () => {
    const json = await headroom(['run', '--silent', 'plan'], { npm_config_json: 'true' })
    expect(json.stdout).toMatch(/^Plan "default"/)
    const rc = join(probe, 'userconfig')
    writeFileSync(rc, 'yes=true\nall=true\n')
    for (const env of [{ npm_config_yes: 'true' }, { npm_config_userconfig: rc }]) {
      const { code, stderr } = await headroom(['run', 'clean'], env)
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('npm run clean -- --yes') })
    }
    const said = await headroom(['run', 'clean', '--yes'])
    expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes counts only after --') })
    expect(existsSync(join(copy.folder, '.headroom/credentials.json'))).toBe(true)
  })

  it('runs the bin of a checkout from any folder in it, with paths from there', async () => {
    const cache = { npm_config_cache: join(probe, 'cache') }
    const docs = join(copy.folder, 'docs')
    const run = (...words: string[]) => npm(docs, ['exec', '--silent', '--', 'headroom', ...words], cache)
    expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^headroom \d/) })
    expect(JSON.parse((await run('plan', '--plan', '../plan.yaml', '--json')).stdout)).toHaveProperty('planHash')
    expect((await run('laod')).stderr).toContain('Did you mean load?')
  })

  it('resolves paths where the user stands', async () => {
    const docs = join(copy.folder, 'docs')
    writeFileSync(join(docs, 'mine.yaml'), 'name: 1\n')
    const { stderr } = await npm(docs, ['run', 'plan', '--', '--plan', 'mine.yaml'])
    expect(stderr).toContain('mine.yaml is no valid plan')
    expect((await npm(docs, ['run', '--silent', 'plan'])).stdout).toMatch(/^Plan "default"/)
  })
})
