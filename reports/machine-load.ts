// Several flows on one machine, from flows measured alone. Capacities cannot be added up, but shares of the machine can:
// Σ rate ÷ operating point is the number of machines when each flow uses one in proportion to its rate (utilisation law).

import type { FlowCapacity } from '../contracts/capacity.ts'
import type { Flow, Interval } from '../contracts/plan.ts'

export interface MachineLoad {
  /** Before headroom, not rounded; null: a flow has no operating point. */
  readonly machines: Interval | null
  /** With every flow just below the rate that is proven to fail: fewer machines cannot do. */
  readonly atLeast: number
  readonly shares: readonly { readonly flow: Flow; readonly share: number }[]
}

type RateOf = (flow: FlowCapacity) => Interval

export const peakRate: RateOf = ({ peakPerSecond }) => peakPerSecond

export const ordinaryRate: RateOf = ({ ordinaryPerSecond: rate }) => ({ low: rate, mid: rate, high: rate })

export function machineLoad(flows: readonly FlowCapacity[], rateOf: RateOf): MachineLoad {
  const over = (level: keyof Interval, capacity: (flow: FlowCapacity) => number | null) =>
    flows.reduce((sum, flow) => sum + rateOf(flow)[level] / (capacity(flow) ?? Number.POSITIVE_INFINITY), 0)
  const known = flows.every(({ lastPassPerSecond }) => lastPassPerSecond !== null)
  return {
    machines: known
      ? {
          // Without a proven failure nobody knows how much more one machine carries.
          low: over('low', ({ firstFailPerSecond }) => firstFailPerSecond),
          mid: over('mid', (flow) => flow.lastPassPerSecond),
          high: over('high', (flow) => flow.lastPassPerSecond),
        }
      : null,
    atLeast: over('mid', ({ firstFailPerSecond }) => firstFailPerSecond),
    shares: flows.flatMap((flow) =>
      flow.lastPassPerSecond === null ? [] : [{ flow: flow.flow, share: rateOf(flow).mid / flow.lastPassPerSecond }],
    ),
  }
}
