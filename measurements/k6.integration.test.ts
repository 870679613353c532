// The scenarios in the real k6, against a real HTTP server whose answers and delays are known. Times are only ever
// bounded from below: a busy machine may always be slower.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { FLOWS } from '../contracts/plan.ts'
import { type Answering, type OrderServer, SECRET, startOrderServer } from './fixtures/order-server.ts'
import { readJournal } from './journal.ts'
import { type K6Exit, startK6 } from './k6.ts'
import { extraWords } from './k6-extras.ts'
import { LOAD_NAMES } from './load.ts'

const SCENARIOS = join(import.meta.dirname, '..', 'scenarios')
let server: OrderServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

interface Ran extends K6Exit {
  readonly journal: Awaited<ReturnType<typeof readJournal>>
  readonly summary: {
    readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>
  } | null
}

async function run(
  script: string,
  settings: Record<string, string>,
  answering: Answering = {},
  extraWords: readonly string[] = [],
): Promise<Ran> {
  server ??= await startOrderServer(answering)
  const folder = await mkdtemp(join(tmpdir(), 'headroom-k6-'))
  await writeFile(join(folder, 'dataset.json'), JSON.stringify(server.dataset))
  const journalPath = join(folder, 'journal.tsv')
  const defaults = {
    BASE_URL: server.baseUrl,
    JWT_SECRET: SECRET,
    RATE: '100',
    DURATION: '2s',
    RUN_ID: 'calibration',
    VIRTUAL_USERS: '100',
    DATASET: join(folder, 'dataset.json'),
    SUMMARY: join(folder, 'summary.json'),
  }
  const exit = await startK6({
    program: inject('engines').k6.path,
    script,
    settings: { ...defaults, ...settings },
    extraWords,
    journalPath,
    logPath: join(folder, 'k6.log'),
    timeoutSeconds: 50,
  }).exited
  const summary = await readFile(join(folder, 'summary.json'), 'utf8').then(JSON.parse, () => null)
  const journal = await readJournal(journalPath).catch(() => ({ entries: [], startedAtMs: null, unreadableLines: 0 }))
  return { ...exit, journal, summary }
}

describe('every entry file', () => {
  it.each(LOAD_NAMES)('%s is read by k6 within seconds', async (flow) => {
    const { stdout } = await promisify(execFile)(
      inject('engines').k6.path,
      ['inspect', '-e', 'JWT_SECRET=x', join(SCENARIOS, `${flow}.ts`)],
      { timeout: 30_000 },
    )
    expect(JSON.parse(stdout).scenarios.flow).toMatchObject({ executor: 'shared-iterations', iterations: 300 })
  })

  it.each(LOAD_NAMES)('%s asks as the contract says, and finds the answers right', async (flow) => {
    const { exitCode, log, journal, summary } = await run(flow, {})
    expect(log).toBe('')
    expect(server?.breaches).toEqual([])
    expect(journal.entries.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    expect(journal.entries.length).toBeGreaterThan(50)
    expect(summary?.metrics.journal_lines?.values.count).toBe(journal.entries.length)
    expect([0, 99]).toContain(exitCode)
    if (flow !== 'mix') expect(new Set(journal.entries.map((entry) => entry.flow))).toEqual(new Set([flow]))
  })

  it('mix sends each flow its share', async () => {
    const { journal } = await run('mix', { MIX: 'list=2,detail=1,checkout=1,search=0', RATE: '200' })
    const share = (flow: string) =>
      journal.entries.filter((entry) => entry.flow === flow).length / journal.entries.length
    // 400 requests: four standard errors are 0.1.
    const wanted: Record<string, number> = { list: 0.5, detail: 0.25, checkout: 0.25 }
    for (const flow of FLOWS) expect(Math.abs(share(flow) - (wanted[flow] ?? 0))).toBeLessThan(0.1)
  })

  it('mix pays and cancels the orders that its users placed, each once, and they see it', async () => {
    const mix = { MIX: 'list=1,detail=3,checkout=1,pay=0.7,cancel=0.2', RATE: '200', DURATION: '4s' }
    const { journal, log } = await run('mix', mix)
    expect(log).toBe('')
    expect(server?.breaches).toEqual([])
    expect(journal.entries.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    const numbers = journal.entries.map(({ iteration }) => iteration).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 800 }, (_, i) => i))
    const of = (flow: string) => journal.entries.filter((entry) => entry.flow === flow)
    // Of 5.9 requests each; half a second to three at the end go without.
    expect(of('pay').length).toBeGreaterThan(30)
    expect(of('cancel').length).toBeGreaterThan(5)
    const placeOf = (flow: string, id: string | undefined) =>
      journal.entries.findIndex((entry) => entry.flow === flow && entry.orderId === id)
    for (const [flow, status] of [['pay', 'paid'] as const, ['cancel', 'cancelled'] as const]) {
      for (const { orderId } of of(flow)) {
        expect(server?.statuses.get(orderId ?? '')).toBe(status)
        // A user writes its lines one after the other.
        expect(placeOf(flow, orderId)).toBeGreaterThan(placeOf('checkout', orderId))
      }
    }
  })

  it('mix sees a payment that its payer does not see', async () => {
    const mix = { MIX: 'detail=2,checkout=1,pay=1', RATE: '100', DURATION: '3s' }
    const stale = (body: Record<string, unknown>) => {
      const { order, payment } = body as { order?: { status: string }; payment?: { status: string } }
      if (order?.status !== 'paid' || payment === undefined) return
      Object.assign(order, { status: 'placed' })
      Object.assign(payment, { status: 'pending' })
    }
    const { journal } = await run('mix', mix, { spoil: stale })
    const failures = journal.entries.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'ok')
    expect(new Set(failures)).toEqual(new Set(['check: detail shows the order paid, as its user left it']))
  })

  it('mix goes on with nothing that was refused, and its journal is whole all the same', async () => {
    const mix = { MIX: 'checkout=1,pay=1', RATE: '100' }
    const { journal, summary } = await run('mix', mix, { status: (nth) => (nth % 2 === 0 ? 503 : undefined) })
    const { entries } = journal
    const right = (flow: string) => entries.filter((entry) => entry.flow === flow && entry.outcome === 'ok')
    expect(entries.filter(({ flow }) => flow === 'pay').length).toBeLessThanOrEqual(right('checkout').length)
    expect(summary?.metrics.journal_lines?.values.count).toBe(entries.length)
  })

  it('a closed mix pays as well, one request after the other', async () => {
    const mix = { MIX: 'list=1,checkout=1,pay=1', ARRIVALS: 'closed', VIRTUAL_USERS: '2', DURATION: '2s' }
    const { journal, summary } = await run('mix', mix, { delayMs: () => 5 })
    expect(server?.breaches).toEqual([])
    const of = (flow: string) => journal.entries.filter((entry) => entry.flow === flow).length
    expect(of('pay')).toBeGreaterThan(0.8 * of('checkout'))
    expect(summary?.metrics.journal_lines?.values.count).toBe(journal.entries.length)
  })

  it('mix refuses to pay orders that nobody places', async () => {
    const { exitCode, log } = await run('mix', { MIX: 'list=1,checkout=1,pay=0.9,cancel=0.2' })
    expect(exitCode).not.toBe(0)
    expect(log).toContain('MIX pays and cancels more orders than checkout places')
  })

  it('runs with the target’s own word on its data, without a file', async () => {
    const { journal } = await run('detail', { DATASET: '' })
    expect(server?.breaches).toEqual([])
    expect(journal.entries.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThan(50)
  })

  it('gives every iteration a key of its own, which names the run', async () => {
    const keys = async (RUN_ID: string) => {
      const { journal } = await run('checkout', { RUN_ID, DURATION: '1s' })
      return journal.entries.toSorted((a, b) => a.iteration - b.iteration).map(({ idempotencyKey }) => idempotencyKey)
    }
    expect((await keys('run-one')).slice(0, 3)).toEqual(['run-one-0', 'run-one-1', 'run-one-2'])
    expect((await keys('run-two'))[0]).toBe('run-two-0')
    expect(server?.breaches).toEqual([])
  })
})

describe('what is measured', () => {
  it('never a service time shorter than the server took', async () => {
    const { journal } = await run('list', {}, { delayMs: (nth) => (nth % 20 === 0 ? 150 : 25) })
    const services = journal.entries.map(({ serviceMs }) => serviceMs).sort((a, b) => a - b)
    // Node's timers may be a millisecond early.
    expect(services[0]).toBeGreaterThanOrEqual(24)
    expect(services.filter((ms) => ms >= 149).length).toBeGreaterThanOrEqual(Math.floor(services.length / 20) - 1)
    for (const { totalMs, serviceMs, lateMs } of journal.entries) {
      // k6's clock ticks in whole milliseconds.
      expect(totalMs).toBeGreaterThanOrEqual(serviceMs + lateMs - 1.002)
    }
  })

  it('a stall of a second by everyone who was due in it; a user who waits in line sees it once', async () => {
    const delayMs = (_: number, sinceFirstMs: number) =>
      sinceFirstMs >= 1000 && sinceFirstMs < 2000 ? 2000 - sinceFirstMs : 0
    const slow = ({ journal }: Ran) => journal.entries.filter(({ totalMs }) => totalMs >= 490).length
    const open = await run('list', { RATE: '100', DURATION: '3s', VIRTUAL_USERS: '400' }, { delayMs })
    await server?.close()
    server = undefined
    const closed = await run('list', { ARRIVALS: 'closed', VIRTUAL_USERS: '1', DURATION: '3s' }, { delayMs })
    expect(slow(open)).toBeGreaterThan(20)
    expect(slow(closed)).toBeLessThan(10)
    expect(Math.max(...open.journal.entries.map(({ totalMs }) => totalMs))).toBeGreaterThanOrEqual(500)
  })

  it('requests that found no free user: sent late, their wait in their latency, until k6 drops what is left', async () => {
    const { journal, summary } = await run('list', { VIRTUAL_USERS: '2' }, { delayMs: () => 200 })
    // Two users get through ten a second at most: what is due in 2 s takes them longer.
    const waited = journal.entries.filter(({ waitedMs }) => waitedMs > 100)
    expect(waited.length).toBeGreaterThan(20)
    for (const { waitedMs, totalMs, serviceMs } of waited)
      expect(totalMs).toBeGreaterThanOrEqual(waitedMs + serviceMs - 0.002)
    const numbers = journal.entries.map(({ iteration }) => iteration).sort((a, b) => a - b)
    expect(numbers).toEqual(numbers.map((_, at) => at))
    // 200 were due: the drive adds an entry for each that k6 took from nobody's hand.
    const dropped = summary?.metrics.dropped_iterations?.values.count ?? 0
    expect(dropped).toBeGreaterThan(50)
    expect(numbers.length + dropped).toBe(200)
  })

  it('requests when they are due, by the schedule and its arrivals', async () => {
    const due = async (ARRIVALS: string) => {
      const SCHEDULE = '50x1,200x1,50x1'
      const { journal } = await run('list', { SCHEDULE, RATE: '', DURATION: '', ARRIVALS })
      for (const { lateMs, waitedMs } of journal.entries) expect(lateMs + waitedMs).toBeGreaterThanOrEqual(0)
      return journal.entries.map(({ dueMs }) => dueMs).sort((a, b) => a - b)
    }
    const even = await due('even')
    expect(even).toHaveLength(300)
    const within = (from: number, to: number) => even.filter((ms) => ms >= from && ms < to).length
    expect([within(0, 1000), within(1000, 2000), within(2000, 3000)]).toEqual([50, 200, 50])
    const poisson = await due('poisson')
    expect(poisson).toHaveLength(300)
    const gaps = poisson.slice(1).map((ms, at) => ms - (poisson[at] ?? 0))
    expect(gaps.filter((ms) => ms < 1).length).toBeGreaterThan(10)
  })

  it.each([
    [
      'an order of somebody else',
      'list',
      (body: Body) => Object.assign(body.orders[0] ?? {}, { userId: 1 }),
      'check: list holds only orders of the user',
    ],
    [
      'the wrong order',
      'detail',
      (body: Body) => Object.assign(body.order, { orderId: '1' }),
      'check: detail is of the order asked for',
    ],
    [
      'items that do not sum up',
      'detail',
      (body: Body) => Object.assign(body.items[0] ?? {}, { quantity: 9 }),
      'check: detail: items sum to the amount',
    ],
    [
      'an order from outside the time',
      'search',
      (body: Body) => Object.assign(body.orders[1] ?? {}, { createdAtMs: 0 }),
      'check: search keeps to its time',
    ],
    [
      'an id that leads to another table',
      'checkout',
      (body: Body) => Object.assign(body, { orderId: '65536' }),
      'check: checkout: order id routes to the table of the user',
    ],
    [
      'another shape',
      'list',
      (body: Body) => Object.assign(body, { orders: null }),
      'check: answer has the agreed shape',
    ],
  ] as const)('%s as a failure, however fast', async (_, flow, spoil, outcome) => {
    const { journal, exitCode } = await run(
      flow,
      { DURATION: '1s' },
      { spoil: (body) => void spoil(body as unknown as Body) },
    )
    const failed = journal.entries.filter((entry) => entry.outcome === outcome)
    expect(failed.length).toBeGreaterThan(journal.entries.length * 0.9)
    expect(exitCode).toBe(99)
  })

  it('the status and code of a refusal', async () => {
    const { journal } = await run(
      'list',
      { DURATION: '1s' },
      { status: (nth) => (nth > 0 && nth % 2 === 0 ? 503 : 200) },
    )
    expect(new Set(journal.entries.map(({ outcome }) => outcome))).toEqual(
      new Set(['ok', 'status 503 fixture-says-no']),
    )
  })

  it('each acknowledged order with its key, so that none can be lost unseen', async () => {
    const { journal } = await run('checkout', {}, { status: (nth) => (nth % 10 === 5 ? 503 : 201) })
    const acknowledged = journal.entries.filter(({ outcome }) => outcome === 'ok')
    expect(acknowledged.length).toBeGreaterThan(50)
    for (const { idempotencyKey, orderId } of acknowledged)
      expect(server?.placed.get(idempotencyKey ?? '')).toBe(orderId)
    const keys = journal.entries.map(({ idempotencyKey }) => idempotencyKey)
    expect(new Set(keys).size).toBe(keys.length)
    expect([...(server?.placed.keys() ?? [])].filter((key) => !keys.includes(key))).toEqual([])
  })
})

interface Body {
  readonly orders: Record<string, unknown>[]
  readonly order: Record<string, unknown>
  readonly items: Record<string, unknown>[]
}

describe('k6’s own outputs', () => {
  it('are written beside the journal, each sample with its tags, and the journal is what it would be', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headroom-k6-out-'))
    const files = { json: join(folder, 'samples.json'), csv: join(folder, 'samples.csv') }
    const outputs = [`json=${files.json}`, `csv=${files.csv}`]
    const words = extraWords({ outputs, tags: ['build=17'], dashboard: null, environment: {} }, 'list-03')
    const { journal, log } = await run('list', { DURATION: '1s' }, {}, words)
    expect(log).toBe('')
    expect(journal.entries).toHaveLength(100)
    expect(journal.unreadableLines).toBe(0)
    const lines = (await readFile(join(folder, 'samples.list-03.json'), 'utf8')).trim().split('\n')
    const samples = lines.map((line) => JSON.parse(line) as Sample).filter(({ type }) => type === 'Point')
    const requests = samples.filter(({ metric, data }) => metric === 'http_reqs' && data.tags?.name === 'list')
    expect(requests).toHaveLength(100)
    for (const { data } of samples) expect(data.tags).toMatchObject({ build: '17' })
    const [head = '', ...rows] = (await readFile(join(folder, 'samples.list-03.csv'), 'utf8')).trim().split('\n')
    expect(head).toMatch(/^metric_name,timestamp,metric_value,/)
    expect(rows.filter((row) => row.startsWith('from_intended_start,'))).toHaveLength(100)
    expect(rows.every((row) => row.includes('build=17'))).toBe(true)
  })
})

interface Sample {
  readonly type: string
  readonly metric: string
  readonly data: { readonly tags?: Readonly<Record<string, string>> }
}

describe('a target that is not what the load is for', () => {
  it.each([
    ['dead', { BASE_URL: 'http://127.0.0.1:9' }, {}, 'connection refused'],
    ['another system', {}, { system: 'shop' }, 'it is another system'],
    ['without data', {}, { dataset: null }, 'it holds no data'],
    [
      'with another secret',
      { JWT_SECRET: 'not-the-secret-of-the-target-0123456789' },
      {},
      'JWT_SECRET is not its secret',
    ],
  ] as const)('%s: k6 does not start', async (_, settings, answering, why) => {
    const { exitCode, log, journal } = await run('list', settings, answering)
    expect(exitCode).toBe(107)
    expect(log).toMatch(/probe of http:/)
    expect(log).toContain(why)
    expect(journal.entries).toEqual([])
  })
})
