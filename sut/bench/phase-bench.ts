// What a request costs in each phase of a migration, with both mirror modes, against the same system without a migration.
// Both are asked the same, in turn. Counted is the CPU of the service and of MySQL from the first request until the store
// that follows has been told of the last one: so the mirror is in it, whoever does its work.

import { setTimeout as sleep } from 'node:timers/promises'
import { median } from 'simple-statistics'
import type { Engines } from '../../contracts/engines.ts'
import { oneServer } from '../../contracts/shard-map.ts'
import { type MirrorMode, PHASE_RULES, type Phase } from '../../contracts/switches.ts'
import { snapshotOf } from '../../measurements/process-usage.ts'
import { prepareSchema, withOwner } from '../storage/schema.ts'
import type { AskedProcess } from './asked-process.ts'
import { type BenchedSut, type BenchOptions, startBenchedSut } from './benched-sut.ts'
import { type MovingSystem, openMovingSystem } from './moving-system.ts'
import { type PlacedOrder, sutRequests } from './sut-requests.ts'
import { BENCH_FLOWS, type BenchFlow, byFlow, usersInTurn } from './workload.ts'

export interface RequestCost {
  readonly serviceCpuMicros: number
  readonly mysqlCpuMicros: number
  /** Median of the answers of one repeat; CONCURRENCY requests at a time, so it is no latency under a plan's load. */
  readonly medianMs: number
}

export type FlowCosts = Readonly<Record<BenchFlow, RequestCost>>

export interface PhaseCosts {
  readonly phase: Phase
  /** null: no store follows in this phase. */
  readonly mirror: MirrorMode | null
  readonly costs: FlowCosts
  /** Median over the repeats: CPU of service and MySQL ÷ that of the same requests without a migration, beside it. */
  readonly ratios: Readonly<Record<BenchFlow, number>>
}

export interface PhaseBenchReport {
  readonly repeats: number
  readonly requestsPerRepeat: number
  /** Without a migration: the medians of all repeats. */
  readonly without: FlowCosts
  readonly phases: readonly PhaseCosts[]
}

/** In the order they are gone through. */
const POSITIONS: readonly { readonly phase: Phase; readonly mirror: MirrorMode | null }[] = [
  { phase: 'legacy', mirror: null },
  { phase: 'phase1', mirror: 'batched' },
  { phase: 'phase1', mirror: 'inline' },
  { phase: 'phase2', mirror: 'inline' },
  { phase: 'phase2', mirror: 'batched' },
  { phase: 'done', mirror: null },
]
const TOLD_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 50

/** On empty engines, which are filled. */
export async function benchPhases(engines: Engines, options: BenchOptions): Promise<PhaseBenchReport> {
  const { repeats, signal, say } = options
  const { mysql, legacyMysql } = engines
  if (mysql.pid === undefined)
    throw new Error('the CPU of MySQL is read from its process, which is not on this machine')
  const plainUrl = new URL(mysql.url)
  plainUrl.pathname += '_plain'
  const [server] = oneServer({ url: mysql.url })
  await withOwner(server, (run) => run(`CREATE DATABASE ${plainUrl.pathname.slice(1)}`))
  await prepareSchema(oneServer({ url: plainUrl.href }))
  const moving = await openMovingSystem({ legacy: legacyMysql.url, sharded: mysql.url }, signal)
  const started: BenchedSut[] = []
  try {
    const plain = await startBenchedSut(engines, { HEADROOM_MYSQL_URL: plainUrl.href }, options)
    started.push(plain)
    const moved = await startBenchedSut(
      engines,
      { HEADROOM_MYSQL_URL: mysql.url, HEADROOM_LEGACY_MYSQL_URL: legacyMysql.url },
      options,
    )
    started.push(moved)
    const phases: PhaseCosts[] = []
    const ofPlain: FlowCosts[] = []
    let at: Phase = 'legacy'
    for (const { phase, mirror } of POSITIONS) {
      if (mirror) await moving.setMirror(mirror)
      if (phase !== at) await moveTo(phase, moving, say)
      at = phase
      const untilTold = () => untilNoGaps(moving, phase, signal)
      const [before, here]: [FlowCosts[], FlowCosts[]] = [[], []]
      // The first of each position warms both up.
      for (let repeat = 0; repeat <= repeats; repeat++) {
        signal.throwIfAborted()
        const one = await oneRepeat(plain, mysql.pid, async () => {})
        const other = await oneRepeat(moved, mysql.pid, untilTold)
        if (repeat === 0) continue
        before.push(one)
        here.push(other)
      }
      ofPlain.push(...before)
      const costs = mediansOf(here)
      const ratios = byFlow((flow) => median(here.map((cost, at) => cpuOf(cost[flow]) / cpuOf(before[at]![flow]))))
      phases.push({ phase, mirror, costs, ratios })
      say(
        `${nameOf({ phase, mirror })}: ${BENCH_FLOWS.map((flow) => `${flow} ${ratios[flow].toFixed(2)} ×`).join(', ')}`,
      )
    }
    return { repeats, requestsPerRepeat: usersInTurn().length, without: mediansOf(ofPlain), phases }
  } finally {
    for (const bench of started) await bench.stop()
    await moving.close()
  }
}

export function nameOf({ phase, mirror }: Pick<PhaseCosts, 'phase' | 'mirror'>): string {
  return mirror ? `${phase}, ${mirror}` : phase
}

export function cpuOf({ serviceCpuMicros, mysqlCpuMicros }: RequestCost): number {
  return serviceCpuMicros + mysqlCpuMicros
}

async function moveTo(phase: Phase, moving: MovingSystem, say: (line: string) => void): Promise<void> {
  if (phase === 'phase2') await moving.importAndCompare()
  say(`→ ${phase}: writers waited ${(await moving.move(phase)).toFixed(0)} ms`)
}

async function oneRepeat(
  { asked, jwtSecret }: BenchedSut,
  mysqlPid: number,
  untilTold: () => Promise<void>,
): Promise<FlowCosts> {
  const users = usersInTurn()
  // Anew each time: tokens run out.
  const requests = sutRequests(asked, jwtSecret)
  const placed: PlacedOrder[] = []
  const place = async (userId: number) => void placed.push(await requests.checkout(userId))
  const checkout = await costOf({ asked, mysqlPid, requests: users, send: place, untilTold })
  const list = await costOf({ asked, mysqlPid, requests: users, send: requests.list })
  const detail = await costOf({ asked, mysqlPid, requests: placed, send: requests.detail })
  return { list, detail, checkout }
}

interface Asking<T> {
  readonly asked: AskedProcess
  readonly mysqlPid: number
  readonly requests: readonly T[]
  readonly send: (request: T) => Promise<unknown>
  readonly untilTold?: () => Promise<void>
}

async function costOf<T>({ asked, mysqlPid, requests, send, untilTold }: Asking<T>): Promise<RequestCost> {
  const mysqlBefore = await cpuMicrosOf(mysqlPid)
  const serviceBefore = await asked.cpuMicros()
  const tookMs: number[] = []
  await asked.askEach(requests, async (request) => {
    const sentAtMs = performance.now()
    await send(request)
    tookMs.push(performance.now() - sentAtMs)
  })
  await untilTold?.()
  return {
    serviceCpuMicros: ((await asked.cpuMicros()) - serviceBefore) / requests.length,
    mysqlCpuMicros: ((await cpuMicrosOf(mysqlPid)) - mysqlBefore) / requests.length,
    medianMs: median(tookMs),
  }
}

async function cpuMicrosOf(pid: number): Promise<number> {
  const usage = (await snapshotOf([{ component: 'mysql', pid }]))?.components.get('mysql')
  if (!usage) throw new Error('the CPU of MySQL cannot be read on this machine')
  return usage.cpuSeconds * 1e6
}

async function untilNoGaps(moving: MovingSystem, phase: Phase, signal: AbortSignal): Promise<void> {
  if (PHASE_RULES[phase].mirror === null) return
  const deadlineMs = performance.now() + TOLD_LIMIT_MS
  for (;;) {
    const gaps = await moving.gaps(phase)
    if (gaps === 0) return
    if (performance.now() > deadlineMs) throw new Error(`the other store is still behind with ${gaps} orders`)
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
}

function mediansOf(costs: readonly FlowCosts[]): FlowCosts {
  return byFlow((flow) => {
    const of = (read: (cost: RequestCost) => number) => median(costs.map((cost) => read(cost[flow])))
    return {
      serviceCpuMicros: of((cost) => cost.serviceCpuMicros),
      mysqlCpuMicros: of((cost) => cost.mysqlCpuMicros),
      medianMs: of((cost) => cost.medianMs),
    }
  })
}
