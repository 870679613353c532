// One line for each value of a sweep.

import type { Interval, ResolvedPlan } from '../contracts/plan.ts'
import type { TableForecast } from '../contracts/table-forecast.ts'
import { type PlanChange, pathText } from '../plan/plan-change.ts'
import { compact, perSecond, probability } from '../reports/quantity.ts'

export interface SweepPoint
  extends Pick<TableForecast, 'verdict' | 'probabilityAnyTableExceeds' | 'crossing' | 'decideBy'> {
  readonly path: string
  readonly value: unknown
  readonly totalOrders: Interval
  /** Mid case, at the horizon. */
  readonly fullestTableRows: number
  readonly peakCheckoutsPerSecond: Interval
}

export function sweepPoint({ path, value }: PlanChange, resolved: ResolvedPlan): SweepPoint {
  const { verdict, probabilityAnyTableExceeds, crossing, decideBy, fullestShard } = resolved.forecast
  return {
    path: pathText(path),
    value,
    verdict,
    probabilityAnyTableExceeds,
    crossing,
    decideBy,
    totalOrders: resolved.totalOrders,
    fullestTableRows: resolved.rowsByTable[fullestShard] ?? 0,
    peakCheckoutsPerSecond: resolved.peak.ratePerSecond.checkout,
  }
}

/** In 80 columns: the path has a line of its own. */
export function sweepText(points: readonly SweepPoint[]): string {
  const header = ['', 'P(over)', 'low', 'mid', 'high', 'decide', 'fullest', 'peak']
  const rows = points.map((point) => [
    point.verdict,
    probability(point.probabilityAnyTableExceeds),
    ...[point.crossing.low, point.crossing.mid, point.crossing.high, point.decideBy].map((month) => month ?? '-'),
    compact(point.fullestTableRows),
    perSecond(point.peakCheckoutsPerSecond.mid),
  ])
  const values = points.map(({ value }) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const lines = [['', ...header], ...rows.map((cells, at) => [values[at] ?? '', ...cells])]
  return `${points[0]?.path ?? ''}   (low, mid, high: full in)\n${aligned(lines).join('\n')}\n`
}

function aligned(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
