// `npm run plan` as a program: the answer, its exit code, and refusals that a script can read.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, vi } from 'vitest'

// Each test starts the program.
vi.setConfig({ testTimeout: 120_000 })

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
const TEXT = readFileSync(join(CHECKOUT, 'plan.yaml'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'headroom-plan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function plan(...words: readonly string[]) {
  const program = fileURLToPath(new URL('./plan.ts', import.meta.url))
  const options = { encoding: 'utf8', cwd: CHECKOUT } as const
  return spawnSync(process.execPath, [program, ...words], options)
}

function planFile(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('npm run plan', () => {
  it('gives the answer first: the default plan is at risk, from when, and until when to decide', () => {
    const { status, stdout, stderr } = plan()
    expect({ status, stderr }).toEqual({ status: 5, stderr: '' })
    const [title, , verdict, chance, crossing, deadline] = stdout.split('\n')
    expect(title).toContain('64 tables')
    expect(verdict).toMatch(/^AT RISK {2}64 tables .* hold 3 years in the mid case, not the high\.$/)
    expect(chance).toMatch(/P\(any over the limit\) +0\.23/)
    expect(crossing).toMatch(/low never · mid never · high 2028-11/)
    expect(deadline).toMatch(/2028-04 {3}\(then 6 months to build/)
  })

  it('answers what if, for any number of tables: exit code 0 where it holds, 99 where it does not', () => {
    const holds = plan('--set', 'shards=128', '--json')
    expect(holds.status).toBe(0)
    expect(JSON.parse(holds.stdout)).toMatchObject({
      plan: { shards: 128 },
      forecast: { verdict: 'PASS', decideBy: null },
    })
    expect(JSON.parse(holds.stdout).rowsByTable).toHaveLength(128)
    const fails = plan('--set', 'orders.yearlyGrowth.mid=0.6')
    expect(fails.status).toBe(99)
    expect(fails.stdout).toMatch(/^FAIL {2}.* do not hold 3 years: full in 2028-09, mid case\.$/m)
    expect(plan('--set', 'shards=1').stdout).toMatch(/^FAIL {2}1 table of 50\sM rows does not hold 3 years: /m)
  })

  it('sweeps one field as a table, and as JSON; the worst point is the exit code', () => {
    const sweep = ['--sweep', 'orders.yearlyGrowth.mid=0.2..0.4/0.1']
    const table = plan(...sweep)
    expect(table.status).toBe(5)
    expect(table.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(table.stdout.split('\n').map((line) => line.split(/\s{2,}/).slice(0, 2))).toEqual([
      ['orders.yearlyGrowth.mid', '(low, mid, high: full in)'],
      ['', 'P(over)'],
      ['0.2', 'PASS'],
      ['0.3', 'PASS'],
      ['0.4', 'AT RISK'],
      [''],
    ])
    const { verdict, points } = JSON.parse(plan(...sweep, '--json').stdout)
    expect(verdict).toBe('AT RISK')
    expect(points.map(({ value }: { value: unknown }) => value)).toEqual([0.2, 0.3, 0.4])
    expect(points[2]).toMatchObject({ verdict: 'AT RISK', crossing: { high: '2028-11' }, decideBy: '2028-04' })
  })

  it('takes the file as a word, and shows a small plan in whole orders', () => {
    const small = TEXT.replace('{ low: 1.35e6, mid: 1.5e6, high: 1.65e6 }', '2').replace('50e6', '50')
    const { status, stdout } = plan(planFile('small.yaml', small))
    expect(status).toBe(99)
    expect(stdout).toMatch(/^2026-01 +\d\d +\d\d +\d\d /m)
    expect(stdout).not.toContain('million')
  })

  it.each([
    ['an alias without an anchor', 'headroom: 0.3', 'headroom: *nowhere'],
    ['a cycle', 'users:', 'users: &users\n  self: *users'],
    ['billion laughs', 'name: default', `name: default\na: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]`],
  ])('refuses %s with a line, as JSON too', (name, right, wrong) => {
    expect(TEXT).toContain(right)
    const file = planFile(`${name}.yaml`, TEXT.replace(right, wrong))
    const { status, stdout, stderr } = plan(file, '--json')
    expect(status).toBe(2)
    expect(JSON.parse(stdout).refusal).toMatchObject({
      exitCode: 2,
      why: expect.arrayContaining([expect.stringMatching(/^line \d+: the alias/)]),
    })
    expect(stderr).not.toContain('fault of ours')
  })

  it('refuses what it cannot change, with what was meant', () => {
    const { status, stderr } = plan('--set', 'orders.growth.mid=1', '--sweep', 'headrom=1..2')
    expect(status).toBe(2)
    expect(stderr.replace(/\s+/g, ' ')).toContain('did you mean orders.yearlyGrowth?')
    expect(stderr.replace(/\s+/g, ' ')).toContain('did you mean headroom?')
    expect(plan('a.yaml', '--plan', 'b.yaml').stderr).toContain('two plans are named')
  })
})
