// The plan: growth assumptions and targets (`plan.yaml`), and what follows from them (`plan.json` of a run).

import type { TableForecast } from './table-forecast.ts'

export const FLOWS = ['list', 'detail', 'checkout', 'search', 'pay', 'cancel'] as const
export type Flow = (typeof FLOWS)[number]

/**
 * The old interfaces of the monolith: loaded when it is asked for by name. It is no flow of a plan, which is about the
 * system that takes the monolith's place.
 */
export const LEGACY_FLOW = 'legacy'

/** What becomes of an order. They need one that was just placed, so they are loaded with checkout only. */
export const SETTLING_FLOWS = ['pay', 'cancel'] as const satisfies readonly Flow[]
export type SettlingFlow = (typeof SETTLING_FLOWS)[number]

export function isSettling(flow: string): flow is SettlingFlow {
  return (SETTLING_FLOWS as readonly string[]).includes(flow)
}

/** An uncertain input: low and high hold the truth with 90 % confidence. */
export interface Interval {
  readonly low: number
  readonly mid: number
  readonly high: number
}

export interface Promotion {
  readonly name: string
  /** First day, `MM-DD`, every year. */
  readonly from: string
  readonly days: number
  /** That day's orders ÷ an ordinary day's. */
  readonly multiplier: Interval
}

/** A share of the users and the share of the orders they place: one stair of the Lorenz curve. */
export interface ActivityClass {
  readonly shareOfUsers: number
  readonly shareOfOrders: number
}

export interface Whales {
  /** Accounts (resellers, company buyers) that place orders by the thousand, all equally active. */
  readonly count: number
  /** Their share of all orders together. */
  readonly shareOfOrders: number
}

export interface FlowTarget {
  readonly p99Ms: number
  /** Failed requests ÷ all, at most. */
  readonly errorRate: number
}

/** A flow of one's own: a k6 script, named after its file. */
export interface OwnFlowPlan extends FlowTarget {
  /** What an ordinary second asks of it, and the busiest one. Absent: the plan asks for nothing. */
  readonly ordinaryPerSecond?: number
  readonly peakPerSecond?: number
}

/** Hosts of one kind. */
export interface TierHosts {
  readonly hosts: number
  /** Of each host. */
  readonly cores: number
}

/** What will run in production; peaks are judged against it. Memory, disk and operations are of each host. */
export interface Deployment {
  /** What a core of it does in the time in which one of the test machine does 1. */
  readonly cpuSpeed: Interval
  readonly gateway: TierHosts
  /** Of each process: one thread runs its JavaScript, so there are as many as cores. */
  readonly services: TierHosts & { readonly memoryBytes: number }
  /** Hosts that are written to and read from; replicas for safety are none of them. Either `hosts` or `shardsPerHost`. */
  readonly mysql: {
    readonly hosts?: number
    readonly shardsPerHost?: number
    readonly cores: number
    readonly memoryBytes: number
    readonly diskBytes: number
    /** Reads, writes and flushes a second. */
    readonly diskIops: number
    /** Of page requests: the share that the buffer pool is to answer. 0.95 where it is left out. */
    readonly hitRatio: number
  }
  readonly redis: TierHosts
  readonly elasticsearch: TierHosts & {
    readonly diskBytes: number
    /** Of each quarter's index. */
    readonly primaries: number
    readonly replicas: number
  }
}

/** `plan.yaml` after validation: every field is there. */
export interface Plan {
  readonly name: string
  readonly shards: number
  readonly rowsPerTableLimit: number
  readonly horizonYears: number
  /** First projected day, `YYYY-MM-DD` (UTC). */
  readonly start: string
  /** From the decision for more tables until they are in service. */
  readonly leadTimeMonths: number
  readonly orders: {
    readonly perDayAtStart: Interval
    /** 0.4 = 40 % more after a year, compounding daily. */
    readonly yearlyGrowth: Interval
    /** Monday … Sunday, mean 1. */
    readonly weekdayShape: readonly number[]
    /** 00 … 23 o'clock, mean 1. */
    readonly hourShape: readonly number[]
    /** Busiest second ÷ its hour's mean second. */
    readonly peakSecondOverHour: number
    readonly promotions: readonly Promotion[]
    /** What a row of yours has beside ours. 0 where it is left out. */
    readonly extraBytesPerRow: number
  }
  readonly users: {
    /** At the end of the horizon. */
    readonly count: number
    /** Shares sum to 1 each, whales apart. Most active first. */
    readonly activity: readonly ActivityClass[]
    readonly whales: Whales
  }
  readonly items: {
    /** Weight of 1, 2, 3 … items per order; sums to 1. */
    readonly countWeights: readonly number[]
  }
  /** Weights sum to 1; the position is the region number. */
  readonly regions: readonly { readonly name: string; readonly weight: number }[]
  /** In the order of CHANNELS; sums to 1. */
  readonly channelWeights: readonly number[]
  readonly lifecycle: {
    /** Days until nearly every order is in its final status. */
    readonly settledAfterDays: number
    readonly cancelledShare: number
    readonly refundedShare: number
  }
  /** Requests of each flow per checkout. checkout is 1; pay and cancel together at most 1. */
  readonly requestsPerOrder: Readonly<Record<Flow, number>>
  /** The row that a request is about has the age u^exponent of its table, u uniform: 1 prefers none. 3 where it is left out. */
  readonly recencyExponent: number
  readonly targets: Readonly<Record<Flow, FlowTarget>>
  /** Absent: none. */
  readonly flows?: Readonly<Record<string, OwnFlowPlan>>
  /** Absent: peaks are judged against nothing. */
  readonly deployment?: Deployment
  /** Capacity wanted above the peak: 0.3 = 30 %. */
  readonly headroom: number
  /** After a spike, until p99 and backlog are back. 30 where it is left out. */
  readonly recoverySeconds: number
  /** Of p99, memory or backlog over a soak: more than this share of it is a drift. 0.25 where it is left out. */
  readonly driftShare: number
}

/** One month of the projection. Index 1 is the first month. */
export interface PlanMonth {
  readonly index: number
  /** `YYYY-MM`. */
  readonly month: string
  /** Orders placed in this month, all tables. */
  readonly orders: Interval
  /** Rows of the mean `orders_NN` table at the month's end. */
  readonly rowsPerTable: Interval
}

/** `runs/<id>/plan.json`. */
export interface ResolvedPlan {
  readonly plan: Plan
  readonly planHash: string
  readonly months: readonly PlanMonth[]
  /** At the horizon, mid case: rows of each `orders_NN`, activity and whales included. */
  readonly rowsByTable: readonly number[]
  readonly totalOrders: Interval
  readonly forecast: TableForecast
  /** Of the users' share of orders per shard: standard deviation ÷ mean of a table's rows. */
  readonly tableCv: number
  readonly peak: {
    /** `YYYY-MM-DD` of the busiest day. */
    readonly day: string
    readonly promotion: string | null
    readonly ordersPerDay: Interval
    /** The busiest second of the horizon. */
    readonly ratePerSecond: Readonly<Record<Flow, Interval>>
  }
  /** Mean over the horizon's last ordinary (promotion-free) day: what an ordinary second asks for. */
  readonly ordinaryRatePerSecond: Readonly<Record<Flow, number>>
}
