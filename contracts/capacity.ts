// From evidence to decision: `runs/<id>/capacity.json`. Every number says where it comes from.

import type { Flow, Interval } from './plan.ts'

export const VERDICTS = ['PASS', 'FAIL', 'INVALID'] as const
export type Verdict = (typeof VERDICTS)[number]

/** How a number was come by. */
export const PROVENANCES = ['measured', 'modelled', 'extrapolated', 'planned'] as const
export type Provenance = (typeof PROVENANCES)[number]

export interface Claim {
  /** Stable, kebab-case: `rows-per-table`, `checkout-p99-at-peak`. */
  readonly id: string
  /** The claim as a sentence that can be false. */
  readonly claim: string
  readonly verdict: Verdict
  readonly target: string
  readonly measured: string
  readonly interval: string | null
  readonly samples: number | null
  readonly provenance: Provenance
  /** Why this verdict: what gives first, at which rate or date. */
  readonly why: string
}

export interface TableProjection {
  readonly limit: number
  /** One per shard: rows at the horizon, mid case, and rows counted now. */
  readonly tables: readonly {
    readonly shard: number
    readonly projectedRows: number
    readonly countedRows: number | null
  }[]
  readonly months: readonly { readonly month: string; readonly rowsPerTable: Interval }[]
  /** `YYYY-MM` when the fullest table passes the limit; null with the reason. */
  readonly crossing: { readonly low: string | null; readonly mid: string | null; readonly high: string | null }
  readonly crossingReason: string | null
  readonly probabilityAnyTableExceeds: number
  readonly probabilityMethod: string
}

export interface CapacityPoint {
  readonly offeredPerSecond: number
  readonly achievedPerSecond: number
  readonly p99Ms: number | null
  readonly serviceP99Ms: number | null
  readonly errorRate: number
  readonly valid: boolean
  readonly pass: boolean
  readonly reasons: readonly string[]
}

export interface FlowCapacity {
  readonly flow: Flow
  readonly targetP99Ms: number
  readonly points: readonly CapacityPoint[]
  /** The operating point's bracket. */
  readonly lastPassPerSecond: number | null
  readonly firstFailPerSecond: number | null
  readonly limitedBy: string | null
  readonly peakPerSecond: Interval
  readonly ordinaryPerSecond: number
  /** Machines like the measured one that the peak asks for, headroom included; null with a reason. */
  readonly machinesForPeak: Interval | null
  readonly machinesReason: string | null
  /** Fit over the steps; null with the reason. */
  readonly curve: readonly { readonly offeredPerSecond: number; readonly p99Ms: number }[] | null
  readonly curveReason: string | null
}

export interface BottleneckRow {
  readonly component: string
  /** CPU seconds of this component per request of the flow. */
  readonly demandMs: number
  /** At the highest valid step. */
  readonly utilisation: number
  readonly saturatesAtPerSecond: number | null
}

export interface FlowBottleneck {
  readonly flow: Flow
  readonly rows: readonly BottleneckRow[]
  readonly givesFirst: string | null
  readonly reason: string
}

export interface SizingRow {
  readonly what: string
  readonly low: number
  readonly mid: number
  readonly high: number
  readonly unit: string
  readonly provenance: Provenance
  readonly rule: string
}

export interface Capacity {
  readonly runId: string
  readonly createdAt: string
  readonly verdict: Verdict
  readonly claims: readonly Claim[]
  readonly tables: TableProjection
  readonly flows: readonly FlowCapacity[]
  readonly bottlenecks: readonly FlowBottleneck[]
  readonly sizing: readonly SizingRow[]
  /** Where this run is weak, most serious first. */
  readonly weaknesses: readonly string[]
}
