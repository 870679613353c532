// Rows of every table at the horizon, month by month, and the month in which the fullest passes the limit. The months are
// the plan's own: it counts days, weekdays and promotion days, which the model's forecast by whole months cannot.

import type { TableProjection } from '../contracts/capacity.ts'
import type { Measurements } from '../contracts/measurement.ts'
import type { Interval, ResolvedPlan } from '../contracts/plan.ts'
import { overflowProbability } from './overflow-probability.ts'

export function tableProjection(resolved: ResolvedPlan, measurements: Measurements): TableProjection {
  const limit = resolved.plan.rowsPerTableLimit
  const rows = resolved.rowsByTable
  const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length
  const fullestShard = rows.reduce((best, value, shard) => (value > (rows[best] ?? 0) ? shard : best), 0)
  const fullestOverMean = (rows[fullestShard] ?? 0) / mean
  const months = resolved.months.map(({ month, rowsPerTable }) => ({
    month,
    rowsPerTable,
    rowsInFullest: times(rowsPerTable, fullestOverMean),
  }))
  const crossing = {
    low: crossingMonth(months, limit, 'low'),
    mid: crossingMonth(months, limit, 'mid'),
    high: crossingMonth(months, limit, 'high'),
  }
  return {
    limit,
    tables: rows.map((projectedRows, shard) => ({
      shard,
      projectedRows,
      countedRows: measurements.tables.find((table) => table.shard === shard)?.orders ?? null,
    })),
    fullestShard,
    fullestOverMean,
    months,
    crossing,
    crossingReason:
      crossing.mid === null ? 'the fullest table stays below the limit until the horizon, mid case' : null,
    ...overflowProbability(resolved.totalOrders, rows.length, fullestOverMean, limit),
  }
}

function crossingMonth(months: TableProjection['months'], limit: number, level: keyof Interval): string | null {
  return months.find(({ rowsInFullest }) => rowsInFullest[level] > limit)?.month ?? null
}

function times(interval: Interval, factor: number): Interval {
  return { low: interval.low * factor, mid: interval.mid * factor, high: interval.high * factor }
}
