// What is offered: one flow, or several with their weights. A single flow is a mix of one.

import { FLOWS, isSettling, LEGACY_FLOW, type OwnFlowPlan, type Plan, type ResolvedPlan } from '../contracts/plan.ts'
import type { FlowWeights } from '../contracts/workload.ts'

export interface Load {
  readonly name: string
  /** Requests of each flow, relative to each other; every flow in it is above 0. */
  readonly weights: FlowWeights
  /** What its one flow is made of, relative to each other; absent: of itself. */
  readonly parts?: FlowWeights
  /** A bundle to give k6; absent: a scenario of ours. */
  readonly script?: string
}

/** The load of all flows together, as often as the plan says. */
export const MIX = 'mix'

/** Of a run that names none. */
export const LOAD_NAMES: readonly string[] = [...FLOWS.filter((flow) => !isSettling(flow)), MIX]

export function loadOf(name: string, { requestsPerOrder }: Pick<Plan, 'requestsPerOrder'>): Load {
  if (name === LEGACY_FLOW) {
    const { list, detail, checkout } = requestsPerOrder
    return { name, weights: { [name]: 1 }, parts: { list, detail, checkout } }
  }
  if (name !== MIX) return { name, weights: { [name]: 1 } }
  return { name, weights: Object.fromEntries(Object.entries(requestsPerOrder).filter(([, weight]) => weight > 0)) }
}

export function sharesOf({ weights }: Load): Readonly<Record<string, number>> {
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0)
  return Object.fromEntries(Object.entries(weights).map(([flow, weight]) => [flow, weight / sum]))
}

export interface PlanRates {
  /** Where the plan names only the peak, that. */
  readonly ordinaryPerSecond: number
  /** null: the plan does not say. */
  readonly peakPerSecond: number | null
}

/** What the plan asks of the flows of a load together; null: it knows none of them. */
export function planRates({ weights }: Load, plan: ResolvedPlan): PlanRates | null {
  const [own] = Object.keys(weights).flatMap((flow) => plan.plan.flows?.[flow] ?? [])
  if (own !== undefined) return ownRates(own)
  const known = FLOWS.filter((flow) => flow in weights)
  if (known.length === 0) return null
  return {
    ordinaryPerSecond: known.reduce((sum, flow) => sum + plan.ordinaryRatePerSecond[flow], 0),
    peakPerSecond: known.reduce((sum, flow) => sum + plan.peak.ratePerSecond[flow].mid, 0),
  }
}

/** null: the plan does not say how often they are asked for. */
function ownRates({ ordinaryPerSecond, peakPerSecond }: OwnFlowPlan): PlanRates | null {
  const ordinary = ordinaryPerSecond ?? peakPerSecond
  return ordinary === undefined ? null : { ordinaryPerSecond: ordinary, peakPerSecond: peakPerSecond ?? null }
}
