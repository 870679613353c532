// What spoils a step, done to real processes. HEADROOM_PROVOCATIONS sets how often all of them are (10 is the full proof);
// without it only the quick ones are, once.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { PLAN, processesThatName, type TestRun, testLoad } from './fixtures/load.setup.ts'
import { type Answering, type OrderServer, SECRET, startOrderServer } from './fixtures/order-server.ts'
import type { LoadRequest } from './load-request.ts'
import { bundleFlow, ownFlowOf } from './own-flow.ts'
import { verdictOf } from './verdict.ts'

const TIMES = Number(process.env.HEADROOM_PROVOCATIONS ?? 0)
const TARGET_MS = 150
const HOLD_SECONDS = 12
const AFTER_LEAD_IN_MS = 5000

let server: OrderServer | undefined
let neighbours: readonly number[] = []

afterEach(async () => {
  for (const neighbour of neighbours) process.kill(neighbour, 'SIGKILL')
  neighbours = []
  await server?.close()
})

interface Provocation {
  readonly answering?: Answering
  readonly request?: Partial<LoadRequest>
  /** Within the first window of the hold, with its process of k6. */
  act?(k6: number): Promise<void>
}

async function provoked({ answering = {}, request = {}, act }: Provocation): Promise<TestRun> {
  server = await startOrderServer({ delayMs: () => 5, ...answering })
  const runDir = await mkdtemp(join(tmpdir(), 'headroom-provoked-'))
  let acting: Promise<void> | undefined
  const run = await testLoad(server, {
    runDir,
    // The server's process is this one: what it says of its backlog is asked for.
    target: { baseUrl: server.baseUrl, jwtSecret: SECRET, processes: [{ component: 'server', pid: process.pid }] },
    durationSeconds: HOLD_SECONDS,
    budgetSeconds: 120,
    onLive: ({ load }) => {
      if (act === undefined || load !== 'list' || acting !== undefined) return
      acting = pause(AFTER_LEAD_IN_MS).then(async () => {
        const [k6] = await processesThatName(runDir)
        if (k6 === undefined) throw new Error('k6 has ended before anything was provoked')
        await act(k6)
      })
    },
    ...request,
  })
  await acting
  return run
}

/** Other work, and none of ours: whoever started it has ended. Resolves to its process. */
async function startNeighbour(): Promise<number> {
  const loop = 'for (const endMs = Date.now() + 300_000; Date.now() < endMs; );'
  const shell = spawn('sh', ['-c', '"$0" -e "$1" > /dev/null & echo $!', process.execPath, loop], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [pid] = (await once(shell.stdout, 'data')) as [Buffer]
  return Number(pid)
}

/** And then asks the order system how it is. */
async function scriptThat(thinks: string): Promise<Partial<LoadRequest>> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-thinking-'))
  const script = join(folder, 'thinking.ts')
  const turn = `${thinks} http.get(__ENV.BASE_URL + '/healthz')`
  await writeFile(script, `import http from 'k6/http'\nexport default function () { ${turn} }\n`)
  const bundle = join(folder, 'thinking.js')
  await bundleFlow(ownFlowOf(script), bundle)
  const flows = { thinking: { p99Ms: TARGET_MS, errorRate: 0.01 } }
  return {
    loads: ['thinking'],
    own: { name: 'thinking', weights: { thinking: 1 }, script: bundle },
    plan: { ...PLAN, plan: { ...PLAN.plan, flows } },
  }
}

const codesOf = ({ measurements }: TestRun) =>
  measurements.steps.filter(({ kind }) => kind === 'measured').map(({ invalid }) => invalid.map(({ code }) => code))

describe.each(Array.from({ length: Math.max(1, TIMES) }, (_, i) => i + 1))('provoked, time %i', () => {
  it('k6 killed: generator-failed', async () => {
    const run = await provoked({ act: async (k6) => void process.kill(k6, 'SIGKILL') })
    expect(codesOf(run).flat()).toContain('generator-failed')
    expect(verdictOf(run.measurements)).toBe('INVALID')
  })

  it('k6 stopped for 600 ms: generator-late, and the same rate again', async () => {
    const run = await provoked({
      act: async (k6) => {
        process.kill(k6, 'SIGSTOP')
        await pause(600)
        process.kill(k6, 'SIGCONT')
      },
    })
    const [first, second] = codesOf(run)
    expect(first).toContain('generator-late')
    expect(second).toBeDefined()
    const rates = run.measurements.steps.filter(({ kind }) => kind === 'measured').map((step) => step.offeredPerSecond)
    expect(new Set(rates)).toEqual(new Set([100]))
  })

  it.runIf(TIMES > 0)(
    'other work on every core while the target is missed: machine-busy, three times, and no FAIL',
    async () => {
      const run = await provoked({
        answering: { delayMs: (nth) => (nth % 20 === 0 ? 2 * TARGET_MS : 5) },
        request: { engines: inject('engines') },
        act: async () => {
          neighbours = await Promise.all(Array.from({ length: availableParallelism() }, startNeighbour))
        },
      })
      const codes = codesOf(run)
      expect(codes.map((of) => of.includes('machine-busy'))).toEqual([true, true, true])
      expect(verdictOf(run.measurements)).toBe('INVALID')
    },
  )

  it.runIf(TIMES > 0)('answers that take longer and longer: not-steady', async () => {
    let grownSince = Number.POSITIVE_INFINITY
    const run = await provoked({
      answering: { delayMs: () => 5 + Math.max(0, performance.now() - grownSince) / 50 },
      act: async () => {
        grownSince = performance.now()
      },
    })
    expect(codesOf(run).flat()).toContain('not-steady')
  })

  it.runIf(TIMES > 0)('events that nobody takes away: not-steady', async () => {
    const began = performance.now()
    const run = await provoked({ answering: { lagSeconds: () => (performance.now() - began) / 1000 } })
    expect(codesOf(run).flat()).toContain('not-steady')
  })

  it.runIf(TIMES > 0)('answers that never come while users last: dropped-iterations', async () => {
    let delayMs = 5
    const run = await provoked({
      answering: { delayMs: () => delayMs },
      act: async () => {
        delayMs = 4000
      },
    })
    expect(codesOf(run).flat()).toContain('dropped-iterations')
  })

  it('a window in which k6’s CPU is read once at most: generator-unobserved, three times, and no FAIL', async () => {
    const run = await provoked({ request: { durationSeconds: 0.9 } })
    expect(codesOf(run).map((codes) => codes.includes('generator-unobserved'))).toEqual([true, true, true])
    expect(verdictOf(run.measurements)).toBe('INVALID')
  })

  it.runIf(TIMES > 0)('a script that thinks on every core before it asks: generator-saturated', async () => {
    // Twice as many turns a second as the cores have times to think in it.
    const thinking = 'for (const endMs = Date.now() + 40; Date.now() < endMs; );'
    const run = await provoked({
      request: { ...(await scriptThat(thinking)), ratePerSecond: 50 * availableParallelism() },
    })
    const codes = codesOf(run)
    expect(codes.map((of) => of.includes('generator-saturated'))).toEqual(codes.map(() => true))
    expect(verdictOf(run.measurements)).toBe('INVALID')
  })

  it.runIf(TIMES > 0)(
    'answers that come sooner and sooner, too late at first: not-warmed-up, and no FAIL',
    async () => {
      let fastSince = Number.POSITIVE_INFINITY
      const run = await provoked({
        answering: { delayMs: () => Math.max(5, 2.5 * TARGET_MS - Math.max(0, performance.now() - fastSince) / 20) },
        act: async () => {
          fastSince = performance.now()
        },
      })
      expect(codesOf(run).flat()).toContain('not-warmed-up')
      expect(verdictOf(run.measurements)).toBe('INVALID')
    },
  )

  it.runIf(TIMES > 0)('answers that take longer than anybody waits: rate-not-achieved', async () => {
    let delayMs = 5
    const run = await provoked({
      answering: { delayMs: () => delayMs },
      // So few that there are users for all of them: what is not achieved was sent all the same.
      request: { ratePerSecond: 2, arrivals: 'even' },
      act: async () => {
        delayMs = 3000
      },
    })
    expect(codesOf(run).flat()).toContain('rate-not-achieved')
    expect(codesOf(run).flat()).not.toContain('dropped-iterations')
  })

  it('another system at the end than at the beginning: target-changed', async () => {
    let topology: 'one-process' | 'process-per-service' = 'one-process'
    const run = await provoked({
      answering: { topology: () => topology },
      request: { durationSeconds: 8 },
      act: async () => {
        topology = 'process-per-service'
      },
    })
    expect(run.measurements.invalid.map(({ code }) => code)).toContain('target-changed')
    expect(verdictOf(run.measurements)).toBe('INVALID')
  })
})

/** Only by hand, on a machine with nothing else to do: elsewhere the answer is rightly another. */
describe.runIf(TIMES > 0)('undisturbed', () => {
  it.each(Array.from({ length: TIMES }, (_, i) => i + 1))('hold %i is not INVALID', async () => {
    const run = await provoked({ request: { durationSeconds: 30 } })
    expect(codesOf(run)).toEqual([[]])
    expect(verdictOf(run.measurements)).toBe('PASS')
  })
})
