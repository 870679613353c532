// Asymptotic bounds of operational analysis: X ≤ min(1/Dmax, N/(ΣD+Z)), R ≥ max(ΣD, N·Dmax − Z), N* = (ΣD+Z)/Dmax.
// E. Lazowska et al., "Quantitative System Performance" (1984), ch. 5.

import type { OperationalBounds, ServiceDemand } from '../../contracts/capacity-model/queueing.ts'

export function perServerSeconds(demand: ServiceDemand): number {
  return demand.seconds / (demand.servers ?? 1)
}

/** The resource each request keeps busy longest, per server; of equals the first by name. */
export function bottleneckOf(demands: readonly ServiceDemand[]): ServiceDemand | null {
  const busiest = [...demands].sort(
    (a, b) => perServerSeconds(b) - perServerSeconds(a) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )[0]
  return busiest !== undefined && busiest.seconds > 0 ? busiest : null
}

/** Null when no resource is needed at all. */
export function operationalBounds(demands: readonly ServiceDemand[], thinkSeconds: number): OperationalBounds | null {
  const bottleneck = bottleneckOf(demands)
  if (bottleneck === null) return null
  const slowest = perServerSeconds(bottleneck)
  const idle = demands.reduce((sum, demand) => sum + demand.seconds, thinkSeconds)
  return { bottleneck: bottleneck.name, maxThroughput: 1 / slowest, saturationPopulation: idle / slowest }
}

export function throughputBound(demands: readonly ServiceDemand[], thinkSeconds: number, population: number): number {
  const bounds = operationalBounds(demands, thinkSeconds)
  const idle = demands.reduce((sum, demand) => sum + demand.seconds, thinkSeconds)
  return Math.min(bounds?.maxThroughput ?? Number.POSITIVE_INFINITY, population / idle)
}

export function responseBoundSeconds(
  demands: readonly ServiceDemand[],
  thinkSeconds: number,
  population: number,
): number {
  const bounds = operationalBounds(demands, thinkSeconds)
  const service = demands.reduce((sum, demand) => sum + demand.seconds, 0)
  return bounds === null ? service : Math.max(service, population / bounds.maxThroughput - thinkSeconds)
}
