// The claim the design rests on: no orders table passes its limit within the horizon. This file is where it is judged.

import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import type { Interval, Plan, PlanMonth } from '../contracts/plan.ts'
import { FAILS_FROM, type ForecastVerdict, HOLDS_UP_TO, type TableForecast } from '../contracts/table-forecast.ts'

/** Low and high of a plan's intervals hold the truth with this probability. */
const PLAN_CONFIDENCE = 0.9

export interface Projection {
  readonly plan: Pick<Plan, 'rowsPerTableLimit' | 'leadTimeMonths'>
  readonly months: readonly PlanMonth[]
  readonly rowsByTable: readonly number[]
  readonly totalOrders: Interval
}

export function tableForecast({ plan, months, rowsByTable, totalOrders }: Projection): TableForecast {
  const limit = plan.rowsPerTableLimit
  const fullestRows = rowsByTable.reduce((most, rows) => Math.max(most, rows), 0)
  const total = rowsByTable.reduce((sum, rows) => sum + rows, 0)
  // Of a plan so small that no table has a row, every table is as full as the others.
  const fullestOverMean = total > 0 ? (fullestRows * rowsByTable.length) / total : 1
  const crossingAt = (level: keyof Interval) =>
    months.find(({ rowsPerTable }) => rowsPerTable[level] * fullestOverMean > limit)?.month ?? null
  const crossing = { low: crossingAt('low'), mid: crossingAt('mid'), high: crossingAt('high') }
  const overflow = overflowProbability(totalOrders, (rowsByTable.length * limit) / fullestOverMean)
  return {
    verdict: forecastVerdict(overflow.probability),
    probabilityAnyTableExceeds: overflow.probability,
    probabilityMethod: `modelled: log-normal total, sigma ${Number(overflow.sigma.toPrecision(3))} from the plan's 90 % interval; skew between tables as planned`,
    crossing,
    decideBy: crossing.high === null ? null : monthsBefore(crossing.high, plan.leadTimeMonths + 1),
    fullestShard: Math.max(0, rowsByTable.indexOf(fullestRows)),
    fullestOverMean,
  }
}

/**
 * P(total > limit). The skew between tables is the plan's own and the same in every future, so the fullest table stays
 * the fullest, and any table passes its limit exactly when that one does. Only the total is uncertain: log-normal, its
 * median the mid case, its spread from the end of the plan's interval that lies towards the limit.
 */
function overflowProbability({ low, mid, high }: Interval, limit: number) {
  const z = normalQuantile(0.5 + PLAN_CONFIDENCE / 2, 0, 1)
  const sigma = (mid < limit ? Math.log(high / mid) : Math.log(mid / low)) / z
  return { sigma, probability: sigma > 0 ? normalCdf(Math.log(mid / limit) / sigma, 0, 1) : Number(mid > limit) }
}

function forecastVerdict(probability: number): ForecastVerdict {
  if (probability <= HOLDS_UP_TO) return 'PASS'
  return probability >= FAILS_FROM ? 'FAIL' : 'AT RISK'
}

/** More tables decided on in month m, with n months to build them, are there when month m + n + 1 begins. */
function monthsBefore(month: string, count: number): string {
  const [year = 0, ofYear = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, ofYear - 1 - count, 1)).toISOString().slice(0, 7)
}
