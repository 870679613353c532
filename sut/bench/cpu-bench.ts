// CPU per request of the order system in one process, against the same statements without it. Both are asked the same, in
// turn, so that a drifting machine hits both alike. Only the Node processes are counted: the server's work is the same.

import { fork } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createSigner } from 'fast-jwt'
import { median } from 'simple-statistics'
import { Pool } from 'undici'
import type { Engines } from '../../contracts/engines.ts'
import { ROUTES, TOKEN } from '../../contracts/gateway-api.ts'
import { readConfig } from '../config.ts'
import { startServiceProcess } from '../service-process.ts'
import { prepareSchema } from '../storage/schema.ts'
import { BENCH_ITEMS, CONCURRENCY, PAGE, usersInTurn } from './workload.ts'

export const BENCH_FLOWS = ['list', 'detail', 'checkout'] as const
export type BenchFlow = (typeof BENCH_FLOWS)[number]

export interface SutBenchReport {
  /** Median of the repeats: the order system's CPU per request ÷ the bare one's. */
  readonly ratios: Readonly<Record<BenchFlow, number>>
  readonly repeats: number
  readonly ratiosOfRepeats: Readonly<Record<BenchFlow, readonly number[]>>
  /** Median, microseconds of CPU per request. */
  readonly sutCpuMicros: Readonly<Record<BenchFlow, number>>
  readonly bareCpuMicros: Readonly<Record<BenchFlow, number>>
  readonly requestsPerRepeat: number
  readonly goals: Readonly<Record<BenchFlow, number>>
}

export const GOALS: Readonly<Record<BenchFlow, number>> = { list: 2.5, detail: 2, checkout: 2.5 }

export interface CpuBenchOptions {
  readonly repeats: number
  readonly logFolder: string
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** On empty engines, which are filled. */
export async function benchCpu(
  { mysql, elasticsearch, redis }: Pick<Engines, 'mysql' | 'elasticsearch' | 'redis'>,
  { repeats, logFolder, signal, say }: CpuBenchOptions,
): Promise<SutBenchReport> {
  const jwtSecret = randomBytes(32).toString('hex')
  const environment = {
    PATH: process.env.PATH ?? '',
    HEADROOM_MYSQL_URL: mysql.url,
    ...(mysql.socketPath ? { HEADROOM_MYSQL_SOCKET: mysql.socketPath } : {}),
    HEADROOM_ELASTICSEARCH_URL: elasticsearch.url,
    HEADROOM_REDIS_URL: redis.url,
    HEADROOM_APP_JWT_SECRETS: jwtSecret,
    HEADROOM_ADMIN_JWT_SECRETS: randomBytes(32).toString('hex'),
    HEADROOM_MYSQL_POOL_SIZE: String(CONCURRENCY),
    HEADROOM_LOG_LEVEL: 'warn',
  }
  await prepareSchema(readConfig('indexer', environment).mysql.map)
  const service = await startServiceProcess({ role: 'all', environment, logFolder, signal })
  const bare = await startBare(environment)
  const sides = { sut: new Side(service.port), bare: new Side(bare.port) }
  try {
    const micros = { sut: emptySeries(), bare: emptySeries() }
    for (let repeat = 0; repeat <= repeats; repeat++) {
      signal.throwIfAborted()
      const measured = await oneRepeat(sides, jwtSecret)
      // The first makes what the others read, and warms both up.
      if (repeat === 0) continue
      for (const flow of BENCH_FLOWS) {
        micros.sut[flow].push(measured.sut[flow])
        micros.bare[flow].push(measured.bare[flow])
      }
      const ratios = BENCH_FLOWS.map((flow) => `${flow} ${(measured.sut[flow] / measured.bare[flow]).toFixed(2)}`)
      say(`repeat ${repeat} of ${repeats}: ${ratios.join(', ')}`)
    }
    return reportOf(micros, repeats)
  } finally {
    await Promise.all([sides.sut.close(), sides.bare.close()])
    bare.stop()
    await service.stop()
  }
}

type Series = Record<BenchFlow, number[]>
type Sides = { readonly sut: Side; readonly bare: Side }
const emptySeries = (): Series => ({ list: [], detail: [], checkout: [] })

async function oneRepeat({ sut, bare }: Sides, jwtSecret: string) {
  const sign = createSigner({ key: jwtSecret, algorithm: TOKEN.algorithm, expiresIn: 600_000 })
  const headersOf = (userId: number) => ({
    authorization: `Bearer ${sign({ iss: TOKEN.issuer, aud: TOKEN.appAudience, sub: String(userId) })}`,
  })
  const users = usersInTurn()
  const headers = new Map(users.map((userId) => [userId, headersOf(userId)]))
  const body = JSON.stringify({ channel: 'app', region: 1, paymentMethod: 'card', items: BENCH_ITEMS })
  const placed: { readonly userId: number; readonly orderId: string }[] = []

  const sutCheckout = await sut.cpuOfEach(users, async (userId) => {
    const answer = await sut.ask({
      method: 'POST',
      path: ROUTES.checkout.path,
      headers: { ...headers.get(userId), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body,
    })
    placed.push({ userId, orderId: (JSON.parse(answer) as { readonly orderId: string }).orderId })
  })
  const bareCheckout = await bare.cpuOfEach(users, (userId) =>
    bare.ask({
      method: 'POST',
      path: `/checkout/${userId}/${randomUUID()}`,
      headers: { 'content-type': 'application/json' },
      body,
    }),
  )
  const sutList = await sut.cpuOfEach(users, (userId) =>
    sut.ask({ method: 'GET', path: `${ROUTES.list.path}?limit=${PAGE}`, headers: { ...headers.get(userId) } }),
  )
  const bareList = await bare.cpuOfEach(users, (userId) => bare.ask({ method: 'GET', path: `/list/${userId}` }))
  // Each order once: none of them is in the cache yet, and each is put there.
  const sutDetail = await sut.cpuOfEach(placed, ({ userId, orderId }) =>
    sut.ask({ method: 'GET', path: `${ROUTES.list.path}/${orderId}`, headers: { ...headers.get(userId) } }),
  )
  const bareDetail = await bare.cpuOfEach(placed, ({ userId, orderId }) =>
    bare.ask({ method: 'GET', path: `/detail/${userId}/${orderId}` }),
  )
  return {
    sut: { list: sutList, detail: sutDetail, checkout: sutCheckout },
    bare: { list: bareList, detail: bareDetail, checkout: bareCheckout },
  }
}

interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One of the two processes: what is sent to it, and what CPU it took for that. */
class Side {
  readonly #pool: Pool

  constructor(port: number) {
    this.#pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONCURRENCY })
  }

  async ask({ method, path, headers = {}, body }: Ask): Promise<string> {
    const answer = await this.#pool.request({ method, path, headers, body: body ?? null })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return text
  }

  /** Microseconds of CPU per request, CONCURRENCY of them at a time. */
  async cpuOfEach<T>(requests: readonly T[], send: (request: T) => Promise<unknown>): Promise<number> {
    const waiting = requests.values()
    const before = await this.#cpuMicros()
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (const request of waiting) await send(request)
      }),
    )
    return ((await this.#cpuMicros()) - before) / requests.length
  }

  async #cpuMicros(): Promise<number> {
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path: '/cpu' })
    const text = await body.text()
    if (statusCode === 200) {
      const { user, system } = JSON.parse(text) as NodeJS.CpuUsage
      return user + system
    }
    const metrics = await this.ask({ method: 'GET', path: ROUTES.metrics.path })
    return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]) * 1e6
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}

async function startBare(environment: Readonly<Record<string, string>>) {
  const file = fileURLToPath(new URL('bare-server.ts', import.meta.url))
  const child = fork(file, { execArgv: ['--import', 'tsx'], env: environment, detached: true })
  const [message] = (await once(child, 'message')) as [{ readonly port: number }]
  return { port: message.port, stop: () => child.kill() }
}

function reportOf(micros: { readonly sut: Series; readonly bare: Series }, repeats: number): SutBenchReport {
  const each = <T>(value: (flow: BenchFlow) => T) =>
    Object.fromEntries(BENCH_FLOWS.map((flow) => [flow, value(flow)])) as Record<BenchFlow, T>
  const ratiosOfRepeats = each((flow) => micros.sut[flow].map((cpu, repeat) => cpu / (micros.bare[flow][repeat] ?? 0)))
  return {
    ratios: each((flow) => median(ratiosOfRepeats[flow])),
    repeats,
    ratiosOfRepeats,
    sutCpuMicros: each((flow) => median(micros.sut[flow])),
    bareCpuMicros: each((flow) => median(micros.bare[flow])),
    requestsPerRepeat: usersInTurn().length,
    goals: GOALS,
  }
}
