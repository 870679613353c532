// What one machine like the measured one carries of each flow, and how many of them the plan's peak asks for.

import type { CapacityPoint, FlowCapacity, FlowCurve } from '../contracts/capacity.ts'
import type { LoadResult, Measurements, Step } from '../contracts/measurement.ts'
import { FLOWS, type Flow, type FlowTarget, type Interval, type ResolvedPlan } from '../contracts/plan.ts'
import { capacityPoint, flowsOf } from './capacity-point.ts'
import { operatingPoint } from './operating-point.ts'
import { compact, percent, perSecond } from './quantity.ts'
import { throughputFit } from './throughput-fit.ts'

export function flowCapacities(resolved: ResolvedPlan, measurements: Measurements): readonly FlowCapacity[] {
  return FLOWS.flatMap((flow) => {
    const steps = measurements.steps.filter((step) => isOpen(step) && step.flows[flow] !== undefined)
    const alone = steps.filter((step) => flowsOf(step).length === 1)
    if (alone.length > 0) return [flowCapacity(flow, 'alone', alone, resolved, resultOf(measurements, [flow]))]
    return steps.length > 0 ? [flowCapacity(flow, 'mix', steps, resolved, null)] : []
  })
}

/** Of the load of exactly these flows. */
export function resultOf({ results }: Measurements, flows: readonly string[]): LoadResult | null {
  const isOf = (result: LoadResult) =>
    result.flows.length === flows.length && flows.every((flow) => result.flows.includes(flow))
  return results.find(isOf) ?? null
}

/** Points of a curve: what was offered at a rate, to prove or to look. */
export function isOpen({ kind }: Step): boolean {
  return kind === 'measured' || kind === 'probe'
}

/** Flows of one's own: those of the plan that this run loaded. */
export function ownFlowCurves({ plan }: ResolvedPlan, measurements: Measurements): readonly FlowCurve[] {
  return Object.entries(plan.flows ?? {}).flatMap(([flow, asked]) => {
    const steps = measurements.steps.filter((step) => isOpen(step) && step.flows[flow] !== undefined)
    const result = resultOf(measurements, [flow])
    if (steps.length === 0 && result === null) return []
    const { ordinaryPerSecond = null, peakPerSecond: peak = null } = asked
    const peakPerSecond = peak === null ? null : { low: peak, mid: peak, high: peak }
    return [{ ...curveOf(flow, 'alone', steps, asked, result), ordinaryPerSecond, peakPerSecond }]
  })
}

function flowCapacity(
  flow: Flow,
  measured: FlowCapacity['measured'],
  steps: readonly Step[],
  resolved: ResolvedPlan,
  searched: LoadResult | null,
): FlowCapacity {
  const curve = curveOf(flow, measured, steps, resolved.plan.targets[flow], searched)
  const peakPerSecond = resolved.peak.ratePerSecond[flow]
  return {
    ...curve,
    flow,
    peakPerSecond,
    ordinaryPerSecond: resolved.ordinaryRatePerSecond[flow],
    ...(measured === 'alone'
      ? machinesForPeak(peakPerSecond, resolved.plan.headroom, curve.lastPassPerSecond, curve.firstFailPerSecond)
      : { machinesForPeak: null, machinesReason: 'the mix was measured as a whole: see the machines for all flows' }),
  }
}

function curveOf(
  flow: string,
  measured: FlowCurve['measured'],
  steps: readonly Step[],
  target: FlowTarget,
  searched: LoadResult | null,
): Omit<FlowCurve, 'peakPerSecond' | 'ordinaryPerSecond'> {
  const points = steps
    .map((step) => capacityPoint(step, flow))
    .toSorted((a, b) => a.offeredPerSecond - b.offeredPerSecond || a.index - b.index)
  return {
    flow,
    measured,
    targetP99Ms: target.p99Ms,
    targetErrorRate: target.errorRate,
    points,
    ...operatingPoint(points, searched),
    ...throughputFit(measured === 'alone' ? steps : []),
  }
}

/**
 * peak × (1 + headroom) ÷ the operating point's bracket. Machines are counted as if they shared nothing: a model, and an
 * extrapolation from two machines on.
 */
export function machinesForPeak(
  peak: Interval,
  headroom: number,
  lastPass: number | null,
  firstFail: number | null,
): Pick<FlowCapacity, 'machinesForPeak' | 'machinesReason'> {
  if (lastPass === null) {
    return { machinesForPeak: null, machinesReason: 'no step met the targets, so there is no capacity to multiply' }
  }
  const wanted = 1 + headroom
  return {
    machinesForPeak: {
      low: firstFail === null ? 1 : Math.ceil((peak.low * wanted) / firstFail),
      mid: Math.ceil((peak.mid * wanted) / lastPass),
      high: Math.ceil((peak.high * wanted) / lastPass),
    },
    machinesReason:
      `peak of ${range(peak)} with ${percent(headroom)} headroom ÷ ${perSecond(lastPass)} that passed` +
      `${firstFail === null ? ' (at most: no rate is proven to fail, so one machine may carry more)' : ` (low end: ÷ ${perSecond(firstFail)} that failed)`}; ` +
      'as if machines shared nothing',
  }
}

function range({ low, mid, high }: Interval): string {
  return `${perSecond(mid)} [${compact(low)} to ${compact(high)}]`
}

/** The step nearest above a rate that is proven to pass: what is known about the rate itself. */
export function evidenceAt(
  { points, lastPassPerSecond }: Pick<FlowCapacity, 'points' | 'lastPassPerSecond'>,
  ratePerSecond: number,
): CapacityPoint | undefined {
  const highest = lastPassPerSecond ?? 0
  return points.find(
    ({ kind, offeredPerSecond: rate }) => kind === 'measured' && rate >= ratePerSecond - 0.05 && rate <= highest + 0.05,
  )
}
