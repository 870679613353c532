// Queueing: closed networks by mean value analysis, one open station by Erlang's C, service demands by operational laws.

import type { Refused } from './interval.ts'

export interface ServiceDemand {
  readonly name: string
  /** Seconds of this resource one request needs over all its visits (D = V·S). */
  readonly seconds: number
  /** Identical servers behind one queue; 1 when absent. */
  readonly servers?: number
}

export interface MvaQuestion {
  readonly demands: readonly ServiceDemand[]
  readonly thinkSeconds: number
  readonly populations: readonly number[]
}

/** What mean value analysis says of one population. */
export interface MvaFigures {
  readonly population: number
  readonly throughput: number
  readonly responseSeconds: number
  readonly utilisation: Readonly<Record<string, number>>
  readonly queue: Readonly<Record<string, number>>
}

export const MVA_METHODS = ['exact', 'approximate'] as const
export type MvaMethod = (typeof MVA_METHODS)[number]

export interface MvaResult extends MvaFigures {
  readonly method: MvaMethod
}

export interface MvaAnswer extends OperationalBounds {
  /** Exact when every result is. */
  readonly method: MvaMethod
  readonly methodReason?: string
  readonly results: readonly MvaResult[]
}

/** Asymptotic bounds of a closed network: what holds whatever the distributions are. */
export interface OperationalBounds {
  readonly bottleneck: string
  readonly maxThroughput: number
  /** N* = (ΣD + Z) ÷ Dmax: beyond it requests must queue. */
  readonly saturationPopulation: number
}

export const MMC_STATISTICS = ['mean', 'p95', 'p99'] as const
export type MmcStatistic = (typeof MMC_STATISTICS)[number]

export interface MmcTarget {
  readonly statistic: MmcStatistic
  readonly seconds: number
}

export interface MmcQuestion {
  readonly servers: number
  readonly serviceSeconds: number
  readonly arrivalRates: readonly number[]
  readonly targets: readonly MmcTarget[]
}

export interface MmcResult {
  readonly arrivalRate: number
  readonly utilisation: number
  readonly waitProbability: number
  readonly meanSeconds: number
  readonly p95Seconds: number
  readonly p99Seconds: number
}

export interface MmcMaxRate extends MmcTarget {
  /** Null when not even an idle station meets the target. */
  readonly arrivalRate: number | null
  readonly arrivalRateReason?: string
}

export interface MmcAnswer {
  readonly results: readonly (MmcResult | ({ readonly arrivalRate: number } & Refused))[]
  readonly maxRates: readonly MmcMaxRate[]
}

export interface MeasuredResource {
  readonly name: string
  /** Mean share of the time its servers were busy, 0 … 1. */
  readonly busyFraction: number
  readonly servers: number
}

export interface DemandQuestion {
  readonly seconds: number
  readonly completions: number
  readonly resources: readonly MeasuredResource[]
  readonly targetUtilisation: Readonly<Record<string, number>>
  readonly loadFactors: readonly number[]
}

export interface ResourceDemand {
  readonly name: string
  readonly seconds: number
  readonly perServerSeconds: number
  readonly maxThroughput: number | null
  readonly maxThroughputReason?: string
}

export interface Growth {
  readonly factor: number
  readonly throughput: number
  readonly resource: string
}

export interface LoadProjection {
  readonly factor: number
  readonly utilisation: Readonly<Record<string, number>>
  /** No resource would have to be more than fully busy. */
  readonly feasible: boolean
  readonly limitingResource: string | null
}

export interface DemandAnswer {
  readonly throughput: number
  readonly demands: readonly ResourceDemand[]
  readonly bottleneck: string | null
  readonly bottleneckReason?: string
  readonly maxThroughput: number | null
  readonly maxThroughputReason?: string
  readonly growthAtTarget: Growth | null
  readonly growthAtTargetReason?: string
  readonly projections: readonly LoadProjection[]
}
