// What gives first, per flow: the component of the system that is full at the lowest rate.

import type { BottleneckRow, FlowBottleneck } from '../contracts/capacity.ts'
import type { Measurements } from '../contracts/measurement.ts'
import { componentCosts, type UnitCosts } from './component-costs.ts'
import { ms, percent, perSecond, plural, range } from './quantity.ts'

export function flowBottlenecks(measurements: Measurements): readonly FlowBottleneck[] {
  return componentCosts(measurements).map(flowBottleneck)
}

function flowBottleneck({ unit, atPerSecond, rows, counters }: UnitCosts): FlowBottleneck {
  const first = rows.find(({ saturatesAtPerSecond }) => saturatesAtPerSecond !== null)
  return {
    flow: unit.name,
    flows: unit.flows,
    atOfferedPerSecond: atPerSecond,
    rows,
    counters,
    givesFirst: first?.component ?? null,
    reason: first === undefined ? 'no component of the system was seen to work for it' : reason(first, atPerSecond),
  }
}

function reason(first: BottleneckRow, atPerSecond: number): string {
  const spread =
    first.demandSpreadMs === null
      ? ', spread unknown'
      : ` (${range(first.demandSpreadMs.low, first.demandSpreadMs.high, ms)})`
  return (
    `${first.component}, with ${ms(first.demandMs)} of CPU per request${spread}: ${percent(first.utilisation)} of ` +
    `${plural(first.servers, 'core')} at ${perSecond(atPerSecond)}, full at about ${perSecond(first.saturatesAtPerSecond ?? 0)}`
  )
}
