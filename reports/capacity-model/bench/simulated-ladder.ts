// A ladder whose truth is known: rows by the data set's formulas, InnoDB's pool page by page, queues for processors and
// disk. What is measured on it carries the errors of a real ladder: a machine whose speed drifts from rung to rung, repeats
// that differ, a search that ends a little off. 1 : 100 of 1, 5, 15 and 50 million orders.

import type { RungFigures, TargetRung } from '../../../contracts/capacity-model/full-tables.ts'
import { SimulatedPool } from './simulated-pool.ts'
import { type SimulatedService, simulatedP99 } from './simulated-service.ts'
import { SIMULATED_LOAD, type SimulatedShard, simulatedShard } from './simulated-shard.ts'

const RUNGS = [10_000, 50_000, 150_000, 500_000] as const
export type SimulatedFlow = 'list' | 'detail' | 'checkout'

export interface Scene {
  readonly flow: SimulatedFlow
  /** Of the full tables' pages. */
  readonly poolShare: number
  readonly readMs: number
}

interface FlowCost {
  readonly baseMs: number
  readonly perRowMs: number
  readonly ratePerSecond: number
  readonly targetP99Ms: number
}

const COSTS: Readonly<Record<SimulatedFlow, FlowCost>> = {
  list: { baseMs: 2.5, perRowMs: 0.1, ratePerSecond: 150, targetP99Ms: 150 },
  detail: { baseMs: 3, perRowMs: 0, ratePerSecond: 200, targetP99Ms: 100 },
  checkout: { baseMs: 7, perRowMs: 0, ratePerSecond: 80, targetP99Ms: 300 },
}
const CORES = 2
const DISK_CHANNELS = 8
const CPU_SPREAD = 0.6
const MYSQL_SHARE = 0.5
/** Per doubling of the rows: trees get deeper, caches of the processor miss more. */
const DEPTH_COST = 0.01
const READ_CPU_MS = 0.04
const REQUESTS_OF_A_HOLD = 6_000
const REPEATS = 3
const NOISE = { drift: 0.03, repeat: 0.03, search: 0.04, cpu: 0.015, read: 0.1 } as const

interface TrueRung {
  readonly shard: Pick<SimulatedShard, 'orders' | 'pages'>
  readonly poolPages: number
  readonly reads: Uint8Array
  readonly missesPerRequest: number
  readonly touchesPerRequest: number
  readonly service: SimulatedService
  readonly cpuMs: number
  readonly highestRate: number
}

export interface TrueLadder {
  readonly scene: Scene
  readonly rungs: readonly TrueRung[]
}

const shards = new Map<number, SimulatedShard>()

function shardOf(orders: number): SimulatedShard {
  const known = shards.get(orders) ?? simulatedShard(orders)
  shards.set(orders, known)
  return known
}

export function trueLadder(scene: Scene, uniform: () => number): TrueLadder {
  const full = shardOf(RUNGS[3]).pages
  const poolPages = Math.round(full * scene.poolShare)
  return { scene, rungs: RUNGS.map((orders) => trueRung(shardOf(orders), scene, poolPages, uniform)) }
}

const WARM_UP_REQUESTS = 60_000
const COUNTED_REQUESTS = 40_000
/** A second of requests, scaled as the pool is. */
const OLD_BLOCKS_REQUESTS = 2

/** Pages read by each request once the pool is warm. */
export function poolReads(
  shard: SimulatedShard,
  flow: SimulatedFlow,
  { poolPages, oldShare }: { readonly poolPages: number; readonly oldShare: number },
  uniform: () => number,
): { readonly reads: Uint8Array; readonly touchesPerRequest: number } {
  const pool = new SimulatedPool(shard.pages, { poolPages, oldShare, oldBlocksRequests: OLD_BLOCKS_REQUESTS })
  if (poolPages >= shard.pages) for (let page = 0; page < shard.pages; page++) pool.touch(page, 0)
  const reads = new Uint8Array(COUNTED_REQUESTS)
  let touches = 0
  for (let request = -WARM_UP_REQUESTS; request < COUNTED_REQUESTS; request++) {
    const pages = shard.touched(flow, uniform())
    let missed = 0
    for (const page of pages) if (pool.touch(page, request)) missed++
    if (request < 0) continue
    reads[request] = missed
    touches += pages.length
  }
  return { reads, touchesPerRequest: touches / COUNTED_REQUESTS }
}

function trueRung(shard: SimulatedShard, scene: Scene, poolPages: number, uniform: () => number): TrueRung {
  const { reads, touchesPerRequest } = poolReads(shard, scene.flow, { poolPages, oldShare: 0.37 }, uniform)
  const cost = COSTS[scene.flow]
  const deeper = 1 + DEPTH_COST * Math.log2(shard.orders / RUNGS[0])
  const perRequest = (cost.baseMs + cost.perRowMs * touchesPerRequest) * deeper
  const cpuMs = (count: number): number => perRequest + READ_CPU_MS * count
  const service = { cores: CORES, diskChannels: DISK_CHANNELS, cpuMs, cpuSpread: CPU_SPREAD, readMs: scene.readMs }
  const missesPerRequest = reads.reduce((sum, count) => sum + count, 0) / reads.length
  return {
    shard: { orders: shard.orders, pages: shard.pages },
    poolPages,
    reads,
    missesPerRequest,
    touchesPerRequest,
    service,
    cpuMs: cpuMs(missesPerRequest),
    highestRate: highestRate(service, reads, cost.targetP99Ms, uniform),
  }
}

function highestRate(service: SimulatedService, reads: Uint8Array, targetMs: number, uniform: () => number): number {
  let [low, high] = [1, 2_000]
  for (let step = 0; step < 12; step++) {
    const ratePerSecond = Math.sqrt(low * high)
    if (simulatedP99(service, reads, { ratePerSecond, requests: 30_000 }, uniform) <= targetMs) low = ratePerSecond
    else high = ratePerSecond
  }
  return Math.sqrt(low * high)
}

/** What one ladder measures: each rung with its own drift, the last one being the one to predict. */
export function measureLadder({ scene, rungs }: TrueLadder, uniform: () => number): readonly RungFigures[] {
  const noise = (sd: number): number =>
    Math.exp(sd * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()))
  const { ratePerSecond } = COSTS[scene.flow]
  return rungs.map(({ shard, poolPages, reads, missesPerRequest, touchesPerRequest, service, cpuMs, highestRate }) => {
    const drift = noise(NOISE.drift)
    const holds = Array.from({ length: REPEATS }, () => {
      const slower = drift * noise(NOISE.repeat)
      const slowed = { ...service, cpuMs: (count: number) => slower * service.cpuMs(count) }
      return {
        ratePerSecond,
        p99Ms: simulatedP99(slowed, reads, { ratePerSecond, requests: REQUESTS_OF_A_HOLD }, uniform),
      }
    })
    const found = (highestRate / drift) * noise(NOISE.search)
    const cpu = cpuMs * drift * noise(NOISE.cpu)
    return {
      flow: scene.flow,
      ...shard,
      poolPages,
      holds,
      highestRate: { ratePerSecond: found, low: found * 0.94, high: found * 1.06 },
      pageGetsPerRequest: 3 * touchesPerRequest,
      missesPerRequest: missesPerRequest * noise(NOISE.cpu),
      mysqlCpuMsPerRequest: MYSQL_SHARE * cpu,
      cpuMsPerRequest: cpu,
      missMs: scene.readMs * noise(NOISE.read),
    }
  })
}

export function targetOf({ scene }: TrueLadder, { orders, pages, poolPages }: RungFigures): TargetRung {
  const { ratePerSecond, targetP99Ms } = COSTS[scene.flow]
  return { orders, pages, poolPages, ratePerSecond, targetP99Ms, cores: CORES, ...SIMULATED_LOAD }
}
