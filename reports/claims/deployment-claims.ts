// Claims about the plan's deployment: does each tier carry the peak second, and hold what the years bring? Modelled.

import type { Claim, DeploymentTier, DeploymentTierName } from '../../contracts/capacity.ts'
import type { Interval, Plan } from '../../contracts/plan.ts'
import { askedText } from '../deployment/tier-text.ts'
import { percent, plural, range, significant } from '../quantity.ts'

const AT_PEAK = 'in the peak second, headroom included'
const AT_HORIZON = 'at the end of the horizon'

/** What a claim says of a tier: who is enough, for what. */
const SUBJECTS: Readonly<Record<DeploymentTierName, readonly [name: string, enough: string, when: string]>> = {
  gateway: ['CPU of the gateway', 'CPU of the gateway is enough', AT_PEAK],
  services: ['CPU of the services', 'CPU of the services is enough', AT_PEAK],
  'services-memory': ['memory of the services', 'Memory of the services is enough', 'with a process per core'],
  'mysql-cpu': ['CPU of MySQL', 'CPU of MySQL is enough on its busiest host', AT_PEAK],
  'mysql-memory': ['memory of MySQL', 'The buffer pool of MySQL answers what it is to answer', AT_HORIZON],
  'mysql-disk': ['disk of MySQL', 'The orders fit the disks of MySQL', AT_HORIZON],
  'mysql-iops': ['disk speed of MySQL', 'The disks of MySQL are fast enough on its busiest host', AT_PEAK],
  redis: ['the thread of Redis', 'One thread is enough for both Redis servers', AT_PEAK],
  search: ['CPU of Elasticsearch', 'CPU of Elasticsearch is enough on its busiest node', AT_PEAK],
  'search-disk': ['disk of Elasticsearch', 'The search index fits the disks of Elasticsearch', AT_HORIZON],
  'search-shards': ['number of primaries', 'The shards of the search index stay below their limits', AT_HORIZON],
}

export function deploymentClaims(tiers: readonly DeploymentTier[], plan: Plan): readonly Claim[] {
  return tiers.map((tier): Claim => {
    const [, enough, when] = SUBJECTS[tier.tier]
    return {
      id: `deployment-${tier.tier}`,
      subject: 'deployment',
      claim: `${enough} ${when}: ${hostsText(tier.tier, plan)}.`,
      verdict: tier.verdict,
      value: tier.used?.mid ?? null,
      target: 1,
      bound: 'at-most',
      unit: 'share',
      evidence: askedText(tier) ?? 'not known',
      interval: tier.used === null ? null : { low: tier.used.low, high: tier.used.high },
      samples: null,
      basis: 'modelled',
      reason: reasonOf(tier),
    }
  })
}

/** "CPU of MySQL is 3.2 times too small (2.4 to 4.1)"; null: it is not. */
export function shortfall({ tier, used, verdict }: DeploymentTier): string | null {
  if (used === null || verdict !== 'FAIL') return null
  const factor = (value: number) => significant(value, 2)
  return `${SUBJECTS[tier][0]} is ${factor(used.mid)} times too small (${range(used.low, used.high, factor)})`
}

function reasonOf(tier: DeploymentTier): string {
  const { used, rule } = tier
  if (used === null) return `Not judged: ${rule}.`
  return `${useText(tier, used)} ${capitalised(rule)}.`
}

function useText(tier: DeploymentTier, { low, mid, high }: Interval): string {
  const interval = range(low, high, percent)
  if (tier.verdict === 'FAIL') return capitalised(`${shortfall(tier) ?? ''}.`)
  return tier.verdict === 'AT RISK'
    ? `Enough in the middle case (${percent(mid)} used), not with all against it (${interval}).`
    : `${percent(mid)} of it is used, ${interval} with what is uncertain.`
}

function hostsText(tier: DeploymentTierName, { deployment, shards }: Plan): string {
  if (deployment === undefined) return 'none'
  const { gateway, services, mysql, redis, elasticsearch } = deployment
  const of = (hosts: number, cores: number) => `${plural(hosts, 'host')} of ${plural(cores, 'core')}`
  if (tier === 'gateway') return of(gateway.hosts, gateway.cores)
  if (tier.startsWith('services')) return of(services.hosts, services.cores)
  if (tier === 'redis') return of(redis.hosts, redis.cores)
  if (tier.startsWith('search'))
    return `${of(elasticsearch.hosts, elasticsearch.cores)}, ${plural(elasticsearch.primaries, 'primary', 'primaries')} a quarter, ${plural(elasticsearch.replicas, 'replica')}`
  const hosts = mysql.hosts ?? Math.ceil(shards / (mysql.shardsPerHost ?? shards))
  return of(hosts, mysql.cores)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
