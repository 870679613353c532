// Latencies as recorded, and as arrivals would have seen them.

export interface LatencySegment {
  /** Requests in a row that took the same time. */
  readonly count: number
  readonly seconds: number
}

/** `closed`: the next request waits for the answer, so a stall hides the requests it delayed. */
export const LATENCY_MODES = ['closed', 'open'] as const
export type LatencyMode = (typeof LATENCY_MODES)[number]

export interface LatencyQuestion {
  readonly segments: readonly LatencySegment[]
  readonly expectedIntervalSeconds: number
  readonly mode: LatencyMode
  readonly droppedIterations: number
  readonly percentiles: readonly number[]
}

export interface LatencyDistribution {
  readonly count: number
  readonly meanSeconds: number
  /** Keyed by the percentile: "50", "99.9". Null where fewer than one request is expected beyond it. */
  readonly percentiles: Readonly<Record<string, number | null>>
  /** Why a percentile is null. */
  readonly percentileReasons?: Readonly<Record<string, string>>
}

export interface LatencyAnswer {
  readonly raw: LatencyDistribution
  readonly corrected: LatencyDistribution
  readonly warning: string | null
  readonly valid: boolean
  readonly reasons: readonly string[]
}
