// From steps of rising load to the operating point: the bracket [last pass, first fail], or why there is none.

export interface LoadStep {
  readonly offered: number
  readonly achieved: number
  readonly p99Seconds: number
  readonly errorRate: number
  readonly dropped: number
  /** Busy share of the load generator's and of the server's CPU, 0 … 1. */
  readonly generatorCpu?: number
  readonly serverCpu?: number
}

export interface SloTargets {
  readonly p99Seconds: number
  readonly errorRate: number
}

export interface SearchQuestion {
  readonly steps: readonly LoadStep[]
  readonly targets: SloTargets
}

export const SLO_CRITERIA = ['p99Seconds', 'errorRate', 'achieved', 'dropped'] as const
export type SloCriterion = (typeof SLO_CRITERIA)[number]

export const SEARCH_VERDICTS = ['found', 'inconclusive', 'generator-limited', 'unbounded'] as const
export type SearchVerdict = (typeof SEARCH_VERDICTS)[number]

export interface SearchAnswer {
  readonly verdict: SearchVerdict
  /** Offered rates. */
  readonly lastPass: number | null
  readonly lastPassReason?: string
  readonly firstFail: number | null
  readonly firstFailReason?: string
  readonly operatingPoint: number | null
  readonly operatingPointReason?: string
  readonly limitingCriterion: SloCriterion | null
  readonly limitingCriterionReason?: string
  readonly reasons: readonly string[]
}
