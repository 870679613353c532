// What the plan forecasts for every table, beside what was counted. The forecast itself is the plan's (plan/table-forecast.ts).

import type { TableProjection } from '../contracts/capacity.ts'
import type { Measurements } from '../contracts/measurement.ts'
import type { Interval, ResolvedPlan } from '../contracts/plan.ts'

export function tableProjection(resolved: ResolvedPlan, measurements: Measurements): TableProjection {
  const { plan, forecast, months, rowsByTable } = resolved
  return {
    ...forecast,
    limit: plan.rowsPerTableLimit,
    tables: rowsByTable.map((projectedRows, shard) => ({
      shard,
      projectedRows,
      countedRows: measurements.tables.find((table) => table.shard === shard)?.orders ?? null,
    })),
    months: months.map(({ month, rowsPerTable }) => ({
      month,
      rowsPerTable,
      rowsInFullest: times(rowsPerTable, forecast.fullestOverMean),
    })),
  }
}

function times(interval: Interval, factor: number): Interval {
  return { low: interval.low * factor, mid: interval.mid * factor, high: interval.high * factor }
}
