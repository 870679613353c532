// What gives first, per flow: the component that is full at the lowest rate.

import type { BottleneckRow, FlowBottleneck, FlowCapacity } from '../contracts/capacity.ts'
import type { Measurements, Step } from '../contracts/measurement.ts'
import type { Flow } from '../contracts/plan.ts'
import { componentDemand } from './component-demand.ts'
import { ms, percent, perSecond, plural } from './quantity.ts'

export function flowBottlenecks(measurements: Measurements, flows: readonly FlowCapacity[]): readonly FlowBottleneck[] {
  return flows.map((capacity) => flowBottleneck(capacity, measurements))
}

function flowBottleneck({ flow, measured }: FlowCapacity, measurements: Measurements): FlowBottleneck {
  if (measured === 'mix') return none(flow, 'measured only inside the mix: CPU cannot be told apart by flow')
  const steps = measurements.steps.filter((candidate) => candidate.flow === flow)
  const demand = componentDemand(steps, measurements)
  if (typeof demand === 'string') return none(flow, demand)
  const first = demand.rows.find(({ component }) => component === demand.givesFirst)
  return {
    flow,
    atOfferedPerSecond: demand.step.offeredPerSecond,
    rows: demand.rows,
    givesFirst: demand.givesFirst,
    reason: first === undefined ? demand.idleReason : reason(first, demand.step),
  }
}

function none(flow: Flow, why: string): FlowBottleneck {
  return { flow, atOfferedPerSecond: null, rows: [], givesFirst: null, reason: why }
}

function reason(first: BottleneckRow, step: Step): string {
  const full =
    first.saturatesAtPerSecond === null ? 'never full' : `full at about ${perSecond(first.saturatesAtPerSecond)}`
  return (
    `${first.component}, with ${ms(first.demandMs)} of CPU per request: ${percent(first.utilisation)} of ` +
    `${plural(first.servers, 'core')} at ${perSecond(step.achievedPerSecond)}, ${full}`
  )
}
