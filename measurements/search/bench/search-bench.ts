// Searches of simulated servers whose operating point is known: what a procedure publishes, against the truth.

import { quantile } from 'simple-statistics'
import { currentSearch, planFor } from './current-search.ts'
import { formerSearch } from './former-search.ts'
import { NOISES, type Noise } from './noise.ts'
import type { Published } from './published.ts'
import { type Arrivals, Queue, type QueueModel, SERVICE_LAWS, type ServiceLaw } from './queue.ts'
import { trueRate } from './true-rate.ts'

export const PROCEDURES = ['current', 'former'] as const
export type Procedure = (typeof PROCEDURES)[number]

/** Published so far above the truth, or at all where no useful rate meets the target: somebody is misled. */
const WRONG_ABOVE = 1.05
const WITHIN = 0.05
/** So much of the capacity serves somebody. */
const LOWEST_USEFUL = 0.1
const HORIZON_SECONDS = 900

/** `two-workers` are busy with few users. `many-workers` wait for others: a warm-up's few users see a quarter of them. */
export const SERVERS = ['two-workers', 'many-workers'] as const
export type ServerName = (typeof SERVERS)[number]

interface Server extends Pick<QueueModel, 'workers' | 'serviceSeconds' | 'targetSeconds' | 'patienceSeconds'> {
  /** What a warm-up would get through. */
  readonly warmUpPerSecond: number
  readonly startRatePerSecond: number
}

const SERVER: Readonly<Record<ServerName, Server>> = {
  'two-workers': {
    workers: 2,
    serviceSeconds: 0.005,
    targetSeconds: 0.1,
    patienceSeconds: 0.5,
    warmUpPerSecond: 400,
    startRatePerSecond: 240,
  },
  // Eight users of 40 ms each; the first probe is at 0.4 of what they get through.
  'many-workers': {
    workers: 32,
    serviceSeconds: 0.04,
    targetSeconds: 0.8,
    patienceSeconds: 4,
    warmUpPerSecond: 200,
    startRatePerSecond: 80,
  },
}

export interface Scene {
  readonly server: ServerName
  readonly law: ServiceLaw
  readonly noise: Noise
}

export interface SceneRow extends Scene {
  readonly procedure: Procedure
  readonly searches: number
  /** null: no useful rate meets the target. */
  readonly truePerSecond: number | null
  readonly published: number
  /** Published ÷ truth; null where nothing was published or there is no truth. */
  readonly bias: { readonly p5: number; readonly median: number; readonly p95: number } | null
  /** Of the published, how many are within 5 % of the truth. */
  readonly within5Percent: number | null
  /** Of the intervals stated, how many hold the truth. */
  readonly coverage: number | null
  readonly wrongPublications: number
  readonly secondsMedian: number
  readonly states: Readonly<Record<string, number>>
}

export interface Flattery extends Omit<Scene, 'server'> {
  readonly arrivals: Arrivals
  /** Operating point under these arrivals ÷ under Poisson's. */
  readonly ratio: number
}

const NOISES_OF: Readonly<Record<ServerName, readonly Noise[]>> = {
  'two-workers': NOISES,
  'many-workers': ['none', 'one-stall', 'neighbour'],
}

export const SCENES: readonly Scene[] = SERVERS.flatMap((server) =>
  SERVICE_LAWS.flatMap((law) => NOISES_OF[server].map((noise) => ({ server, law, noise }))),
)

export function benchScene(scene: Scene, searches: number, budgetSeconds: number): readonly SceneRow[] {
  const truth = truthOf(scene)
  return PROCEDURES.map((procedure) => {
    const all = Array.from({ length: searches }, (_, i) => searchOnce(procedure, scene, i + 1, budgetSeconds))
    return { procedure, ...scene, searches, truePerSecond: truth, ...judged(all, truth) }
  })
}

const PASSING: readonly Noise[] = ['one-stall', 'neighbour', 'neighbour-unseen']

/** What comes and goes once is no part of the truth. */
function truthOf({ server, law, noise }: Scene): number | null {
  const lasting = PASSING.includes(noise) ? 'none' : noise
  const rate = trueRate({ ...SERVER[server], law, noise: lasting, seed: 5 }, 'poisson')
  return rate === null || rate < LOWEST_USEFUL * capacityOf(SERVER[server]) ? null : rate
}

function capacityOf({ workers, serviceSeconds }: Server): number {
  return workers / serviceSeconds
}

function searchOnce(procedure: Procedure, scene: Scene, seed: number, budgetSeconds: number): Published {
  const arrivals = procedure === 'former' ? 'even' : 'counted'
  const server = SERVER[scene.server]
  const { law, noise } = scene
  const queue = new Queue({ ...server, law, noise, arrivals, horizonSeconds: HORIZON_SECONDS, seed })
  const capacity = capacityOf(server)
  if (procedure === 'former') return formerSearch(queue, server.warmUpPerSecond, LOWEST_USEFUL * capacity)
  const plan = planFor(capacity, server.targetSeconds, budgetSeconds)
  return currentSearch(queue, { ...plan, startRatePerSecond: server.startRatePerSecond })
}

function judged(all: readonly Published[], truth: number | null) {
  const published = all.filter(({ ratePerSecond }) => ratePerSecond !== null)
  const ratios = truth === null ? [] : published.map(({ ratePerSecond }) => ratePerSecond! / truth)
  const stated = truth === null ? [] : published.flatMap(({ interval }) => (interval === null ? [] : [interval]))
  const states: Record<string, number> = {}
  for (const { state } of all) states[state] = (states[state] ?? 0) + 1
  return {
    published: published.length,
    bias: ratios.length === 0 ? null : spread(ratios),
    within5Percent: share(ratios, (ratio) => Math.abs(ratio - 1) <= WITHIN),
    coverage: share(stated, ({ low, high }) => low <= truth! && truth! <= high),
    wrongPublications: truth === null ? published.length : ratios.filter((ratio) => ratio > WRONG_ABOVE).length,
    secondsMedian: quantile(
      all.map(({ seconds }) => seconds),
      0.5,
    ),
    states,
  }
}

function spread(ratios: readonly number[]) {
  const at = (probability: number) => quantile([...ratios], probability)
  return { p5: at(0.05), median: at(0.5), p95: at(0.95) }
}

function share<T>(values: readonly T[], holds: (value: T) => boolean): number | null {
  return values.length === 0 ? null : values.filter(holds).length / values.length
}

/** What arrivals that are not quite Poisson make of the same server. */
export function flatteryOf(law: ServiceLaw): readonly Flattery[] {
  const model = { ...SERVER['two-workers'], law, noise: 'none' as const, seed: 5 }
  const poisson = trueRate(model, 'poisson')
  return (['counted', 'even'] as const).map((arrivals) => {
    return { law, noise: 'none', arrivals, ratio: (trueRate(model, arrivals) ?? 0) / (poisson ?? Number.NaN) }
  })
}
