// A load that two runs offered together, as two machines would, and what becomes of their evidence.

import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Measurements } from '../contracts/measurement.ts'
import { Refusal } from '../contracts/refusal.ts'
import { parseSchedule } from '../contracts/schedule.ts'
import { dueTimesOf } from '../contracts/workload.ts'
import { onDisk, PLAN, type TestRun, testLoad } from './fixtures/load.setup.ts'
import { type OrderServer, startOrderServer } from './fixtures/order-server.ts'
import { readJournal } from './journal.ts'
import { mergeShares } from './merge-shares.ts'
import { bundleFlow, ownFlowOf, scriptHash } from './own-flow.ts'
import { readShareRun } from './share-run.ts'
import { verdictOf } from './verdict.ts'

const WORKLOAD = 'joint-0123456789abcdef'
let server: OrderServer
let runs: readonly TestRun[]

beforeAll(async () => {
  server = await startOrderServer({ delayMs: () => 3 })
  const startAtMs = Date.now() + 30_000
  runs = await Promise.all(
    [0, 1].map(async (index) => {
      const runDir = join(await mkdtemp(join(tmpdir(), 'headroom-share-')), 'same-name')
      const generators = { shares: [{ index, of: 2 }], joint: { startAtMs, workloadId: WORKLOAD } }
      return await testLoad(server, { runDir, loads: ['checkout'], profile: 'smoke', durationSeconds: 8, generators })
    }),
  )
})

afterAll(async () => {
  await server.close()
})

async function merged(folders: readonly string[]): Promise<TestRun> {
  const runDir = join(await mkdtemp(join(tmpdir(), 'headroom-merged-')), 'merged')
  const shares = await Promise.all(folders.map(readShareRun))
  return { runDir, measurements: await mergeShares({ shares, runDir, command: 'a test' }) }
}

const refusalOf = async (folders: readonly string[]) => {
  const error = await merged(folders).then(
    () => null,
    (error: unknown) => error,
  )
  return error instanceof Refusal ? [error.exitCode, error.why.join('; ')] : error
}

/** A copy of a run that says something else of itself. */
async function altered({ runDir }: TestRun, change: (measurements: Measurements) => Measurements): Promise<string> {
  const copy = join(await mkdtemp(join(tmpdir(), 'headroom-altered-')), 'altered')
  await cp(runDir, copy, { recursive: true })
  await writeFile(join(copy, 'measurements.json'), JSON.stringify(change(await onDisk(runDir))))
  return copy
}

const withShare = (change: Partial<NonNullable<Measurements['share']>>) => (measurements: Measurements) => ({
  ...measurements,
  share: { ...measurements.share!, ...change },
})

describe('a share of a load', () => {
  it('proves nothing alone', () => {
    for (const { measurements } of runs) {
      expect(measurements.invalid.map(({ code }) => code)).toEqual(['one-share'])
      expect(verdictOf(measurements)).toBe('INVALID')
      expect(measurements.share?.clock?.uncertaintyMs).toBeGreaterThan(0)
      const measured = measurements.steps.filter(({ kind }) => kind === 'measured')
      expect(measured.map(({ offeredPerSecond }) => offeredPerSecond)).toEqual([50])
    }
  })
})

describe('merging', () => {
  it('gives the load of one generator, request by request, judged anew', async () => {
    const { runDir, measurements } = await merged(runs.map((run) => run.runDir))
    const step = measurements.steps.find(({ kind }) => kind === 'measured')
    const { entries, startedAtMs } = await readJournal(join(runDir, step?.journal ?? ''))
    const schedule = runs[0]?.measurements.share?.schedule ?? ''
    const due = dueTimesOf(parseSchedule(schedule) ?? [], 'poisson', WORKLOAD)
    expect(entries.map(({ dueMs }) => dueMs)).toEqual(due.map((ms) => Math.round(ms * 1000) / 1000))
    expect(entries.map(({ iteration }) => iteration)).toEqual(due.map((_, i) => i))
    expect(startedAtMs).toBe(Date.parse(runs[0]?.measurements.share?.startAt ?? ''))
    expect(entries.map(({ idempotencyKey }) => idempotencyKey)).toEqual(due.map((_, i) => `${WORKLOAD}-${i}`))
    expect(server.breaches).toEqual([])
    expect(step).toMatchObject({ offeredPerSecond: 100, flows: { checkout: { errors: 0 } } })
    expect(step?.generators.map(({ share }) => share)).toEqual(['1/2', '2/2'])
    expect(step?.flows.checkout?.iterations).toBe(
      entries.filter(({ dueMs }) => dueMs >= (step?.fromMs ?? 0) && dueMs < (step?.toMs ?? 0)).length,
    )
    expect(measurements.share).toBeUndefined()
    expect(measurements.conditions.generatorPlace).toMatch(/2 generators .* at most [0-9]+ ms apart/)
    expect(JSON.parse(await readFile(join(runDir, 'measurements.json'), 'utf8'))).toEqual(measurements)
    expect((await merged(runs.map((run) => run.runDir).reverse())).measurements.steps).toEqual(measurements.steps)
  })

  it('refuses a share that is missing, there twice, foreign, or not a share', async () => {
    const [first, second] = runs as [TestRun, TestRun]
    expect(await refusalOf([first.runDir])).toEqual([2, 'share 2/2 is missing'])
    expect(await refusalOf([first.runDir, second.runDir, second.runDir])).toEqual([
      2,
      'share 2/2 is there more than once: same-name, same-name',
    ])
    const other = await altered(second, withShare({ workloadId: 'joint-of-others' }))
    expect(await refusalOf([first.runDir, other])).toEqual([
      2,
      `altered has another workload than same-name: joint-of-others, not ${WORKLOAD}`,
    ])
    const relabelled = await altered(first, withShare({ share: '2/2' }))
    expect(await refusalOf([first.runDir, relabelled])).toEqual([
      2,
      expect.stringMatching(/holds [0-9]+ requests of another share/),
    ])
    const whole = await altered(first, ({ share: _, ...rest }) => rest)
    expect(await refusalOf([whole, second.runDir])).toEqual([2, 'it offered a whole load, not a share of one'])
  })

  it('refuses clocks that are too far apart, and says how far they are', async () => {
    const [first, second] = runs as [TestRun, TestRun]
    const off = await altered(second, withShare({ clock: { offsetMs: 90_000, uncertaintyMs: 10 } }))
    expect(await refusalOf([first.runDir, off])).toEqual([2, expect.stringMatching(/clocks are [0-9]+ ms apart/)])
    const unknown = await altered(second, withShare({ clock: null }))
    expect((await merged([first.runDir, unknown])).measurements.conditions.generatorPlace).toMatch(/apart is unknown/)
  })

  it('carries over what went wrong on one machine, and names it', async () => {
    const [first, second] = runs as [TestRun, TestRun]
    const failed = await altered(second, (measurements) => ({
      ...measurements,
      steps: measurements.steps.map((step) =>
        step.kind === 'measured' ? { ...step, invalid: [{ code: 'generator-failed', evidence: 'k6 x' }] } : step,
      ),
    }))
    const { measurements } = await merged([first.runDir, failed])
    expect(measurements.steps[0]?.invalid[0]).toEqual({ code: 'generator-failed', evidence: 'generator 2 of 2: k6 x' })
    expect(verdictOf(measurements)).toBe('INVALID')
  })
})

describe('shares of a script of one’s own', () => {
  it('become one run of a server that holds no data of ours', async () => {
    let requests = 0
    const plain = createServer((_, response) => {
      requests += 1
      response.end('{}')
    })
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    const baseUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`
    const folder = await mkdtemp(join(tmpdir(), 'headroom-own-share-'))
    const file = join(folder, 'mine.ts')
    await writeFile(file, "import http from 'k6/http'\nexport default function () { http.get(__ENV.BASE_URL) }\n")
    const flow = ownFlowOf(file)
    const joint = { startAtMs: Date.now() + 30_000, workloadId: WORKLOAD, scriptHash: await scriptHash(flow) }
    const own = await Promise.all(
      [0, 1].map(async (index) => {
        const runDir = join(folder, `share-${index + 1}`)
        const script = join(runDir, 'flows', 'mine.js')
        await bundleFlow(flow, script)
        return await testLoad(
          { baseUrl },
          {
            runDir,
            loads: ['mine'],
            own: { name: 'mine', weights: { mine: 1 }, script },
            target: { baseUrl, kind: 'http', jwtSecret: '', processes: [] },
            plan: { ...PLAN, plan: { ...PLAN.plan, flows: { mine: { p99Ms: 500, errorRate: 0.01 } } } },
            profile: 'smoke',
            durationSeconds: 8,
            generators: { shares: [{ index, of: 2 }], joint },
          },
        )
      }),
    )
    plain.closeAllConnections()
    plain.close()
    const { runDir, measurements } = await merged(own.map((run) => run.runDir))
    const step = measurements.steps.find(({ kind }) => kind === 'measured')
    const { entries } = await readJournal(join(runDir, step?.journal ?? ''))
    expect(entries.map(({ iteration }) => iteration)).toEqual(entries.map((_, i) => i))
    expect(entries.every(({ outcome }) => outcome === 'ok')).toBe(true)
    expect(requests).toBeGreaterThan(entries.length)
    expect(step).toMatchObject({ offeredPerSecond: 100, flows: { mine: { errors: 0 } } })
    expect(measurements).toMatchObject({ datasetFingerprint: null, conditions: { targetKind: 'http' } })
    expect(measurements.invalid).toEqual([])
  })
})
