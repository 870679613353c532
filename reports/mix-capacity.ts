// What one machine carries of all flows at once, where the run loaded the mix.

import type { MixCapacity } from '../contracts/capacity.ts'
import type { Measurements } from '../contracts/measurement.ts'
import { FLOWS, type ResolvedPlan } from '../contracts/plan.ts'
import { capacityPoint, flowsOf } from './capacity-point.ts'
import { isOpen, resultOf } from './flow-capacity.ts'
import { operatingPoint } from './operating-point.ts'

export function mixCapacity(resolved: ResolvedPlan, measurements: Measurements): MixCapacity | null {
  const steps = measurements.steps.filter((step) => isOpen(step) && flowsOf(step).length > 1)
  const flows = FLOWS.filter((flow) => steps.some((step) => step.flows[flow] !== undefined))
  if (flows.length === 0) return null
  const points = steps.map((step) => capacityPoint(step, null))
  const peaks = flows.map((flow) => resolved.peak.ratePerSecond[flow])
  return {
    flows,
    points,
    ...operatingPoint(points, resultOf(measurements, flows)),
    peakPerSecond: {
      low: sum(peaks.map(({ low }) => low)),
      mid: sum(peaks.map(({ mid }) => mid)),
      high: sum(peaks.map(({ high }) => high)),
    },
    ordinaryPerSecond: sum(flows.map((flow) => resolved.ordinaryRatePerSecond[flow])),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
