// Tiers whose hosts share the requests evenly: gateway, services, Redis.

import type { DeploymentTier } from '../../contracts/capacity.ts'
import type { Deployment, Interval, TierHosts } from '../../contracts/plan.ts'
import { isService } from '../component-costs.ts'
import { plural } from '../quantity.ts'
import { isUnknown, type TierEvidence } from './peak.ts'
import { judgedTier, scaled } from './tier.ts'
import { cpuOfPeak, type TierComponents } from './tier-cpu.ts'

export function gatewayCpu({ gateway, cpuSpeed }: Deployment, evidence: TierEvidence): DeploymentTier {
  const components = { name: 'nginx', isOf: (name: string) => name === 'nginx' }
  return evenTier('gateway', gateway, components, cpuSpeed, evidence)
}

export function servicesCpu({ services, cpuSpeed }: Deployment, evidence: TierEvidence): DeploymentTier {
  return evenTier('services', services, { name: 'the services', isOf: isService }, cpuSpeed, evidence)
}

/** One thread serves all, however many cores there are: on the safe side, as the component is two servers. */
export function redisCpu({ redis: { hosts, cores }, cpuSpeed }: Deployment, evidence: TierEvidence): DeploymentTier {
  const thread = { hosts, cores: Math.min(1, cores) }
  return evenTier('redis', thread, { name: 'Redis', isOf: (name) => name === 'redis' }, cpuSpeed, evidence)
}

/** A process per core, each as large as the largest that was seen. */
export function servicesMemory({ services }: Deployment, { measurements }: TierEvidence): DeploymentTier {
  const there = { tier: 'services-memory', unit: 'bytes', there: services.memoryBytes } as const
  const components = measurements.steps.flatMap((step) => step.components).filter(({ name }) => isService(name))
  const seen = components.map(({ rssBytes }) => rssBytes).filter((rssBytes) => rssBytes > 0)
  if (seen.length === 0) return judgedTier(there, null, 'the memory of the services was not observed')
  const processes = Math.ceil(services.cores)
  const [least, most] = [processes * Math.min(...seen), processes * Math.max(...seen)]
  const rule = `${plural(processes, 'process', 'processes')} a host, one per core, as large as the largest that was seen`
  return judgedTier(there, { low: least, mid: most, high: most }, rule)
}

function evenTier(
  tier: 'gateway' | 'services' | 'redis',
  { hosts, cores }: TierHosts,
  components: TierComponents,
  cpuSpeed: Interval,
  { resolved, peak }: TierEvidence,
): DeploymentTier {
  const there = { tier, unit: 'cores', there: cores } as const
  const cpu = cpuOfPeak(components, cpuSpeed, peak)
  if (isUnknown(cpu)) return judgedTier(there, null, cpu.unknown)
  const rule = `${cpu.basis}, spread evenly over ${plural(hosts, 'host')}`
  return judgedTier(there, scaled(cpu.cores, (1 + resolved.plan.headroom) / hosts), rule)
}
