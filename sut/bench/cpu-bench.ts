// CPU per request of the order system in one process, against the same statements without it. Both are asked the same, in
// turn, so that a drifting machine hits both alike. Only the Node processes are counted: the server's work is the same.

import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { median } from 'simple-statistics'
import type { Engines } from '../../contracts/engines.ts'
import { shardMapOf } from '../../contracts/shard-map.ts'
import { prepareSchema } from '../storage/schema.ts'
import { AskedProcess } from './asked-process.ts'
import { type BenchOptions, startBenchedSut } from './benched-sut.ts'
import { CHECKOUT_BODY, type PlacedOrder, sutRequests } from './sut-requests.ts'
import { BENCH_FLOWS, type BenchFlow, byFlow, usersInTurn } from './workload.ts'

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

/** The first makes what the others read; a process goes on compiling what is asked often for some thousand requests. */
const WARM_UPS = 3

/** On empty engines, which are filled. */
export async function benchCpu(
  engines: Pick<Engines, 'mysql' | 'elasticsearch' | 'redis' | 'streams'>,
  options: BenchOptions,
): Promise<SutBenchReport> {
  const { repeats, signal, say } = options
  const { mysql } = engines
  const databases = {
    HEADROOM_MYSQL_URL: mysql.url,
    ...(mysql.socketPath ? { HEADROOM_MYSQL_SOCKET: mysql.socketPath } : {}),
  }
  await prepareSchema(shardMapOf(engines))
  const sut = await startBenchedSut(engines, databases, options)
  const bare = await startBare({ PATH: process.env.PATH ?? '', ...databases })
  const sides = { sut: sut.asked, bare: new AskedProcess(bare.port) }
  try {
    const micros = { sut: emptySeries(), bare: emptySeries() }
    for (let repeat = 1 - WARM_UPS; repeat <= repeats; repeat++) {
      signal.throwIfAborted()
      const measured = await oneRepeat(sides, sut.jwtSecret, signal)
      if (repeat < 1) continue
      for (const flow of BENCH_FLOWS) {
        micros.sut[flow].push(measured.sut[flow])
        micros.bare[flow].push(measured.bare[flow])
      }
      const ratios = BENCH_FLOWS.map((flow) => `${flow} ${(measured.sut[flow] / measured.bare[flow]).toFixed(2)}`)
      say(`repeat ${repeat} of ${repeats}: ${ratios.join(', ')}`)
    }
    return reportOf(micros, repeats)
  } finally {
    await sides.bare.close()
    bare.stop()
    await sut.stop()
  }
}

type Series = Record<BenchFlow, number[]>
type Sides = { readonly sut: AskedProcess; readonly bare: AskedProcess }
const emptySeries = (): Series => ({ list: [], detail: [], checkout: [] })

async function oneRepeat({ sut, bare }: Sides, jwtSecret: string, signal: AbortSignal) {
  const requests = sutRequests(sut, jwtSecret)
  const users = usersInTurn()
  const placed: PlacedOrder[] = []
  const toldBefore = await sut.metric(TOLD)
  const sutCheckout = await sut.cpuOfEach(
    users,
    async (userId) => void placed.push(await requests.checkout(userId)),
    () => untilTold(sut, toldBefore + users.length, signal),
  )
  const bareCheckout = await bare.cpuOfEach(users, (userId) =>
    bare.ask({
      method: 'POST',
      path: `/checkout/${userId}/${randomUUID()}`,
      headers: { 'content-type': 'application/json' },
      body: CHECKOUT_BODY,
    }),
  )
  const sutList = await sut.cpuOfEach(users, requests.list)
  const bareList = await bare.cpuOfEach(users, (userId) => bare.ask({ method: 'GET', path: `/list/${userId}` }))
  // Each order once: none of them is in the cache yet, and each is put there.
  const sutDetail = await sut.cpuOfEach(placed, requests.detail)
  const bareDetail = await bare.cpuOfEach(placed, ({ userId, orderId }) =>
    bare.ask({ method: 'GET', path: `/detail/${userId}/${orderId}` }),
  )
  return {
    sut: { list: sutList, detail: sutDetail, checkout: sutCheckout },
    bare: { list: bareList, detail: bareDetail, checkout: bareCheckout },
  }
}

const TOLD = 'headroom_relay_indexed_total'
const LOOK_EVERY_MS = 100
const TOLD_LIMIT_MS = 60_000

/** The same process tells the search of each order: that is a cost of the checkout, and not of what is asked next. */
async function untilTold(sut: AskedProcess, events: number, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + TOLD_LIMIT_MS
  while ((await sut.metric(TOLD)) < events) {
    if (performance.now() > deadlineMs) throw new Error('the search was not told of every order within a minute')
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
}

async function startBare(environment: Readonly<Record<string, string>>) {
  const file = fileURLToPath(new URL('bare-server.ts', import.meta.url))
  const child = fork(file, { execArgv: [], env: environment, detached: true })
  const [message] = (await once(child, 'message')) as [{ readonly port: number }]
  return { port: message.port, stop: () => child.kill() }
}

function reportOf(micros: { readonly sut: Series; readonly bare: Series }, repeats: number): SutBenchReport {
  const ratiosOfRepeats = byFlow((flow) =>
    micros.sut[flow].map((cpu, repeat) => cpu / (micros.bare[flow][repeat] ?? 0)),
  )
  return {
    ratios: byFlow((flow) => median(ratiosOfRepeats[flow])),
    repeats,
    ratiosOfRepeats,
    sutCpuMicros: byFlow((flow) => median(micros.sut[flow])),
    bareCpuMicros: byFlow((flow) => median(micros.bare[flow])),
    requestsPerRepeat: usersInTurn().length,
    goals: GOALS,
  }
}
