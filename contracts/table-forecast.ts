// Does the plan hold? Judged in one place (plan/table-forecast.ts), stored in a run's `plan.json`, read by every other.

/** `AT RISK`: holds in the mid case, may not in another. */
export const FORECAST_VERDICTS = ['PASS', 'AT RISK', 'FAIL'] as const
export type ForecastVerdict = (typeof FORECAST_VERDICTS)[number]

/** P(any table over the limit): at most this likely, the plan holds. */
export const HOLDS_UP_TO = 0.05
/** At least this likely, it does not. Between the two it is at risk. */
export const FAILS_FROM = 0.5

export interface TableForecast {
  readonly verdict: ForecastVerdict
  readonly probabilityAnyTableExceeds: number
  readonly probabilityMethod: string
  /** `YYYY-MM` in which the fullest table passes the limit; null: not within the horizon. */
  readonly crossing: { readonly low: string | null; readonly mid: string | null; readonly high: string | null }
  /** `YYYY-MM`: the last month in which more tables can be decided on; null: none is needed within the horizon. */
  readonly decideBy: string | null
  readonly fullestShard: number
  /** Rows of the fullest table ÷ rows of the mean table, mid case. */
  readonly fullestOverMean: number
}
