// The ladder of a run: `runs/<id>/ladder.json`. One table filled rung by rung to the plan's limit, and measured at each.
// Written whole after every piece, so that nothing is measured twice.

import type { FlowJudgement, InvalidCode } from './measurement.ts'

export const LADDER_FLOWS = ['list', 'detail', 'checkout'] as const
export type LadderFlow = (typeof LADDER_FLOWS)[number]

/** `memory`: all of the data fits the pool. `plan`: pool ÷ data is what the plan's own setup gives. */
export const POOL_KINDS = ['memory', 'plan'] as const
export type PoolKind = (typeof POOL_KINDS)[number]

/** Of a table, whole as it is at the plan's limit: from here on it counts as full. */
export const FULL_SHARE = 0.99

/** What was asked: a ladder is continued only by the same. */
export interface LadderAsked {
  readonly planHash: string
  readonly seed: number
  readonly shard: number
  /** Orders in the table, rising. */
  readonly rungs: readonly number[]
  readonly flows: readonly LadderFlow[]
  readonly studies: boolean
}

/** How long each part of a piece takes. */
export interface LadderTimes {
  readonly coldSeconds: number
  readonly searchSeconds: number
  /** At the top rung, where what was predicted from the rungs below is judged. */
  readonly topSearchSeconds: number
  readonly holdSeconds: number
  readonly repeats: number
}

export interface FlowRates {
  /** What a table at the plan's limit gets of the plan's ordinary rate. */
  readonly sharePerSecond: number
  /** Of the busiest second. */
  readonly peakSharePerSecond: number
  /** One rate for all rungs; null: no rung has been measured yet. */
  readonly commonPerSecond: number | null
}

export interface HeldRate {
  readonly ratePerSecond: number
  readonly samples: number
  /** From the intended start; null: too few samples. */
  readonly p99Ms: number | null
  readonly serviceP99Ms: number | null
  /** Pages read from the disk. null: not counted. */
  readonly missesPerRequest: number | null
  readonly outcome: FlowJudgement['outcome']
  readonly invalid: readonly InvalidCode[]
}

/** Holds of one rate in processes of their own, and what they prove together. */
export interface HeldTogether {
  readonly ratePerSecond: number
  readonly repeats: readonly HeldRate[]
  readonly judgement: FlowJudgement
}

export interface HighestRate {
  readonly ratePerSecond: number
  /** 95 %. */
  readonly low: number
  /** null: nothing failed. */
  readonly high: number | null
}

export interface RungFlow {
  readonly share: HeldTogether | null
  readonly common: HeldTogether | null
  readonly highest: HighestRate | null
  /** Of the holds at the common rate. null: not known. */
  readonly pageGetsPerRequest: number | null
  readonly missesPerRequest: number | null
  readonly mysqlCpuMsPerRequest: number | null
  /** Of everything but the harness. */
  readonly cpuMsPerRequest: number | null
  /** Relative to the run folder. */
  readonly evidence: string
}

export interface RungPrediction {
  /** Of the rungs it rests on. */
  readonly fromOrders: readonly number[]
  readonly ratePerSecond: PredictedValue | null
  readonly p99Ms: PredictedValue
  readonly hitRatio: number | null
  /** At which the p99 is predicted. */
  readonly atPerSecond: number
}

export interface PredictedValue {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface RungPool {
  readonly pool: PoolKind
  /** As the server says. */
  readonly poolBytes: number
  readonly poolPages: number
  /** What was wanted; more than it has: the machine cannot hold it. */
  readonly wantedBytes: number
  /** `innodb_flush_method`: with O_DIRECT a page that is not in the pool is read from the disk. */
  readonly flushMethod: string
  /** Written before anything was measured with this pool. null: no rung below, or no model that answers. */
  readonly predicted: Readonly<Partial<Record<LadderFlow, RungPrediction | null>>>
  /** Cores that are used while nobody asks. */
  readonly idleCores: { readonly mysql: number; readonly system: number }
  /** Right after the database started; by flow. */
  readonly cold: Readonly<Partial<Record<LadderFlow, HeldRate>>> | null
  readonly coldEvidence: string | null
  /** Page requests that the pool answered, 0 … 1, over the warm holds. */
  readonly hitRatio: number | null
  readonly flows: Readonly<Partial<Record<LadderFlow, RungFlow>>>
}

export interface Rung {
  readonly orders: number
  /** By COUNT(*). */
  readonly counted: { readonly orders: number; readonly orderItems: number; readonly payments: number }
  readonly countedAt: string
  /** Used pages of 16 KiB of the shard's tables, indexes included. */
  readonly pages: number
  readonly fillSeconds: number
  readonly pools: readonly RungPool[]
}

export const STUDY_NAMES = [
  'add-column',
  'add-index',
  'drop-index',
  'dump',
  'restore',
  'cold-restart',
  'recovery-after-kill',
] as const
export type StudyName = (typeof STUDY_NAMES)[number]

/** Work on the table of the top rung. */
export interface Study {
  readonly name: StudyName
  readonly orders: number
  /** null: it failed, or did not come to its end; `note` says why. */
  readonly seconds: number | null
  /** Done on a part of the rows, and multiplied. */
  readonly projected: boolean
  /** What was done, and how. */
  readonly note: string
  /** Of the load beside it; null: there was none. */
  readonly beside: { readonly flow: string; readonly ratePerSecond: number; readonly p99Ms: number | null } | null
}

/** Where the time went. */
export interface LadderSpent {
  readonly fillSeconds: number
  readonly measureSeconds: number
  readonly studySeconds: number
  /** Of several starts together, what a kill cost apart. */
  readonly otherSeconds: number
}

export interface Ladder {
  readonly asked: LadderAsked
  readonly times: LadderTimes
  readonly startedAt: string
  readonly updatedAt: string
  readonly finished: boolean
  /** Rows of a table at the plan's limit. */
  readonly limitOrders: number
  /** Pool ÷ data of the plan's setup, and where it is from. */
  readonly planPool: { readonly share: number; readonly basis: string }
  readonly rates: Readonly<Partial<Record<LadderFlow, FlowRates>>>
  readonly rungs: readonly Rung[]
  readonly studies: readonly Study[]
  readonly spent: LadderSpent
}
