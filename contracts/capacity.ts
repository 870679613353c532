// From evidence to decision: `runs/<id>/capacity.json`. Every number says where it comes from.

import type { ConfidenceInterval } from './capacity-model/interval.ts'
import type { Ladder } from './ladder.ts'
import type { Finding, InvalidReason, OperatingPoint, Outcome, StepKind, TargetKind } from './measurement.ts'
import type { Deployment, Flow, Interval } from './plan.ts'
import type { TableForecast } from './table-forecast.ts'

/** `AT RISK`: holds in the middle case, may not; the claim names the month to decide by. */
export const VERDICTS = ['PASS', 'AT RISK', 'FAIL', 'INVALID'] as const
export type Verdict = (typeof VERDICTS)[number]

/** How a number was come by. */
export const BASES = ['measured', 'modelled', 'extrapolated', 'planned'] as const
export type Basis = (typeof BASES)[number]

/** What a claim is about. `evidence` claims carry all others: when one is INVALID, so is the run. */
export const CLAIM_SUBJECTS = ['evidence', 'tables', 'flow', 'machine', 'deployment'] as const
export type ClaimSubject = (typeof CLAIM_SUBJECTS)[number]

export interface Claim extends Finding {
  /** Stable, kebab-case: `rows-per-table`, `checkout-within-targets`. */
  readonly id: string
  readonly subject: ClaimSubject
  /** The claim as a sentence that can be false. */
  readonly claim: string
  readonly verdict: Verdict
  /** Of the value, in its unit. null: none; an end that is null: open. */
  readonly interval: ClaimInterval | null
  readonly samples: number | null
  readonly basis: Basis
  /** Why this verdict: what gives first, at which rate or date. */
  readonly reason: string
}

/** Of a rate: the operating point's bracket. Never an interval over the requests of one step. */
export interface ClaimInterval {
  readonly low: number | null
  readonly high: number | null
}

/** How much of the plan's volume was really in the tables while the load ran. */
export interface Seeding {
  readonly plannedOrders: number
  /** null: no dataset came with the run. */
  readonly seededOrders: number | null
  readonly countedOrders: number | null
  /** Counted (else seeded) ÷ planned, 0 … 1. */
  readonly shareOfPlan: number | null
  readonly fullShards: readonly number[]
  /** Bytes by which rows of orders are wider than their columns; seeded null: no dataset came with the run. */
  readonly extraBytesPerRow: { readonly planned: number; readonly seeded: number | null }
  /** What a run at this share does not prove; empty at the whole volume. */
  readonly notProven: readonly string[]
}

/** The plan's own forecast, and what was counted against it. */
export interface TableProjection extends TableForecast {
  readonly limit: number
  /** One per shard: rows at the horizon, mid case, and rows counted now. */
  readonly tables: readonly {
    readonly shard: number
    readonly projectedRows: number
    readonly countedRows: number | null
  }[]
  readonly months: readonly {
    readonly month: string
    readonly rowsPerTable: Interval
    readonly rowsInFullest: Interval
  }[]
}

export interface CapacityPoint {
  readonly index: number
  /** A probe is drawn, and proves nothing: its outcome is `undecided`. */
  readonly kind: StepKind
  readonly durationSeconds: number
  readonly offeredPerSecond: number
  /** Right answers. */
  readonly goodPerSecond: number
  readonly samples: number
  /** From the intended start; null: too few samples. */
  readonly p99Ms: number | null
  readonly serviceP99Ms: number | null
  readonly errorRate: number
  readonly dropped: number
  readonly generatorCpu: number | null
  readonly machineCpu: number | null
  readonly outcome: Outcome
  /** Why it is not a pass, in sentences. */
  readonly reasons: readonly string[]
  readonly invalid: readonly InvalidReason[]
}

/** Throughput against concurrency (Little's law over the steps), by the Universal Scalability Law. */
export interface CapacityFit {
  readonly method: string
  readonly peakThroughputPerSecond: number
  readonly atConcurrency: number
  /** null: the steps leave it open. */
  readonly atConcurrencyInterval: ConfidenceInterval | null
  /** `interval`: where one more step would fall. */
  readonly curve: readonly {
    readonly concurrency: number
    readonly throughputPerSecond: number
    readonly interval: ConfidenceInterval | null
  }[]
  readonly points: readonly { readonly concurrency: number; readonly throughputPerSecond: number }[]
}

/** How the search for an operating point ended: what was proven, and what it would take to prove more. */
export interface Searched {
  readonly operatingPoint: OperatingPoint | null
  readonly found: string
}

/** What was found of one flow: ours, or one's own. */
export interface FlowCurve {
  readonly flow: string
  /** `mix`: measured while all flows ran together, at its share of the mix. */
  readonly measured: 'alone' | 'mix'
  readonly targetP99Ms: number
  readonly targetErrorRate: number
  readonly points: readonly CapacityPoint[]
  /** The operating point's bracket. */
  readonly lastPassPerSecond: number | null
  readonly firstFailPerSecond: number | null
  /** What ended the climb, in a sentence. */
  readonly limitedBy: string | null
  readonly searched: Searched | null
  /** null: the plan asks for nothing. */
  readonly peakPerSecond: Interval | null
  readonly ordinaryPerSecond: number | null
  /** null with the reason. */
  readonly fit: CapacityFit | null
  readonly fitReason: string | null
}

export interface FlowCapacity extends FlowCurve {
  readonly flow: Flow
  readonly peakPerSecond: Interval
  readonly ordinaryPerSecond: number
  /** Machines like the measured one that the peak asks for, headroom included; null with a reason. */
  readonly machinesForPeak: Interval | null
  /** How the number was come by, or why there is none. */
  readonly machinesReason: string
}

/** What was loaded. */
export interface MeasuredTarget {
  readonly kind: TargetKind
  readonly address: string
  /** It is this machine, engines and all, that stands behind the address. */
  readonly isThisMachine: boolean
}

/** All flows at once, at the plan's mix. A step passes when every flow in it does. */
export interface MixCapacity {
  readonly flows: readonly Flow[]
  readonly points: readonly CapacityPoint[]
  readonly lastPassPerSecond: number | null
  readonly firstFailPerSecond: number | null
  readonly limitedBy: string | null
  readonly searched: Searched | null
  /** Requests of these flows together. */
  readonly peakPerSecond: Interval
  readonly ordinaryPerSecond: number
}

export interface BottleneckRow {
  readonly component: string
  /** CPU milliseconds of this component per request: the slope of its CPU over the rates of all windows. */
  readonly demandMs: number
  /** 95 % interval of the slope; null: too few windows to tell. */
  readonly demandSpreadMs: { readonly low: number; readonly high: number } | null
  /** Cores it uses while nobody asks: the intercept. */
  readonly idleCores: number
  /** Busy share of what it can use (`servers` cores) at the highest rate that was held. */
  readonly utilisation: number
  /** Cores it can use: one for a JavaScript process, all of the machine for the others. */
  readonly servers: number
  readonly saturatesAtPerSecond: number | null
}

/** What the engines counted, per request. null: not known. */
export interface RequestCounters {
  readonly pageGets: number | null
  readonly poolMisses: number | null
  readonly dataReads: number | null
  readonly dataWrites: number | null
  readonly fsyncs: number | null
  readonly redoBytes: number | null
  readonly rowLockWaits: number | null
  readonly searchRejections: number | null
}

export interface FlowBottleneck {
  /** A flow, or a load of several flows whose parts cannot be told apart. */
  readonly flow: string
  /** The flows it speaks for. */
  readonly flows: readonly string[]
  /** The highest rate that was held; null: no window had figures. */
  readonly atOfferedPerSecond: number | null
  readonly counters: RequestCounters | null
  readonly rows: readonly BottleneckRow[]
  readonly givesFirst: string | null
  readonly reason: string
}

/** Copies of the measured machine; what the peak second asks of each tier; what is stored at the horizon. */
export const SIZING_GROUPS = ['machines', 'tiers', 'data'] as const
export type SizingGroup = (typeof SIZING_GROUPS)[number]

export interface SizingRow {
  readonly group: SizingGroup
  readonly what: string
  readonly low: number
  readonly mid: number
  readonly high: number
  readonly unit: 'machines' | 'cores' | 'connections' | 'bytes' | 'rows' | 'shards' | 'operations'
  readonly basis: Basis
  /** The rule behind the numbers, one sentence. */
  readonly rule: string
  /** Alternatives that were not taken, each with the reason. */
  readonly rejected: readonly string[]
}

/** Parts of a deployment that are judged, each by what runs out in it. CPU where nothing else is named. */
export const DEPLOYMENT_TIERS = [
  'gateway',
  'services',
  'services-memory',
  'mysql-cpu',
  'mysql-memory',
  'mysql-disk',
  'mysql-iops',
  'redis',
  'search',
  'search-disk',
  'search-shards',
] as const
export type DeploymentTierName = (typeof DEPLOYMENT_TIERS)[number]

/** Of the host, or the shard, that has most to do: all amounts in `unit`. */
export interface DeploymentTier {
  readonly tier: DeploymentTierName
  readonly unit: 'cores' | 'bytes' | 'operations' | 'documents'
  readonly there: number
  /** With the plan's headroom where it depends on the rate; null: not known. */
  readonly asked: Interval | null
  /** asked ÷ there: 1 is full. */
  readonly used: Interval | null
  readonly verdict: Verdict
  /** How it was come by, or why it is not known. */
  readonly rule: string
}

export interface DeploymentCandidate {
  readonly deployment: Deployment
  /** Price of all hosts, in cores. */
  readonly costInCores: number
  /** Who would be without orders while one MySQL host is down. */
  readonly usersPerMysqlHost: number
  readonly tiers: readonly DeploymentTier[]
}

/** What the plan might name. Two candidates, the cheaper first; fewer where no more machines of the list do. */
export interface DeploymentProposal {
  readonly candidates: readonly DeploymentCandidate[]
  /** What would change their order, or would not; or why there are none. */
  readonly tips: readonly string[]
}

export interface AnswerLine {
  readonly about: string
  /** null: a fact. */
  readonly verdict: Verdict | null
  readonly sentence: string
}

export interface Capacity {
  readonly runId: string
  readonly createdAt: string
  readonly verdict: Verdict
  readonly target: MeasuredTarget
  /** For someone who reads nothing else. */
  readonly answer: readonly AnswerLine[]
  readonly claims: readonly Claim[]
  /** null: another system than ours was loaded, which holds no orders of this plan. */
  readonly seeding: Seeding | null
  readonly tables: TableProjection | null
  readonly flows: readonly FlowCapacity[]
  /** Flows of one's own, in the order they were loaded. */
  readonly ownFlows: readonly FlowCurve[]
  /** null: the run loaded no mix. */
  readonly mix: MixCapacity | null
  /** One table filled to its limit, rung by rung. null: another kind of run. */
  readonly ladder: Ladder | null
  /** Flows of the plan that this run did not measure. */
  readonly flowsNotMeasured: readonly Flow[]
  readonly bottlenecks: readonly FlowBottleneck[]
  readonly sizing: readonly SizingRow[]
  /** null: the plan names none, or not the order system on this machine was loaded. */
  readonly deployment: readonly DeploymentTier[] | null
  /** Of a run whose plan names none. No verdict rests on it. */
  readonly proposal: DeploymentProposal | null
  /** Where this run is weak, most serious first. */
  readonly weaknesses: readonly string[]
}
