// The import rules: data flows one way, and stages meet only through contracts and files.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')

interface Rule {
  /** Folders of this project that files below `folder` may import, themselves aside. */
  readonly folders: readonly string[]
  /** Packages and node: modules they may import; a trailing * matches any ending. `undefined`: any. */
  readonly packages?: readonly string[]
}

const ANY_PACKAGE = undefined
const SUT_SHARED = ['contracts', 'sut/config', 'sut/errors', 'sut/rounds', 'sut/telemetry']

/** The longest matching folder decides. */
const RULES: Readonly<Record<string, Rule>> = {
  contracts: { folders: [], packages: [] },
  plan: { folders: ['contracts'], packages: ['yaml', 'ajv', 'ajv/*', 'ajv-formats', '@stdlib/*', 'node:*'] },
  generators: { folders: ['contracts'], packages: ANY_PACKAGE },
  scenarios: { folders: ['contracts'], packages: ['k6', 'k6/*'] },
  measurements: { folders: ['contracts'], packages: ANY_PACKAGE },
  reports: { folders: ['contracts'], packages: ANY_PACKAGE },
  'reports/capacity-model': {
    folders: ['contracts'],
    packages: ['simple-statistics', 'ml-*', '@stdlib/*', 'pure-rand/*'],
  },
  engines: { folders: ['contracts'], packages: ANY_PACKAGE },
  'sut/gateway': { folders: SUT_SHARED, packages: ['node:*'] },
  'sut/storage': { folders: SUT_SHARED, packages: ANY_PACKAGE },
  'sut/switches': { folders: [...SUT_SHARED, 'sut/storage'], packages: ANY_PACKAGE },
  // Switched over, the monolith asks the business layer.
  'sut/legacy': { folders: [...SUT_SHARED, 'sut/storage', 'sut/switches', 'sut/aggregation'], packages: ANY_PACKAGE },
  'sut/domain': { folders: [...SUT_SHARED, 'sut/storage', 'sut/switches'], packages: ANY_PACKAGE },
  'sut/aggregation': { folders: [...SUT_SHARED, 'sut/domain'], packages: ANY_PACKAGE },
  'sut/interface': { folders: [...SUT_SHARED, 'sut/aggregation'], packages: ANY_PACKAGE },
  sut: { folders: ['contracts', 'sut'], packages: ANY_PACKAGE },
  cli: {
    folders: ['contracts', 'plan', 'generators', 'sut', 'measurements', 'reports', 'engines'],
    packages: ANY_PACKAGE,
  },
}

/** Packages that open connections to the stores: only these places may. */
const STORE_CLIENTS = ['mysql2', '@elastic/elasticsearch', 'ioredis']
const STORE_CLIENT_HOMES = ['sut/storage/', 'generators/', 'measurements/', 'engines/', 'cli/', 'test/']

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path.includes('/'))

const isTest = (path: string) => /\.(test|setup)\.ts$/.test(path) || path.includes('/bench/')

function importsOf(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  )
  return [...found].map((match) => (match[1] ?? match[2] ?? match[3]) as string)
}

function ruleOf(path: string): { readonly folder: string; readonly rule: Rule } | undefined {
  const folder = Object.keys(RULES)
    .filter((candidate) => path.startsWith(`${candidate}/`))
    .sort((a, b) => b.length - a.length)[0]
  const rule = folder === undefined ? undefined : RULES[folder]
  return folder !== undefined && rule !== undefined ? { folder, rule } : undefined
}

function isBelow(path: string, folder: string): boolean {
  return path === `${folder}.ts` || path.startsWith(`${folder}/`)
}

function violations(path: string): string[] {
  const found = ruleOf(path)
  if (!found) return []
  const { folder, rule } = found
  return importsOf(path).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = posix.normalize(posix.join(posix.dirname(path), specifier))
      const allowed = [folder, ...rule.folders].some((candidate) => isBelow(target, candidate))
      return allowed ? [] : [`${path} imports ${target}`]
    }
    const allowed =
      rule.packages === undefined ||
      rule.packages.some((name) => (name.endsWith('*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name))
    return allowed ? [] : [`${path} imports ${specifier}`]
  })
}

describe('import rules', () => {
  it('sees the files it judges', () => {
    expect(files.length).toBeGreaterThan(20)
    expect(importsOf('contracts/tables.ts')).toContain('./shard.ts')
  })

  it('keeps every folder to what it may import', () => {
    expect(files.filter((path) => !isTest(path)).flatMap(violations)).toEqual([])
  })

  it('opens connections to the stores only where they are expected', () => {
    const strays = files
      .filter((path) => !isTest(path) && !STORE_CLIENT_HOMES.some((home) => path.startsWith(home)))
      .flatMap((path) => importsOf(path).map((specifier) => ({ path, specifier })))
      .filter(({ specifier }) => STORE_CLIENTS.some((name) => specifier === name || specifier.startsWith(`${name}/`)))
    expect(strays).toEqual([])
  })

  it('knows the number of shards in one place', () => {
    const strays = files.filter(
      (path) =>
        path !== 'contracts/shard.ts' && !isTest(path) && /%\s*64\b/.test(readFileSync(join(ROOT, path), 'utf8')),
    )
    expect(strays).toEqual([])
  })

  it('keeps files short enough to read: 400 lines at most', () => {
    const long = files.filter(
      (path) => !isTest(path) && readFileSync(join(ROOT, path), 'utf8').split('\n').length > 401,
    )
    expect(long).toEqual([])
  })
})
