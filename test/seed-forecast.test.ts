// `npm run seed -- --dry-run` as a user of a machine without any engine runs it.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { type CheckoutCopy, copyCheckout } from './checkout-copy.ts'

let copy: CheckoutCopy
beforeAll(() => {
  copy = copyCheckout()
})
afterAll(() => copy.remove())

const LIMIT_MS = 60_000

function forecast(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const args = ['cli/seed.ts', '--dry-run', '--json', ...words]
  const ran = spawnSync(process.execPath, args, {
    cwd: copy.folder,
    encoding: 'utf8',
    // Nothing to find: neither engines nor what would fetch them.
    env: { PATH: '/nonexistent', HEADROOM_ENGINES: 'local', ...env },
    timeout: LIMIT_MS,
  })
  return { status: ran.status, said: ran.stderr, report: JSON.parse(ran.stdout) }
}

it.each<[string, readonly string[]]>([
  ['MySQL', []],
  ['MySQL, the whole plan', ['--scale', '1']],
  ['MySQL, a full shard', ['--scale', '0.001', '--full-shard', '7']],
  ['MySQL, a part', ['--scale', '1', '--shards', '0-15']],
  ['the monolith', ['--legacy', '--scale', '0.01']],
  ['files', ['--sink', 'tsv', '--scale', '1']],
  ['files into a folder', ['--sink', 'ndjson', '--scale', '1', '--out', 'rows']],
])('%s: told by formula; nothing is fetched, started or written', { timeout: LIMIT_MS }, (_what, words) => {
  const { status, report, said } = forecast(words)
  expect([status, report.outcome, report.rowsWritten], said).toEqual([EXIT_CODES.pass, 'dry-run', 0])
  expect(report.itemCounts).toBe('expected')
  expect(report.wouldBeRefused).toEqual(expect.any(Array))
  expect(report.dataset.rows.order_items / report.dataset.rows.orders).toBeCloseTo(2.02, 1)
  expect(readdirSync(join(copy.folder, '.headroom'))).toEqual(['cache'])
  expect(existsSync(join(copy.folder, 'rows'))).toBe(false)
})

it('counts few orders exactly', { timeout: LIMIT_MS }, () => {
  expect(forecast(['--scale', '0.00001']).report.itemCounts).toBe('exact')
})

it('says that it did not look, and why', { timeout: LIMIT_MS }, () => {
  expect(forecast([]).report.notLooked).toContain('npm run up')
  expect(forecast(['--legacy']).report.notLooked).toContain("the monolith's database")
  const gone = forecast([], { HEADROOM_MYSQL_URL: 'mysql://u:p@127.0.0.1:1/headroom' })
  expect(gone.status).toBe(EXIT_CODES.pass)
  expect(gone.report.notLooked).toContain('ECONNREFUSED')
  expect(gone.said).toContain('HEADROOM_ELASTICSEARCH_URL is not')
})

it.each<[string, string, readonly string[]]>([
  ['HEADROOM_MYSQL_URL', 'not-a-url', []],
  ['HEADROOM_MYSQL_URL', 'mysqlx://u:p@127.0.0.1:1/headroom', []],
  ['HEADROOM_ELASTICSEARCH_URL', 'not-a-url', []],
  ['HEADROOM_MYSQL_URL', 'not-a-url', ['--legacy']],
  ['HEADROOM_LEGACY_MYSQL_URL', 'not-a-url', ['--legacy']],
])('refuses %s=%s with %j', { timeout: LIMIT_MS }, (variable, address, words) => {
  const { status, report } = forecast(words, { [variable]: address })
  expect(status).toBe(EXIT_CODES.usage)
  expect(report.refusal.what).toContain(variable)
})

it.each(['plan.yaml', 'plan.yaml/rows'])('refuses --out %s: that is a file', { timeout: LIMIT_MS }, (out) => {
  const { status, report } = forecast(['--sink', 'tsv', '--scale', '0.001', '--out', out])
  expect(status).toBe(EXIT_CODES.usage)
  expect(report.refusal.what).toContain('plan.yaml is a file')
})
