// When a table passes its limit, how likely that is, and what a yearly volume means per second.

export interface Promotion {
  /** Calendar month, 1 … 12. */
  readonly month: number
  /** Multiplies the inserts of that month; of several promotions in one month only the largest factor does. */
  readonly factor: number
}

export interface RowsQuestion {
  readonly startRows: number
  /** Inserts of month 1 before any promotion. */
  readonly monthlyRows: number
  readonly monthlyGrowth: number
  readonly promotions: readonly Promotion[]
  /** Calendar month of index 1. */
  readonly startMonth: number
  readonly limit: number
}

export interface MonthRows {
  readonly index: number
  /** At the end of the month. */
  readonly rows: number
}

export interface RowsAnswer {
  readonly months: readonly MonthRows[]
  readonly crossing: MonthRows | null
  readonly crossingReason?: string
}

export interface TotalGrowthQuestion {
  /** Median of the rows over all tables; their logarithm has the standard deviation sigma. */
  readonly totalMedian: number
  readonly sigma: number
  readonly shards: number
  readonly cvTable: number
  readonly limit: number
}

export interface TotalGrowthAnswer {
  readonly anyTable: number
  readonly method: string
}

export interface ArrivalsQuestion {
  readonly totalRows: number
  readonly years: number
  readonly yearlyGrowth: number
}

export interface ArrivalsAnswer {
  readonly meanPerSecond: number
  readonly startPerSecond: number
  readonly endPerSecond: number
  readonly peakWarning: string
}
