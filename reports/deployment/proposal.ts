// A deployment for a plan that names none: the two cheapest whose every tier holds in all cases (but Redis, of which there
// is one), and what would change their order. Judged by the same rules as one that the plan names, so what is pasted into
// the plan passes.

import type { DeploymentCandidate, DeploymentProposal } from '../../contracts/capacity.ts'
import { exact, percent } from '../quantity.ts'
import { DATABASE_HOSTS, type DiskHost } from '../sizing/machine-types.ts'
import { deploymentTiers } from './deployment.ts'
import { ALL_CASES, mysqlHosts, otherHosts, unknownOf, type Wish } from './host-search.ts'
import type { TierEvidence } from './peak.ts'

const CANDIDATES = 2
/** What is tried on both of them. */
const LOWER_HIT_RATIO = 0.9
const FASTER_CPU = 1.5

export function deploymentProposal(evidence: TierEvidence): DeploymentProposal {
  const unknown = unknownOf(evidence)
  if (unknown !== null) return { candidates: [], tips: [`None can be worked out: ${unknown}.`] }
  const others = otherHosts(ALL_CASES, evidence)
  const databases = DATABASE_HOSTS.flatMap((type) => {
    const mysql = mysqlHosts(type, ALL_CASES, evidence)
    return mysql === null ? [] : [{ type, mysql }]
  })
  if (others === null || databases.length === 0) {
    return { candidates: [], tips: ['None can be worked out: no number of the machines on the list is enough.'] }
  }
  const chosen = databases.toSorted((a, b) => a.mysql.cost - b.mysql.cost).slice(0, CANDIDATES)
  const { plan } = evidence.resolved
  const candidates = chosen.map(({ mysql }): DeploymentCandidate => {
    const deployment = { ...others.tier, mysql: mysql.tier }
    const shardsOfHost = Math.ceil(plan.shards / (mysql.tier.hosts ?? 1))
    return {
      deployment,
      costInCores: others.cost + mysql.cost,
      usersPerMysqlHost: Math.round((plan.users.count * shardsOfHost) / plan.shards),
      tiers: deploymentTiers(deployment, evidence),
    }
  })
  const types = chosen.map(({ type }) => type)
  const tips = CHANGES.map(([when, change]) => tip(when, { ...ALL_CASES, ...change }, types, evidence))
  return { candidates, tips: [...redisTip(candidates), ...tips] }
}

/** More hosts do not help it. */
function redisTip([first]: readonly DeploymentCandidate[]): readonly string[] {
  const high = first?.tiers.find(({ tier }) => tier === 'redis')?.used?.high ?? 0
  if (high <= 1) return []
  return [
    `Neither solves Redis: the one thread of its two servers, counted together, may be asked for ${percent(high)} of what it has, and the services know one address of each. Cache less, or put faster cores there.`,
  ]
}

const CHANGES: readonly (readonly [when: string, change: Partial<Wish>])[] = [
  [`If ${percent(LOWER_HIT_RATIO)} of page requests answered from memory were enough`, { hitRatio: LOWER_HIT_RATIO }],
  ['If the middle case of all that is uncertain were enough', { level: 'mid' }],
  [`With cores ${FASTER_CPU} times as fast as this machine's`, { cpuSpeed: FASTER_CPU }],
]

function tip(when: string, wish: Wish, types: readonly DiskHost[], evidence: TierEvidence): string {
  const found = types.map((type) => mysqlHosts(type, wish, evidence))
  const [first = null, second = null] = found
  const texts = types.map(({ name }, at) => `${exact(found[at]?.tier.hosts ?? 0)} ${name}`)
  const order =
    first === null || second === null
      ? ''
      : second.cost < first.cost
        ? ', and the second candidate would be the cheaper'
        : ', and their order would stay'
  return `${when}, MySQL would need ${texts.join(' or ')}${order}.`
}
