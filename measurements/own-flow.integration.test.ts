// Scripts of one's own, run by k6: what makes a turn wrong, how long it took, and where it cannot go.

import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Plan, ResolvedPlan } from '../contracts/plan.ts'
import { journalsOf, PLAN, type TestRun, testLoad } from './fixtures/load.setup.ts'
import { bundleFlow, ownFlowOf } from './own-flow.ts'
import type { Target } from './target.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

interface Counted {
  readonly baseUrl: string
  readonly port: number
  requests: number
}

async function server(answer: RequestListener = (_, response) => response.end('{"ok":true}')): Promise<Counted> {
  const counted = { baseUrl: '', port: 0, requests: 0 }
  const listening = createServer((request, response) => {
    counted.requests += 1
    answer(request, response)
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  counted.port = (listening.address() as AddressInfo).port
  counted.baseUrl = `http://127.0.0.1:${counted.port}`
  closing.push(() => {
    listening.closeAllConnections()
    listening.close()
  })
  return counted
}

async function loadWith(
  script: string,
  target: Pick<Target, 'baseUrl' | 'address' | 'maxRatePerSecond'>,
): Promise<TestRun> {
  const runDir = await mkdtemp(join(tmpdir(), 'headroom-own-'))
  const file = join(runDir, 'mine.ts')
  await writeFile(file, script)
  const bundle = join(runDir, 'flows', 'mine.js')
  await bundleFlow(ownFlowOf(file), bundle)
  const plan: Plan = { ...PLAN.plan, flows: { mine: { p99Ms: 500, errorRate: 0.01 } } }
  return await testLoad(target, {
    runDir,
    loads: ['mine'],
    own: { name: 'mine', weights: { mine: 1 }, script: bundle },
    target: { ...target, kind: 'http', jwtSecret: '', processes: [] },
    plan: { ...PLAN, plan } satisfies ResolvedPlan,
    profile: 'smoke',
    ratePerSecond: 40,
    durationSeconds: 2,
  })
}

/** Of everything that was asked: what became of it, and how often. */
async function outcomesOf(run: TestRun): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const { entries } of await journalsOf(run)) {
    for (const { outcome } of entries) counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

const IMPORTS = `import http from 'k6/http'
import { check, fail, sleep } from 'k6'
const HERE = __ENV.BASE_URL + '/'
const [BAD, CUT] = [HERE + 'bad', HERE + 'cut']
`
const turn = (body: string) => `${IMPORTS}export default function (data) { ${body} }`

/** What a turn does, and what becomes of it. */
const WRONG = [
  ['http.get(BAD)', 'status 503'],
  ["check(http.get(HERE), { 'is green': () => false })", 'check: is green'],
  ["http.get(HERE); fail('no')", 'check: threw no'],
  ['http.get(HERE); return false', 'check: returned false'],
  ['http.batch([HERE, BAD])', 'status 503'],
  // Nobody waits for it.
  ["http.asyncRequest('GET', BAD)", 'status 503'],
  ['http.get(CUT)', 'error: EOF'],
] as const

describe('a script of one’s own', () => {
  it('is measured like a flow of ours, with two latencies, and no engine', async () => {
    const slow = await server((_, response) => setTimeout(() => response.end('ok'), 20))
    const run = await loadWith(turn('http.get(HERE); sleep(0.2)'), slow)
    const step = run.measurements.steps.find(({ kind }) => kind === 'measured')
    expect(run.measurements.invalid).toEqual([])
    expect(run.measurements.conditions).toMatchObject({ targetKind: 'http', target: slow.baseUrl })
    expect(step?.flows.mine).toMatchObject({ errors: 0 })
    const { latency, service } = step?.flows.mine ?? {}
    expect(service?.p50Ms).toBeGreaterThanOrEqual(19)
    expect(latency?.p50Ms).toBeGreaterThanOrEqual(service?.p50Ms ?? Number.POSITIVE_INFINITY)
    // sleep() is a user who thinks: no answer is slower for it.
    expect(service?.p50Ms).toBeLessThan(150)
  })

  // One load for all of them: turn by turn the next.
  it('is wrong by what it was told, checks, throws and returns', async () => {
    const target = await server((request, response) => {
      if (request.url === '/cut') request.socket.destroy()
      else response.writeHead(request.url === '/bad' ? 503 : 200).end('{}')
    })
    const turns = WRONG.map(([body]) => `() => { ${body} }`)
    const script = `import exec from 'k6/execution'\n${IMPORTS}const turns = [${turns.join(', ')}]
      export default () => turns[exec.scenario.iterationInTest % turns.length]()`
    const run = await loadWith(script, target)
    const seen = WRONG.map(() => new Set<string>())
    for (const { entries } of await journalsOf(run)) {
      for (const { iteration, outcome } of entries) seen[iteration % WRONG.length]?.add(outcome)
    }
    expect(seen.map((outcomes) => [...outcomes])).toEqual(WRONG.map(([, outcome]) => [outcome]))
  })

  it('is right by the statuses that it expects', async () => {
    const target = await server((_, response) => response.writeHead(404).end())
    const forAll = 'http.setResponseCallback(http.expectedStatuses(404, { min: 200, max: 299 }))'
    const script = `${IMPORTS}${forAll}\nexport default function () { http.get(__ENV.BASE_URL) }`
    expect(Object.keys(await outcomesOf(await loadWith(script, target)))).toEqual(['ok'])
    const forOne = 'http.get(__ENV.BASE_URL, { responseCallback: http.expectedStatuses(404) })'
    expect(Object.keys(await outcomesOf(await loadWith(turn(forOne), target)))).toEqual(['ok'])
  })

  it('gets what its setup returned, reads files beside it, and may print', async () => {
    const target = await server()
    const script = `${IMPORTS}
      const self = open('./mine.ts')
      export function setup() { return { answer: self.length } }
      export default async function (data) {
        console.log('one', { two: 2 })
        await http.asyncRequest('GET', __ENV.BASE_URL)
        return data.answer === self.length && self.length > 100
      }`
    const run = await loadWith(script, target)
    expect(Object.keys(await outcomesOf(run))).toEqual(['ok'])
    expect(run.measurements.steps.flatMap(({ invalid }) => invalid.map(({ code }) => code))).not.toContain(
      'generator-failed',
    )
  })

  it('proves nothing when it throws before it asks anything', async () => {
    const run = await loadWith(turn('nothing.is.here'), await server())
    expect(run.measurements.results[0]?.verdict).toBe('INVALID')
    expect(run.measurements.steps[0]?.invalid.map(({ code }) => code)).toContain('script-exceptions')
  })
})

describe('where k6 cannot go', () => {
  it('follows no redirect, even when the script asks for it', async () => {
    const other = await server()
    const target = await server((_, response) => response.writeHead(302, { location: `${other.baseUrl}/x` }).end())
    const run = await loadWith(turn('http.get(__ENV.BASE_URL, { redirects: 5 })'), target)
    expect(target.requests).toBeGreaterThan(40)
    expect(Object.keys(await outcomesOf(run))).toEqual(['ok'])
    expect(other.requests).toBe(0)
  })

  it('connects to the address that was found, whatever the name means later', async () => {
    const target = await server()
    // No name service knows it; a second answer would count for nothing.
    const baseUrl = `http://target.invalid:${target.port}`
    const run = await loadWith(turn('http.get(HERE)'), { baseUrl, address: '127.0.0.1' })
    expect(run.measurements.invalid).toEqual([])
    expect(Object.keys(await outcomesOf(run))).toEqual(['ok'])
    expect(target.requests).toBeGreaterThan(40)
  })

  it('lets a script ask no other host, and no other port, than was confirmed', async () => {
    const [target, other] = [await server(), await server()]
    const pinned = { baseUrl: target.baseUrl, address: '127.0.0.1' }
    await loadWith(turn(`http.get(__ENV.BASE_URL); http.get('${other.baseUrl}/')`), pinned)
    expect(target.requests).toBeGreaterThan(0)
    expect(other.requests).toBe(0)
  })

  it('lets a script that loads this machine reach no other', async () => {
    const run = await loadWith(turn("http.get('http://192.0.2.1/')"), await server())
    expect(Object.keys(await outcomesOf(run)).join()).toMatch(/^error: .*(blacklist|in a blacklisted range)/)
  })

  it('uses no proxy of the environment', async () => {
    const [target, proxy] = [await server(), await server()]
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'] as const
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.baseUrl
    try {
      // A name, since proxies leave this machine's address out.
      const baseUrl = `http://target.invalid:${target.port}`
      const run = await loadWith(turn('http.get(__ENV.BASE_URL)'), { baseUrl, address: '127.0.0.1' })
      expect(run.measurements.invalid).toEqual([])
    } finally {
      for (const name of names) delete process.env[name]
    }
    expect(target.requests).toBeGreaterThan(40)
    expect(proxy.requests).toBe(0)
  })

  it('sends no more than is allowed, whatever the script does', async () => {
    const target = await server()
    const run = await loadWith(turn('for (let i = 0; i < 5; i++) http.get(HERE)'), {
      baseUrl: target.baseUrl,
      address: '127.0.0.1',
      maxRatePerSecond: 60,
    })
    const seconds = (Date.parse(run.measurements.finishedAt) - Date.parse(run.measurements.startedAt)) / 1000
    expect(target.requests).toBeGreaterThan(50)
    // One more for each process of k6, whose first request waits for nobody.
    expect(target.requests).toBeLessThan(60 * seconds + 10)
  })

  it('leaves a target elsewhere alone that answers wrongly', async () => {
    const target = await server((_, response) => response.writeHead(503).end())
    const run = await loadWith(turn('http.get(HERE)'), { baseUrl: target.baseUrl, address: '127.0.0.1' })
    const [result] = run.measurements.results
    expect(result).toMatchObject({ verdict: 'FAIL' })
    expect(result?.reason).toMatch(/^ended to spare the target: [0-9]+ of the last [0-9]+ requests failed$/)
    // It takes k6 no second to find out.
    expect(run.measurements.steps.map(({ kind }) => kind)).toEqual(['measured'])
    expect(target.requests).toBeLessThan(20_000)
  })
})
