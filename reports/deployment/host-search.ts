// The fewest hosts of a machine type with which a tier holds. More of them never make a tier fuller, so bisection finds
// them.

import type { DeploymentTier, DeploymentTierName } from '../../contracts/capacity.ts'
import type { Deployment } from '../../contracts/plan.ts'
import { APPLICATION_NODES, type DiskHost, type MachineType, SEARCH_NODES } from '../sizing/machine-types.ts'
import { JUDGE_OF_TIER } from './deployment.ts'
import type { TierEvidence } from './peak.ts'

const MOST_HOSTS = 4096
const MOST_PRIMARIES = 256
const REPLICAS = 1
const HIT_RATIO = 0.95
/** What is quick to judge comes first. */
const MYSQL: readonly DeploymentTierName[] = ['mysql-cpu', 'mysql-disk', 'mysql-memory', 'mysql-iops']
const REDIS = { hosts: 1, cores: 2 } as const

export interface Priced<T> {
  readonly tier: T
  readonly cost: number
}

export interface Wish {
  /** Which case must hold. */
  readonly level: 'mid' | 'high'
  readonly cpuSpeed: number
  readonly hitRatio: number
}

export const ALL_CASES: Wish = { level: 'high', cpuSpeed: 1, hitRatio: HIT_RATIO }

/** null: not even with a shard on each host. */
export function mysqlHosts(type: DiskHost, wish: Wish, evidence: TierEvidence): Priced<Deployment['mysql']> | null {
  const { cores, diskBytes, diskIops } = type
  const memoryBytes = wholeGb(type.memoryBytes)
  const of = (hosts: number) => ({ hosts, cores, memoryBytes, diskBytes, diskIops, hitRatio: wish.hitRatio })
  const { shards } = evidence.resolved.plan
  const hosts = fewest(shards, (count) => holds({ mysql: of(count) }, MYSQL, wish, evidence))
  return hosts === null ? null : { tier: of(hosts), cost: hosts * type.cost }
}

/** All but MySQL. Of Redis there is one, whether it is enough or not. */
export function otherHosts(wish: Wish, evidence: TierEvidence): Priced<Omit<Deployment, 'mysql'>> | null {
  const gateway = applicationHosts('gateway', ['gateway'], wish, evidence)
  const services = applicationHosts('services', ['services', 'services-memory'], wish, evidence)
  const elasticsearch = searchHosts(wish, evidence)
  if (gateway === null || services === null || elasticsearch === null) return null
  const { hosts, cores } = gateway.tier
  return {
    tier: {
      cpuSpeed: { low: wish.cpuSpeed, mid: wish.cpuSpeed, high: wish.cpuSpeed },
      gateway: { hosts, cores },
      services: services.tier,
      redis: REDIS,
      elasticsearch: elasticsearch.tier,
    },
    cost: gateway.cost + services.cost + REDIS.cores + elasticsearch.cost,
  }
}

function applicationHosts(
  name: 'gateway' | 'services',
  tiers: readonly DeploymentTierName[],
  wish: Wish,
  evidence: TierEvidence,
): Priced<Deployment['services']> | null {
  return cheapest(APPLICATION_NODES, ({ cores, memoryBytes }) => {
    const of = (hosts: number) => ({ hosts, cores, memoryBytes: wholeGb(memoryBytes) })
    const hosts = fewest(MOST_HOSTS, (count) => holds({ [name]: of(count) }, tiers, wish, evidence))
    return hosts === null ? null : of(hosts)
  })
}

function searchHosts(wish: Wish, evidence: TierEvidence): Priced<Deployment['elasticsearch']> | null {
  const base = { hosts: REPLICAS + 1, cores: 1, diskBytes: 1, replicas: REPLICAS }
  const least = fewest(MOST_PRIMARIES, (count) =>
    holds({ elasticsearch: { ...base, primaries: count } }, ['search-shards'], wish, evidence),
  )
  // No node does less than the work of one shard: where that is too much for it, there must be more of them.
  for (let primaries = least ?? Number.POSITIVE_INFINITY; primaries <= MOST_PRIMARIES; primaries *= 2) {
    const found = cheapest(SEARCH_NODES, ({ cores, diskBytes }) => {
      const of = (hosts: number) => ({ ...base, hosts: Math.max(base.hosts, hosts), cores, diskBytes, primaries })
      const hosts = fewest(MOST_HOSTS, (count) =>
        holds({ elasticsearch: of(count) }, ['search', 'search-disk'], wish, evidence),
      )
      return hosts === null ? null : of(hosts)
    })
    if (found !== null) return found
  }
  return null
}

/** As people write it. */
function wholeGb(bytes: number): number {
  return Math.floor(bytes / 1e9) * 1e9
}

/** The others of its tiers are not looked at. */
function holds(
  part: Partial<Deployment>,
  tiers: readonly DeploymentTierName[],
  { level, cpuSpeed }: Wish,
  evidence: TierEvidence,
): boolean {
  const speed = { low: cpuSpeed, mid: cpuSpeed, high: cpuSpeed }
  return tiers.every((tier) => {
    const { used } = JUDGE_OF_TIER[tier]({ ...SMALLEST, cpuSpeed: speed, ...part }, evidence)
    return used !== null && used[level] <= 1
  })
}

/** Why a tier cannot be judged, whatever its hosts; null: all can. */
export function unknownOf(evidence: TierEvidence): string | null {
  const tiers = Object.values(JUDGE_OF_TIER).map((judge): DeploymentTier => judge(SMALLEST, evidence))
  return tiers.find(({ used }) => used === null)?.rule ?? null
}

const ONE = { hosts: 1, cores: 1 } as const
const SMALLEST: Deployment = {
  cpuSpeed: { low: 1, mid: 1, high: 1 },
  gateway: ONE,
  services: { ...ONE, memoryBytes: 1 },
  mysql: { ...ONE, memoryBytes: 1, diskBytes: 1, diskIops: 1, hitRatio: HIT_RATIO },
  redis: ONE,
  elasticsearch: { ...ONE, diskBytes: 1, primaries: 1, replicas: 0 },
}

function cheapest<M extends MachineType, T extends { readonly hosts: number }>(
  types: readonly M[],
  tierOf: (type: M) => T | null,
): Priced<T> | null {
  const fitting = types.flatMap((type): Priced<T>[] => {
    const tier = tierOf(type)
    return tier === null ? [] : [{ tier, cost: tier.hosts * type.cost }]
  })
  return fitting.toSorted((a, b) => a.cost - b.cost)[0] ?? null
}

function fewest(most: number, suffices: (count: number) => boolean): number | null {
  if (!suffices(most)) return null
  let [low, high] = [0, most]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (suffices(middle)) high = middle
    else low = middle
  }
  return high
}
