// Does the deployment carry the peak second, and hold what the years bring? Tier by tier, modelled from what this run
// measured of a request.

import {
  DEPLOYMENT_TIERS,
  type DeploymentTier,
  type DeploymentTierName,
  type FlowBottleneck,
} from '../../contracts/capacity.ts'
import type { Measurements } from '../../contracts/measurement.ts'
import type { Deployment, ResolvedPlan } from '../../contracts/plan.ts'
import { dataAtHorizon } from '../sizing/stored-data.ts'
import { gatewayCpu, redisCpu, servicesCpu, servicesMemory } from './even-tiers.ts'
import { mysqlCpu, mysqlDisk, mysqlIops, mysqlMemory } from './mysql-tiers.ts'
import { peakOf, type TierEvidence } from './peak.ts'
import { searchCpu, searchDisk, searchShards } from './search-tiers.ts'

export const JUDGE_OF_TIER: Readonly<
  Record<DeploymentTierName, (deployment: Deployment, evidence: TierEvidence) => DeploymentTier>
> = {
  gateway: gatewayCpu,
  services: servicesCpu,
  'services-memory': servicesMemory,
  'mysql-cpu': mysqlCpu,
  'mysql-memory': mysqlMemory,
  'mysql-disk': mysqlDisk,
  'mysql-iops': mysqlIops,
  redis: redisCpu,
  search: searchCpu,
  'search-disk': searchDisk,
  'search-shards': searchShards,
}

export function deploymentTiers(deployment: Deployment, evidence: TierEvidence): readonly DeploymentTier[] {
  return DEPLOYMENT_TIERS.map((tier) => JUDGE_OF_TIER[tier](deployment, evidence))
}

export function tierEvidence(
  resolved: ResolvedPlan,
  measurements: Measurements,
  bottlenecks: readonly FlowBottleneck[],
): TierEvidence {
  const peak = peakOf(resolved, measurements, bottlenecks)
  return { resolved, measurements, peak, dataBytes: dataAtHorizon(resolved, measurements) }
}
