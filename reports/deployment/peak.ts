// The peak second as a deployment meets it: rates, what was measured of the requests, and how sure both are.

import type { FlowBottleneck } from '../../contracts/capacity.ts'
import { HARNESS, type Measurements } from '../../contracts/measurement.ts'
import { FLOWS, type Flow, type Interval, type ResolvedPlan } from '../../contracts/plan.ts'
import { type PeakPart, peakParts } from '../sizing/peak-parts.ts'

/** A figure, or why there is none: never a guess. */
export type Known<T> = T | { readonly unknown: string }

export function isUnknown<T extends object>(known: Known<T>): known is { readonly unknown: string } {
  return 'unknown' in known
}

export interface TierEvidence {
  readonly resolved: ResolvedPlan
  readonly measurements: Measurements
  readonly peak: Peak
  /** In MySQL at the horizon, all hosts together. */
  readonly dataBytes: Interval
}

export interface Peak {
  readonly parts: readonly PeakPart[]
  /** All flows together, mid case. */
  readonly perSecond: number
  /** The uncertain peak ÷ its mid case. */
  readonly scale: Interval
  /** Components of the system that were observed. */
  readonly components: readonly string[]
  /** Flows of the plan of which no window was held. */
  readonly missing: readonly Flow[]
  readonly windows: number
}

export function peakOf(resolved: ResolvedPlan, { steps }: Measurements, bottlenecks: readonly FlowBottleneck[]): Peak {
  const parts = peakParts(bottlenecks, resolved)
  const rates = resolved.peak.ratePerSecond
  const asked = FLOWS.filter((flow) => rates[flow].mid > 0)
  const { low, mid, high } = rates.checkout
  const observed = steps.filter(({ kind }) => kind !== 'warm-up').flatMap(({ components }) => components)
  return {
    parts,
    perSecond: asked.reduce((sum, flow) => sum + rates[flow].mid, 0),
    scale: mid > 0 ? { low: low / mid, mid: 1, high: high / mid } : { low: 1, mid: 1, high: 1 },
    components: [...new Set(observed.map(({ name }) => name))].filter((name) => !HARNESS.includes(name)),
    missing: asked.filter((flow) => !parts.some(({ flows }) => flows.includes(flow))),
    windows: steps.filter(({ kind }) => kind === 'measured' || kind === 'probe').length,
  }
}
