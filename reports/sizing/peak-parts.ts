// The plan's peak second in parts whose requests cost about the same: flows, or a load whose flows cannot be told apart.

import type { FlowBottleneck } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import { FLOWS, type ResolvedPlan } from '../../contracts/plan.ts'
import { mapCases } from '../capacity-model/cases.ts'

export interface PeakPart extends FlowBottleneck {
  readonly peakPerSecond: Cases
}

/** Each flow once: where a load is judged as a whole, it speaks for all that is in it. */
export function peakParts(bottlenecks: readonly FlowBottleneck[], { peak }: ResolvedPlan): readonly PeakPart[] {
  const together = bottlenecks.filter(({ flows }) => flows.length > 1).flatMap(({ flows }) => flows)
  return bottlenecks.flatMap((part): PeakPart[] => {
    const flows = FLOWS.filter((flow) => part.flows.includes(flow))
    if (part.rows.length === 0 || flows.length === 0) return []
    if (part.flows.length === 1 && part.flows.some((flow) => together.includes(flow))) return []
    const rates = flows.map((flow) => peak.ratePerSecond[flow])
    return [{ ...part, peakPerSecond: mapCases((...each) => each.reduce((sum, rate) => sum + rate, 0), ...rates) }]
  })
}
