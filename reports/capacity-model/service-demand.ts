// Service demand law D = U·m·T/C (Denning & Buzen 1978): what one request costs each resource, from utilisation and
// throughput, never from response time; then what saturates first, and at which growth.

import type { Refused } from '../../contracts/capacity-model/interval.ts'
import type {
  DemandAnswer,
  DemandQuestion,
  Growth,
  LoadProjection,
  MeasuredResource,
  ResourceDemand,
  ServiceDemand,
} from '../../contracts/capacity-model/queueing.ts'
import { bottleneckOf, perServerSeconds } from './operational-bounds.ts'
import { refuse } from './refuse.ts'

/** A resource without a target of its own may run until it saturates. */
const SATURATION = 1
const ALL_IDLE = 'no resource was busy: nothing measured limits the throughput'

export function answerDemand(question: DemandQuestion): DemandAnswer | Refused {
  if (question.completions === 0) {
    return refuse('no-completions', 'no request completed: the demand of one request is unknown')
  }
  const throughput = question.completions / question.seconds
  const demands = serviceDemands(question.resources, throughput)
  const bottleneck = bottleneckOf(demands)
  const growth = growthAtTarget(question.resources, question.targetUtilisation, throughput)
  return {
    throughput,
    demands: demands.map(withMaxThroughput),
    ...(bottleneck === null
      ? { bottleneck: null, bottleneckReason: ALL_IDLE, maxThroughput: null, maxThroughputReason: ALL_IDLE }
      : { bottleneck: bottleneck.name, maxThroughput: 1 / perServerSeconds(bottleneck) }),
    ...(growth === null ? { growthAtTarget: null, growthAtTargetReason: ALL_IDLE } : { growthAtTarget: growth }),
    projections: question.loadFactors.map((factor) => projectLoad(question.resources, factor)),
  }
}

export function serviceDemands(resources: readonly MeasuredResource[], throughput: number): readonly ServiceDemand[] {
  return resources.map(({ name, busyFraction, servers }) => ({
    name,
    servers,
    seconds: (busyFraction * servers) / throughput,
  }))
}

function withMaxThroughput(demand: ServiceDemand): ResourceDemand {
  const { name, seconds } = demand
  const base = { name, seconds, perServerSeconds: perServerSeconds(demand) }
  if (seconds > 0) return { ...base, maxThroughput: 1 / base.perServerSeconds }
  return { ...base, maxThroughput: null, maxThroughputReason: 'never busy: it limits nothing that was measured' }
}

/** How far the load can grow until the first resource reaches its target; below 1 it must shrink. */
export function growthAtTarget(
  resources: readonly MeasuredResource[],
  targets: Readonly<Record<string, number>>,
  throughput: number,
): Growth | null {
  const growths = resources
    .filter((resource) => resource.busyFraction > 0)
    .map((resource) => ({
      factor:
        (Object.hasOwn(targets, resource.name) ? (targets[resource.name] ?? 1) : SATURATION) / resource.busyFraction,
      resource: resource.name,
    }))
    .sort((a, b) => a.factor - b.factor || (a.resource < b.resource ? -1 : 1))
  const first = growths[0]
  return first === undefined ? null : { ...first, throughput: first.factor * throughput }
}

export function projectLoad(resources: readonly MeasuredResource[], factor: number): LoadProjection {
  const loads = resources.map(({ name, busyFraction }) => ({ name, utilisation: busyFraction * factor }))
  const busiest = [...loads].sort((a, b) => b.utilisation - a.utilisation || (a.name < b.name ? -1 : 1))[0]
  return {
    factor,
    utilisation: Object.fromEntries(loads.map(({ name, utilisation }) => [name, utilisation])),
    feasible: loads.every(({ utilisation }) => utilisation <= SATURATION),
    limitingResource: busiest !== undefined && busiest.utilisation > 0 ? busiest.name : null,
  }
}
