// How likely any table passes the limit, when growth is as uncertain as the plan says.

import type { TableProjection } from '../contracts/capacity.ts'
import type { Interval } from '../contracts/plan.ts'
import { totalGrowthExceedance } from './capacity-model/total-growth.ts'
import { normalFor } from './capacity-model/usl-uncertainty.ts'
import { significant } from './quantity.ts'

/** Of the plan's intervals: low and high hold the truth with this probability. */
const PLAN_CONFIDENCE = 0.9

/**
 * The skew between tables is the plan's own and the same in every future, so the fullest table stays the fullest: any
 * table passes the limit exactly when that one does. Only the total is uncertain: log-normal, its median the mid case,
 * its spread from the end of the plan's interval that lies towards the limit.
 */
export function overflowProbability(
  totalRows: Interval,
  tables: number,
  fullestOverMean: number,
  limit: number,
): Pick<TableProjection, 'probabilityAnyTableExceeds' | 'probabilityMethod'> {
  const { low, mid, high } = totalRows
  if (!(low > 0 && mid >= low && high >= mid)) {
    return { probabilityAnyTableExceeds: null, probabilityMethod: 'the plan gives no interval for the total' }
  }
  const median = mid * fullestOverMean
  const sigma = (median < tables * limit ? Math.log(high / mid) : Math.log(mid / low)) / normalFor(PLAN_CONFIDENCE)
  const { anyTable } = totalGrowthExceedance({ totalMedian: median, sigma, shards: tables, cvTable: 0, limit })
  return {
    probabilityAnyTableExceeds: anyTable,
    probabilityMethod: `modelled: log-normal total, sigma ${significant(sigma)} from the plan's 90 % interval; skew between tables as planned`,
  }
}
