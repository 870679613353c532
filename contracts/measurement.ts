// The evidence of a run: `runs/<id>/measurements.json`. A step is a window of a journal, with figures per flow; raw samples
// stay in the journals.

import type { MigrationDuring } from './migration-position.ts'
import type { ShareBounds } from './proportion.ts'
import type { ProtectionCost } from './protection-cost.ts'
import type { OpenArrivals } from './schedule.ts'

export const PROFILES = ['smoke', 'hold', 'knee', 'peak-day', 'spike', 'soak'] as const
export type Profile = (typeof PROFILES)[number]

/** Why a step cannot carry a claim. */
export const INVALID_CODES = [
  'target-dead',
  'rate-not-achieved',
  'dropped-iterations',
  'generator-saturated',
  'generator-late',
  'generator-unobserved',
  'machine-busy',
  'not-steady',
  'not-warmed-up',
  'script-exceptions',
  'generator-failed',
  'engine-lost',
  'target-changed',
  'interrupted',
  'data-incomplete',
  'one-share',
  'journal-differs',
] as const
export type InvalidCode = (typeof INVALID_CODES)[number]

/** What the machine or the generator did, not the system: the same rate is worth another try. */
export const ENVIRONMENTAL_CODES: readonly InvalidCode[] = [
  'generator-saturated',
  'generator-late',
  'generator-unobserved',
  'machine-busy',
]

export interface InvalidReason {
  readonly code: InvalidCode
  /** The figures, in a sentence. */
  readonly evidence: string
}

/** null: too few samples for that percentile (p99 wants 299, p99.9 wants 2 995). */
export interface Latency {
  readonly samples: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly p999Ms: number | null
  readonly maxMs: number | null
  readonly meanMs: number | null
}

/** Long against what a busy system needs to forget, short against a hold: the unit that says how sure a share is. */
export const BLOCK_SECONDS = 5

export interface Block {
  readonly iterations: number
  readonly good: number
  readonly overTarget: number
  readonly errors: number
}

/** Of the requests that were due in the window. */
export interface FlowFigures {
  readonly iterations: number
  /** Answered at all, rightly or not. */
  readonly answered: number
  /** Answered rightly. */
  readonly good: number
  readonly errors: number
  /** Right answers later than the p99 target, from when they were due. */
  readonly overTarget: number
  /** Most frequent failures first, at most five: `status 503`, `check: order has items`, `connection refused`. */
  readonly failures: readonly { readonly what: string; readonly count: number }[]
  /** Right answers, from the moment they were due: what a user waits. */
  readonly latency: Latency
  /** Right answers, from the send to the last byte. */
  readonly service: Latency
  readonly blocks: readonly Block[]
}

/** What one component used in a window. Disk: null where it cannot be read. */
export interface ComponentUsage {
  /**
   * `sut`, `mysql`, `elasticsearch`, `redis` (both servers), `nginx`; with one process per service `sut:order`; of further MySQL
   * servers `mysql:127.0.0.1:3307`; `k6` and `headroom` are the harness.
   */
  readonly name: string
  readonly cpuSeconds: number
  /** cpuSeconds ÷ (duration × cores of the machine), 0 … 1. */
  readonly cpuShare: number
  readonly rssBytes: number
  /** What reached the storage layer, by /proc/<pid>/io. */
  readonly diskReadBytes: number | null
  readonly diskWrittenBytes: number | null
}

/** Component: every process of k6. */
export const GENERATOR = 'k6'
/** Component: whoever watches, and what it started but k6. */
export const HEADROOM = 'headroom'
/** The generator and what watches it: never part of what the system costs. */
export const HARNESS: readonly string[] = [GENERATOR, HEADROOM]

/** Of all servers that hold shards together. */
export interface MysqlCounters {
  readonly queries: number
  readonly bufferPoolReadRequests: number
  /** Reads that missed the pool. */
  readonly bufferPoolReads: number
  readonly rowLockWaits: number
  readonly dataReads: number
  readonly dataWrites: number
  readonly dataWrittenBytes: number
  readonly fsyncs: number
  readonly redoWrittenBytes: number
}

export interface ElasticsearchCounters {
  readonly searches: number
  readonly searchMs: number
  readonly indexed: number
  readonly rejected: number
}

/** `closed` (warm-up only): each user waits for its last answer. */
export type Arrivals = OpenArrivals | 'closed'

/** What is behind the answers and not done yet: age of the oldest event that the search index has not been told. */
export interface Backlog {
  readonly startSeconds: number
  readonly endSeconds: number
}

/** Of one generator's requests in the window. */
export interface GeneratorFigures {
  /** `2/4`; `1/1` where one offers all. */
  readonly share: string
  readonly iterations: number
  /** Found no free virtual user. */
  readonly dropped: number
  /** p99 of how late they left by its own fault. */
  readonly lateP99Ms: number | null
  /** Its CPU ÷ the CPU it may use; null: not read, or generators on one machine share it and are judged together. */
  readonly cpu: number | null
}

export const STEP_KINDS = ['idle', 'warm-up', 'probe', 'measured'] as const
/** Only `measured` steps carry claims. A probe says where to look; `idle` is the machine without load. */
export type StepKind = (typeof STEP_KINDS)[number]

/**
 * What the ladder holds a rate for. `cold`: right after the database started. `share`: the rate that one full table gets.
 * `common`: one rate for every rung. `beside`: while something else is done to the table.
 */
export const HOLD_PURPOSES = ['cold', 'share', 'common', 'beside'] as const
export type HoldPurpose = (typeof HOLD_PURPOSES)[number]

export interface Step {
  /** What was offered: a flow by its name, or a mix of them by its own. `flows` says what was in it. */
  readonly load: string
  /** From 0, in the order they ran. */
  readonly index: number
  readonly kind: StepKind
  /** Of the ladder; absent: a search's own, or another profile's. */
  readonly purpose?: HoldPurpose
  /** Relative to the run folder; null: idle. */
  readonly journal: string | null
  /** The window, in ms after the journal's start. */
  readonly fromMs: number
  readonly toMs: number
  /** Of the window. */
  readonly startedAt: string
  readonly arrivals: Arrivals
  readonly offeredPerSecond: number
  /** Right answers of the requests due in the window, by its end but for what was young then. */
  readonly goodPerSecond: number
  /** Arrivals that found no free virtual user: they waited, and their wait counts in their latency. */
  readonly dropped: number
  readonly flows: Readonly<Record<string, FlowFigures>>
  /** k6's CPU ÷ the CPU it may use, 0 … 1; null where it cannot be read. */
  readonly generatorCpu: number | null
  /** p99 of how late requests left their generator by its own fault; of the latest of several. */
  readonly generatorLateP99Ms: number | null
  readonly generators: readonly GeneratorFigures[]
  readonly machineCpu: number | null
  /** Of the machine's CPU: what neither the system, its engines nor k6 used. null: not all of them are known. */
  readonly otherCpu: number | null
  readonly components: readonly ComponentUsage[]
  readonly mysql: MysqlCounters | null
  readonly elasticsearch: ElasticsearchCounters | null
  readonly backlog: Backlog | null
  readonly invalid: readonly InvalidReason[]
  readonly judgement: Judgement
}

/** What a window proves. `undecided`: valid, and too little of it. `invalid`: it proves nothing. */
export const OUTCOMES = ['pass', 'fail', 'undecided', 'invalid'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** What decided, or kept from deciding. */
export type JudgedBy = 'slow' | 'errors'

export interface FlowJudgement {
  readonly outcome: Outcome
  /** Share of right answers over the p99 target: may be 1 %. null: the plan has no target for it. */
  readonly slow: ShareBounds | null
  /** Share of requests that failed. */
  readonly errors: ShareBounds | null
  /** Targets missed (fail), or not proven either way (undecided). */
  readonly by: readonly JudgedBy[]
}

/** Made by judge() when the step is measured, and stored: everything else reads it. */
export interface Judgement {
  readonly outcome: Outcome
  readonly flows: Readonly<Record<string, FlowJudgement>>
}

/** How the search for an operating point ended. */
export interface OperatingPoint {
  readonly ratePerSecond: number
  /** Of the rate: the highest that is confirmed, and the lowest that is proven to fail (null: none is). */
  readonly interval: { readonly low: number; readonly high: number | null }
  readonly blocks: number
  /** Events rarer than one in so many seconds were not seen. */
  readonly rarestEventSeconds: number
}

/** What a profile was asked, and its answer. */
export interface LoadResult {
  readonly load: string
  readonly flows: readonly string[]
  readonly verdict: 'PASS' | 'FAIL' | 'INVALID'
  readonly operatingPoint: OperatingPoint | null
  /** Of a search: the highest rate that is proven to pass, the lowest that is proven to fail. null: nothing was searched. */
  readonly bracket: { readonly lastPass: number | null; readonly firstFail: number | null } | null
  /** Of a search: where the highest rate lies, however wide (95 %); high null: nothing failed. null: nothing can be said. */
  readonly highest?: { readonly low: number; readonly high: number | null } | null
  readonly reason: string
  /** The claim of smoke, spike, soak and peak-day: what was wanted and seen, in the claim's own unit. */
  readonly claim: ProfileClaim | null
}

/** `share`: of 1. `faults`: what must not be. */
export const CLAIM_UNITS = [
  'rows',
  'orders',
  'per-second',
  'ms',
  'seconds',
  'share',
  'missed-windows',
  'wrong-answers',
  'machines',
  'faults',
] as const
export type ClaimUnit = (typeof CLAIM_UNITS)[number]

/** The side of the target on which a value is right. */
export const CLAIM_BOUNDS = ['at-most', 'at-least'] as const
export type ClaimBound = (typeof CLAIM_BOUNDS)[number]

/** What was found, against what was asked. */
export interface Finding {
  /** In `unit`. null: not known, or no number. */
  readonly value: number | null
  /** In `unit`. null: what is asked is no number. */
  readonly target: number | null
  readonly bound: ClaimBound
  readonly unit: ClaimUnit
  /** What was measured, in words. */
  readonly evidence: string
}

export interface ProfileClaim extends Finding {
  readonly id: string
  readonly claim: string
}

/** Every order that a checkout of this run was told, looked up in the tables afterwards. */
export interface AcknowledgedOrders {
  readonly acknowledged: number
  readonly missing: number
  /** At most ten ids. */
  readonly examples: readonly string[]
  /** Left out: none was paid or cancelled. */
  readonly settled?: SettledOrders
}

/** Every pay and cancel that was acknowledged, held against the rows of the order and its payment. */
export interface SettledOrders {
  readonly acknowledged: number
  /** The order or its payment says something else, or is not there. */
  readonly wrong: number
  readonly examples: readonly string[]
}

/** `headroom`: the order system of this project, or one that answers as it does. `http`: any other. */
export const TARGET_KINDS = ['headroom', 'http'] as const
export type TargetKind = (typeof TARGET_KINDS)[number]

export interface RunConditions {
  readonly host: {
    readonly cpuModel: string
    readonly cores: number
    readonly memoryBytes: number
    readonly os: string
    readonly kernel: string
  }
  readonly versions: Readonly<Record<string, string>>
  readonly topology: string
  readonly target: string
  /** Absent (runs of before): headroom. */
  readonly targetKind?: TargetKind
  /** Generator, services and engines on one machine share its cores. */
  readonly sharedMachine: boolean
  /** How k6 shares the cores: a sentence for the report. */
  readonly generatorPlace: string
  readonly bufferPoolBytes: number | null
  readonly flushLogAtTrxCommit: number | null
  readonly gitCommit: string | null
  /** Absent: there is no migration, or none that we may look into. */
  readonly migration?: MigrationDuring
}

/** Rows counted by COUNT(*) at `tablesCountedAt`, never estimated. */
export interface TableFacts {
  readonly shard: number
  readonly orders: number
  readonly orderItems: number
  readonly payments: number
}

/** Bytes are InnoDB's and Elasticsearch's own statistics (whole pages, merged segments); rows are counted. */
export interface EngineSizes {
  readonly ordersBytesPerRow: number
  readonly allFamiliesBytesPerOrder: number
  readonly databaseBytes: number
  readonly searchBytes: number
  readonly searchDocuments: number
}

/** A run that offered a part of a load; `npm run merge` makes one run of all its parts. */
export interface LoadShare {
  /** `2/4` */
  readonly share: string
  /** What all parts were told alike, as one name: the seed of their requests. */
  readonly workloadId: string
  readonly startAt: string
  readonly planHash: string
  /** Of a script of one's own with all it imports; left out: a flow of ours. */
  readonly scriptHash?: string
  readonly ratePerSecond: number | null
  readonly durationSeconds: number | null
  /** Of the whole load, its lead-in included; null: it never came to it. */
  readonly schedule: string | null
  /** null: the target does not tell its time. */
  readonly clock: ClockOffset | null
}

/** This machine's clock minus the target's. */
export interface ClockOffset {
  readonly offsetMs: number
  readonly uncertaintyMs: number
}

export interface Measurements {
  readonly runId: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly profile: Profile
  readonly command: string
  readonly conditions: RunConditions
  readonly datasetFingerprint: string | null
  /** Left out: the run offered the whole load. */
  readonly share?: LoadShare
  /** Left out: requests were neither signed nor sealed. */
  readonly protection?: ProtectionCost
  readonly tables: readonly TableFacts[]
  /** null: not counted, `invalid` says why where it matters. */
  readonly tablesCountedAt?: string | null
  readonly sizes: EngineSizes | null
  readonly steps: readonly Step[]
  /** One per load, in order. */
  readonly results: readonly LoadResult[]
  /** null: not ours to look into, or not looked up. */
  readonly acknowledged: AcknowledgedOrders | null
  /** Faults that concern the whole run; any makes it INVALID. */
  readonly invalid: readonly InvalidReason[]
}
