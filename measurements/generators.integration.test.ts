// Several processes of the real k6 that offer one load together.

import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { allShares } from '../contracts/share.ts'
import { cutStep } from './cut-step.ts'
import { type Drive, type DriveRequest, drive } from './drive.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { PLAN } from './fixtures/load.setup.ts'
import { type Answering, type OrderServer, SECRET, startOrderServer } from './fixtures/order-server.ts'
import { readJournal } from './journal.ts'
import { loadOf } from './load.ts'
import { Observer } from './observer.ts'

let server: OrderServer
let observer: Observer | undefined
let runDir: string
let pids: number[]

afterEach(async () => {
  await observer?.stop()
  await server.close()
})

interface Offer extends Partial<DriveRequest> {
  readonly generators: number
  readonly answering?: Answering
  readonly loadName?: string
  readonly signal?: AbortSignal
}

async function offer({ generators, answering = {}, loadName = 'list', signal, ...changes }: Offer): Promise<Drive> {
  server = await startOrderServer(answering)
  runDir = await mkdtemp(join(tmpdir(), 'headroom-generators-'))
  const dataset = datasetFixture()
  await writeFile(join(runDir, 'dataset.json'), JSON.stringify(dataset))
  const target = { baseUrl: server.baseUrl, jwtSecret: SECRET, processes: [] }
  observer = await Observer.begin({ target, engines: null, cores: 2, onFault: () => {} })
  pids = []
  observer.watchGenerator = (pid) => void pids.push(pid)
  const schedule = [
    { ratePerSecond: 40, seconds: 2 },
    { ratePerSecond: 200, seconds: 2 },
  ]
  const request = {
    load: loadOf(loadName, PLAN.plan),
    index: 0,
    arrivals: 'poisson',
    schedule,
    virtualUsers: 101,
  } as const
  return await drive(
    { ...request, ...changes },
    {
      runDir,
      runId: 'the-same-run',
      target,
      plan: PLAN,
      dataset,
      k6Program: inject('engines').k6.path,
      observer,
      arrivals: 'poisson',
      generators: { shares: allShares(generators), joint: null },
      signal: signal ?? new AbortController().signal,
    },
  )
}

const offered = ({ entries }: Drive) =>
  entries
    .map(({ iteration, flow, dueMs, idempotencyKey, outcome }) => ({ iteration, flow, dueMs, idempotencyKey, outcome }))
    .sort((a, b) => a.iteration - b.iteration)

describe('several generators', () => {
  it('offer together, request by request, what one offers alone', async () => {
    const { pay, cancel, ...weights } = loadOf('mix', PLAN.plan).weights
    const load = { name: 'mix', weights }
    const alone = await offer({ generators: 1, load })
    const keys = [...server.placed.keys()].sort()
    await observer?.stop()
    await server.close()
    const together = await offer({ generators: 3, load })
    expect(offered(together)).toEqual(offered(alone))
    expect(offered(together)).toHaveLength(480)
    expect([...server.placed.keys()].sort()).toEqual(keys)
    expect(server.breaches).toEqual([])
    expect(together.dueTimesMs).toEqual(alone.dueTimesMs)
  })

  it('offer the same moments where users settle what they placed: who placed an order, settles it', async () => {
    const alone = await offer({ generators: 1, loadName: 'mix' })
    await observer?.stop()
    await server.close()
    const together = await offer({ generators: 3, loadName: 'mix' })
    expect(together.dueTimesMs).toEqual(alone.dueTimesMs)
    expect(offered(together).map(({ iteration }) => iteration)).toEqual(
      offered(alone).map(({ iteration }) => iteration),
    )
    expect(offered(together).filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    expect(offered(together).some(({ flow }) => flow === 'pay')).toBe(true)
    expect(server.breaches).toEqual([])
  })

  it('leave one journal, in the order the requests were due, and begin at one moment', async () => {
    const { entries, ends, journalFile } = await offer({ generators: 2 })
    expect(entries.map(({ dueMs }) => dueMs)).toEqual(entries.map(({ dueMs }) => dueMs).toSorted((a, b) => a - b))
    expect(
      ends.map(({ journaledIterations, exitCode }) => [journaledIterations, exitCode === 0 || exitCode === 99]),
    ).toEqual([
      [240, true],
      [240, true],
    ])
    const files = await readdir(join(runDir, journalFile, '..'))
    expect(files.filter((name) => name.startsWith('journal'))).toEqual(['journal.tsv.gz'])
    expect(files).toEqual(expect.arrayContaining(['k6-1.log', 'k6-2.log', 'k6-summary-1.json', 'k6-summary-2.json']))
  })

  it('are judged each by itself: one that stood still makes the step INVALID, and is named', async () => {
    const offering = offer({ generators: 2, schedule: [{ ratePerSecond: 100, seconds: 8 }] })
    const start = async () => {
      while ((pids?.length ?? 0) < 2) await new Promise((resolve) => setTimeout(resolve, 50))
      // Long enough to be in the middle of the load, however slow the start.
      await new Promise((resolve) => setTimeout(resolve, 4500))
      process.kill(pids[1]!, 'SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, 500))
      process.kill(pids[1]!, 'SIGCONT')
    }
    const [made] = await Promise.all([offering, start()])
    const step = cutStep(made, { kind: 'measured', index: 0, fromMs: 0, toMs: 8000 }, PLAN, observer!)
    const late = step.invalid.find(({ code }) => code === 'generator-late')
    expect(late?.evidence).toMatch(/^generator 2 of 2 itself delayed/)
    expect(step.generators.map(({ share, iterations }) => [share, iterations > 350])).toEqual([
      ['1/2', true],
      ['2/2', true],
    ])
    expect(step.judgement.outcome).toBe('invalid')
  })

  it('are not waited for when one cannot begin', async () => {
    const broken = { ...loadOf('list', PLAN.plan), name: 'no-such-script', weights: { list: 1, detail: 1 } }
    const { ends, entries } = await offer({ generators: 2, load: broken })
    expect(entries).toEqual([])
    expect(ends.map(({ exitCode }) => exitCode === 0)).toEqual([false, false])
  })

  it.each([1, 2])(
    'leave nothing that was under way at an early end among the entries, %i of them',
    async (generators) => {
      // Every tenth answer takes longer than the load lasts.
      const made = await offer({
        generators,
        answering: { delayMs: (nth) => (nth % 10 === 9 ? 8000 : 5) },
        schedule: [{ ratePerSecond: 50, seconds: 60 }],
        enough: ({ elapsedMs }) => elapsedMs > 4000,
      })
      expect(made.endedEarly).toBe(true)
      expect(made.entries.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
      const path = join(runDir, made.journalFile)
      expect((await readJournal(path)).entries).toEqual(made.entries)
      expect(gunzipSync(await readFile(path)).toString()).toMatch(/^# cut off: [0-9]+\tlist\t.*canceled$/m)
    },
  )

  it('stop together', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 4000)
    const { ends } = await offer({ generators: 2, schedule: [{ ratePerSecond: 50, seconds: 60 }], signal: stop.signal })
    expect(ends.map(({ stopped }) => stopped)).toEqual([true, true])
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow()
  })
})
