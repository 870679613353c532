// The evidence of a run: `runs/<id>/measurements.json`. One record per step; raw samples stay in the step's journal.

import type { Flow } from './plan.ts'

export const LOAD_FLOWS = ['list', 'detail', 'checkout', 'search', 'mix'] as const
export type LoadFlow = (typeof LOAD_FLOWS)[number]

export const PROFILES = ['smoke', 'hold', 'knee', 'peak-day', 'spike', 'soak'] as const
export type Profile = (typeof PROFILES)[number]

/** Why a step cannot carry a claim. */
export const INVALID_CODES = [
  'target-dead',
  'too-few-samples',
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
] as const
export type InvalidCode = (typeof INVALID_CODES)[number]

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

/** CPU and counters of one component over a step's steady part. */
export interface ComponentUsage {
  /** `sut`, `mysql`, `elasticsearch`, `redis`, `nginx`, `k6`; with one process per service: `sut:order`, … */
  readonly name: string
  readonly cpuSeconds: number
  /** cpuSeconds ÷ (duration × cores of the machine), 0 … 1. */
  readonly cpuShare: number
  readonly rssBytes: number
}

export interface MysqlCounters {
  readonly queries: number
  readonly bufferPoolReadRequests: number
  /** Reads that missed the pool. */
  readonly bufferPoolReads: number
  readonly rowLockWaits: number
  readonly dataWrittenBytes: number
}

export interface ElasticsearchCounters {
  readonly searches: number
  readonly searchMs: number
  readonly indexed: number
  readonly rejected: number
}

/** `open`: requests start when they are due. `closed` (warm-up only): each user waits for its last answer. */
export type Arrivals = 'open' | 'closed'

export interface Step {
  readonly flow: LoadFlow
  /** From 0, in the order they ran. */
  readonly index: number
  /** A warm-up is never part of a claim. */
  readonly kind: 'warm-up' | 'measured'
  readonly startedAt: string
  readonly durationSeconds: number
  /** Default: open. */
  readonly arrivals?: Arrivals
  /** The beginning of the step that latencies, CPU and counters leave out. Rates and errors cover all of it. */
  readonly discardedSeconds?: number
  readonly offeredPerSecond: number
  /** Answered iterations that were due in the step ÷ its duration. */
  readonly achievedPerSecond: number
  readonly iterations: number
  readonly dropped: number
  readonly errors: number
  readonly errorRate: number
  /** Most frequent failures first, at most five: `status 503`, `check: order has items`, `connection refused`. */
  readonly failures: readonly { readonly what: string; readonly count: number }[]
  /** From the send to the last byte. */
  readonly serviceTime: Latency
  /** From the moment the iteration was due: what a user waits. */
  readonly fromIntendedStart: Latency
  /** Per flow where the step is a mix. */
  readonly byFlow: Readonly<Partial<Record<Flow, Latency>>>
  /** k6's CPU ÷ the CPU it may use, 0 … 1; null where it cannot be read. */
  readonly generatorCpu: number | null
  /** p99 of how late requests left the generator, after they were due. */
  readonly generatorLateP99Ms?: number | null
  readonly machineCpu: number | null
  /** Of the machine's CPU: what neither the system, its engines nor the generator used. null: not all of them are known. */
  readonly otherCpu?: number | null
  readonly components: readonly ComponentUsage[]
  readonly mysql: MysqlCounters | null
  readonly elasticsearch: ElasticsearchCounters | null
  readonly valid: boolean
  readonly invalid: readonly InvalidReason[]
  /** The journal of raw samples, relative to the run folder. */
  readonly journal: string
}

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
  /** Generator, services and engines on one machine share its cores. */
  readonly sharedMachine: boolean
  readonly bufferPoolBytes: number | null
  readonly flushLogAtTrxCommit: number | null
  readonly gitCommit: string | null
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

export interface Measurements {
  readonly runId: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly profile: Profile
  readonly command: string
  readonly conditions: RunConditions
  readonly datasetFingerprint: string | null
  readonly tables: readonly TableFacts[]
  /** null: not counted, `invalid` says why where it matters. */
  readonly tablesCountedAt?: string | null
  readonly sizes: EngineSizes | null
  readonly steps: readonly Step[]
  /** Faults that concern the whole run; any makes it INVALID. */
  readonly invalid: readonly InvalidReason[]
}
