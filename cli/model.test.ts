// The contract of `npm run model` with the outside: exit codes, mistakes, refusals, bytes, and no number that is none.

import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { ModelOp } from './model/op.ts'
import { OPS } from './model/ops.ts'
import { renderPage } from './model/page.ts'
import { renderAnswer } from './model/render.ts'

// Each op is asked hundreds of times, some by starting the program.
vi.setConfig({ testTimeout: 120_000 })

const OP_NAMES = Object.keys(OPS)

async function load(name: string): Promise<ModelOp> {
  const listed = OPS[name]
  if (listed === undefined) throw new Error(`no op ${name}`)
  return (await listed.load()).op
}

function model(args: readonly string[], input: string, node: readonly string[] = []) {
  const program = fileURLToPath(new URL('./model.ts', import.meta.url))
  return spawnSync(process.execPath, [...node, program, ...args], { input, encoding: 'utf8' })
}

describe('as a program', () => {
  const question = { servers: 4, serviceSeconds: 0.01, arrivalRates: [360, 400], targets: [] }

  test('an answer: one JSON object, nothing else, exit 0, the same bytes again', () => {
    const first = model(['mmc'], JSON.stringify(question))
    expect(first).toMatchObject({ status: 0, stderr: '' })
    const answer = JSON.parse(first.stdout)
    expect(answer.results[0].p99Seconds).toBeCloseTo(0.12193, 5)
    expect(answer.results[1]).toMatchObject({ arrivalRate: 400, refused: { reason: 'unstable' } })
    expect(model(['mmc'], JSON.stringify(question)).stdout).toBe(first.stdout)
  })

  test('a refusal of the whole question is an answer too', () => {
    const { status, stdout } = model(['usl'], '{"points":[{"concurrency":1,"throughput":2}]}')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ refused: { reason: 'too-few-points' } })
  })

  test('input of another shape: exit 2, every mistake, nothing on stdout, no stack trace', () => {
    const { status, stdout, stderr } = model(
      ['mmc'],
      '{"servers":0,"serviceSeconds":"x","arrivalRates":[-1],"colour":1}',
    )
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    for (const mistake of [
      'servers: must be',
      'serviceSeconds: must be',
      'arrivalRates[0]: must be',
      'colour: unknown field',
    ]) {
      expect(stderr).toContain(mistake)
    }
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test.each([
    [['mmc'], 'not json', 'not JSON'],
    [['mmc'], '', 'empty'],
    [['mmc'], '[1]', 'must be an object'],
    [['nonsense'], '{}', "no op 'nonsense'"],
    [['mmc', 'mva'], '{}', 'one op at a time'],
    [[], '', 'name an op'],
  ])('%j with %j is wrong usage', (args, input, message) => {
    const { status, stdout, stderr } = model(args, input)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('JSON nested deeper than the stack: named by place, one line, no stack trace', () => {
    const nested = `{"zipf":${'['.repeat(5000)}${']'.repeat(5000)},"pages":9,"poolPages":1}`
    const { status, stdout, stderr } = model(['cache'], nested)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('zipf: must be a number at least 0 and at most 10, not a list of 1\n')
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('a fault of ours: one line on stderr, exit 1, no stack trace', () => {
    const broken = 'Number.prototype.toPrecision = () => { throw new RangeError("Invalid string length") }'
    const node = ['--import', `data:text/javascript,${encodeURIComponent(broken)}`]
    const { status, stdout, stderr } = model(['mmc'], JSON.stringify(question), node)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toBe('model: could not answer: Invalid string length\n')
    const asked = model(['mmc', '--json'], JSON.stringify(question), node)
    expect(JSON.parse(asked.stdout)).toEqual({ fault: { what: 'RangeError: Invalid string length', exitCode: 1 } })
  })

  test('input that cannot be read is a mistake too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-model-'))
    const input = openSync(join(folder, 'written-only'), 'w')
    const program = fileURLToPath(new URL('./model.ts', import.meta.url))
    const { status, stderr } = spawnSync(process.execPath, [program, 'usl'], {
      stdio: [input, 'pipe', 'pipe'],
      encoding: 'utf8',
    })
    closeSync(input)
    rmSync(folder, { recursive: true })
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('stdin: cannot be read: EBADF') })
  })

  describe('with --json', () => {
    test('an answer is the same bytes', () => {
      const input = JSON.stringify(question)
      expect(model(['mmc', '--json'], input)).toMatchObject({ status: 0, stdout: model(['mmc'], input).stdout })
    })

    test.each([
      [
        ['mmc', '--json'],
        '{"servers":0,"serviceSeconds":1}',
        2,
        { refusal: { why: [expect.stringContaining('servers: must be')] } },
      ],
      [['--json', 'nonsense'], '{}', 2, { refusal: { why: ["there is no op 'nonsense'"], exitCode: 2 } }],
      [['--json'], '', 2, { refusal: { why: [expect.stringContaining('name an op: usl, ')] } }],
    ])('%j with %j: mistakes are one JSON document', (args, input, code, document) => {
      const { status, stdout, stderr } = model(args, input)
      expect({ status, document: JSON.parse(stdout) }).toMatchObject({ status: code, document })
      expect(stderr).toMatch(/^model: /)
    })
  })

  test('help teaches: every op by name, and one worked example each', () => {
    const { status, stdout } = model(['--help'], '')
    expect(status).toBe(0)
    for (const name of OP_NAMES) expect(stdout).toContain(`  ${name} `)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(model(['mmc', '--help'], '').stdout).toMatch(/in mmc\.json[\s\S]+the answer is[\s\S]+"p99Seconds"/)
  })

  test.each(OP_NAMES)('the help of %s keeps to 80 columns, its JSON apart', async (name) => {
    const page = renderPage(name, OPS[name]?.summary ?? '', await load(name))
    const prose = page.replace(/^```json\n[\s\S]*?^```$/gm, '')
    expect(prose.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})

test.each(OP_NAMES)(
  'docs/model/%s.md holds what the program answers, to the byte (vitest -u writes it)',
  async (name) => {
    const page = renderPage(name, OPS[name]?.summary ?? '', await load(name))
    await expect(page).toMatchFileSnapshot(`../docs/model/${name}.md`)
  },
)

describe('what would take more than a second is not of the shape', () => {
  const many = (length: number, value: unknown = 1) => Array.from({ length }, () => value)
  const named = (length: number) => Array.from({ length }, (_, i) => ({ name: `r${i}`, seconds: 1, busyFraction: 0.5 }))
  const demands = named(1000).map(({ name, seconds }) => ({ name, seconds }))
  const resources = named(1000).map(({ name, busyFraction }) => ({ name, busyFraction }))
  const target = { statistic: 'p99', seconds: 1 }
  const station = { servers: 100_000, serviceSeconds: 1 }
  const users = { users: 1e6, shards: 16_384, meanRowsPerUser: 1, cvRowsPerUser: 1 }
  test.each([
    ['usl', { points: many(1001, { concurrency: 1, throughput: 1 }) }, 'points: must be a list of 0 to 1000 items'],
    ['mva', { demands, populations: many(10_000) }, 'demands × populations must be at most 50000'],
    ['mmc', { ...station, arrivalRates: many(1000), targets: many(20, target) }, 'must be at most 50000000'],
    ['quantile', { samples: many(200_001), percentile: 99 }, 'samples: must be a list of 0 to 200000 items'],
    ['demand', { seconds: 1, completions: 1, resources, loadFactors: many(1000) }, 'must be at most 100000'],
    ['shards', { ...users, limits: many(100) }, 'shards × limits must be at most 50000'],
    [
      'latency',
      {
        segments: many(10_000, { count: 1, seconds: 1 }),
        expectedIntervalSeconds: 1,
        mode: 'open',
        percentiles: many(9),
      },
      'segments × percentiles must be at most 20000',
    ],
  ])('%s', async (name, input, message) => {
    const result = (await load(name)).run(input)
    expect(result).toEqual({ mistakes: [expect.stringContaining(message)] })
  })
})

test('a mistake names the bounds that really hold', async () => {
  const op = await load('mmc')
  expect(op.run({ servers: 1, serviceSeconds: 1e-13 })).toEqual({
    mistakes: ['serviceSeconds: must be a number at least 1e-12 and at most 1000000000000000, not 1e-13'],
  })
  expect((await load('table')).run({ columns: [{ name: 'a', type: 'int' }], rows: 1e16 })).toEqual({
    mistakes: [expect.stringContaining('rows: must be a whole number at least 0 and at most 1000000000000000,')],
  })
})

test('full-tables: a rate that was not found is null; mistakes between fields by name', async () => {
  const op = await load('full-tables')
  const { rungsBelow, at } = op.example as { readonly rungsBelow: readonly object[]; readonly at: object }
  const unsearched = rungsBelow.map((rung) => ({ ...rung, highestRate: null }))
  expect(op.run({ rungsBelow: unsearched, at })).toMatchObject({ answer: { ratePerSecond: null } })
  const [first] = rungsBelow
  const wrong = {
    ...first,
    flow: 'list',
    mysqlCpuMsPerRequest: 9,
    highestRate: { ratePerSecond: 5, low: 9, high: null },
  }
  const half = { ...at, activity: [{ shareOfUsers: 1, shareOfOrders: 0.5 }] }
  expect(op.run({ rungsBelow: [first, wrong], at: half })).toEqual({
    mistakes: [
      expect.stringContaining('rungsBelow[1].flow'),
      expect.stringContaining('rungsBelow[1].mysqlCpuMsPerRequest'),
      expect.stringContaining('rungsBelow[1].highestRate'),
      expect.stringContaining('at.activity: shareOfOrders must sum to 1, not 0.5'),
    ],
  })
})

test('the ops are those of the contract', () => {
  const contract =
    'usl usl-eval mva mmc demand table cache shards forecast quantile latency search steady elastic full-tables'
  expect(OP_NAMES.join(' ')).toBe(contract)
})

test('every file with an op is listed', () => {
  const frame = ['op', 'ops', 'page', 'render', 'shape', 'shared-fields']
  const files = readdirSync(new URL('./model', import.meta.url)).map((file) => file.replace(/\.ts$/, ''))
  expect(files.filter((file) => !frame.includes(file)).sort()).toEqual([...OP_NAMES].sort())
})

test('a number that is none never leaves: the whole answer is refused instead', () => {
  expect(JSON.parse(renderAnswer({ a: [{ rate: Number.NaN }] }))).toMatchObject({
    refused: { reason: 'out-of-range', message: expect.stringContaining('a.0.rate') },
  })
})

/** What may be below zero: differences, correlations, the ends of an interval of such, and what the caller gave. */
const MAY_BE_NEGATIVE =
  /(bias|difference|deltaAicc|lag1Autocorrelation|\b(alpha|beta)\.interval\.\w+|^(mean|value|interval\.\w+))$/

function negativePaths(value: unknown, path: string): readonly string[] {
  if (typeof value === 'number') return value < 0 && !MAY_BE_NEGATIVE.test(path) ? [`${path} = ${value}`] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) => negativePaths(entry, path === '' ? key : `${path}.${key}`))
}

type Change = (value: unknown, path: string) => unknown

function changeLeaves(value: unknown, change: Change, path = ''): unknown {
  if (Array.isArray(value)) return value.map((entry, i) => changeLeaves(entry, change, `${path}[${i}]`))
  if (typeof value !== 'object' || value === null) return change(value, path)
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, changeLeaves(entry, change, `${path}.${key}`)]),
  )
}

const QUESTIONS: Readonly<Record<string, readonly object[]>> = {
  forecast: [
    { totalMedian: 2.4e9, sigma: 0.2, shards: 64, cvTable: 0.05, limit: 50e6 },
    { totalRows: 3.2e9, years: 3, yearlyGrowth: 0.5 },
  ],
  quantile: [
    { samples: Array.from({ length: 400 }, (_, i) => i / 7), percentile: 95, confidence: 0.95 },
    { count: 10_000, percentile: 99, confidence: 0.95 },
    { a: [1, 2, 3.5], b: [4, 5, 9] },
  ],
  shards: [
    {
      users: 1e5,
      shards: 64,
      meanRowsPerUser: 50,
      cvRowsPerUser: 12,
      hashedIds: true,
      limits: [1e5],
      heavyKeys: [{ share: 0.02 }],
    },
  ],
  mva: [
    {
      demands: [
        { name: 'a', seconds: 0.5, servers: 3 },
        { name: 'b', seconds: 0.2, servers: 1 },
      ],
      thinkSeconds: 1,
      populations: [9, 40],
    },
  ],
  cache: [{ zipf: 0.8, pages: 10_000, poolPages: 1000, twin: { pages: 100, poolPages: 10 } }],
}

const numbers = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.double({ min: -14, max: 14, noNaN: true }).map((power) => (x: number) => x * 10 ** power),
  },
  { weight: 4, arbitrary: fc.double({ min: 0.3, max: 3, noNaN: true }).map((factor) => (x: number) => x * factor) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 40 }).map((power) => (x: number) => Math.ceil(x * 1.5 ** power)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      () => 0,
      () => 1,
      () => -1,
      () => 1e15,
      () => 1e-12,
      () => 1e300,
      () => -1e300,
    ),
  },
)

describe.each(OP_NAMES)('fuzz %s', (name) => {
  test('numbers of any size: an answer without NaN, Infinity or negative capacity, or mistakes by name', async () => {
    const op = await load(name)
    const questions = [op.example, ...(QUESTIONS[name] ?? [])]
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        fc.constantFrom(...questions),
        fc.infiniteStream(fc.tuple(numbers, share)),
        share,
        (question, stream, often) => {
          const input = changeLeaves(question, (leaf) => {
            const [change, chance] = stream.next().value
            return typeof leaf === 'number' && chance < often * often ? change(leaf) : leaf
          })
          const result = op.run(input)
          if ('mistakes' in result) {
            expect(result.mistakes.length).toBeGreaterThan(0)
            return
          }
          const answer = JSON.parse(renderAnswer(result.answer))
          expect(answer.refused?.reason).not.toBe('out-of-range')
          expect(negativePaths(answer, '')).toEqual([])
          expect(renderAnswer(op.run(input) as object)).toBe(renderAnswer(result))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('anything at any place: mistakes that name the place, never an exception', async () => {
    const op = await load(name)
    const questions = [op.example, ...(QUESTIONS[name] ?? [])]
    fc.assert(
      fc.property(fc.constantFrom(...questions), fc.nat(), fc.jsonValue(), (question, at, replacement) => {
        const paths: string[] = []
        changeLeaves(question, (_, path) => paths.push(path))
        const chosen = paths[at % paths.length]
        const input = changeLeaves(question, (leaf, path) => (path === chosen ? replacement : leaf))
        const result = op.run(input)
        if ('answer' in result) expect(JSON.parse(renderAnswer(result.answer))).toBeTypeOf('object')
      }),
      { numRuns: 60 },
    )
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const result = op.run(input)
        if ('mistakes' in result) expect(result.mistakes.length).toBeGreaterThan(0)
      }),
    )
  })
})
