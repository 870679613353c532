// What follows from a plan: rows per table by month, the peak, the skew. A pure function of the plan.

import { createHash } from 'node:crypto'
import type { Interval, Plan, PlanMonth, ResolvedPlan } from '../contracts/plan.ts'
import { RECENCY_EXPONENT } from '../contracts/seeded-choice.ts'
import { combine } from '../contracts/uncertainty.ts'
import { dateOf, dayStartMs, plusYears } from './calendar.ts'
import { type Day, type Future, midFuture, oneOffFutures, projectDays } from './growth.ts'
import { busiestDay, lastOrdinaryDay, meanOrdersPerSecond, peakOrdersPerSecond, perFlow } from './peak.ts'
import { apportion, tableSkew } from './skew.ts'
import { tableForecast } from './table-forecast.ts'

export function resolvePlan(plan: Plan): ResolvedPlan {
  const startMs = dayStartMs(plan.start)
  const endMs = plusYears(startMs, plan.horizonYears)
  const project = (future: Future) => projectDays(plan, future, startMs, endMs)
  const mid = project(midFuture(plan))
  const oneOffs = oneOffFutures(plan).map(([low, high]) => [project(low), project(high)] as const)
  const interval = (value: (days: readonly Day[]) => number): Interval =>
    combine(
      value(mid),
      oneOffs.map(([low, high]) => [value(low), value(high)] as const),
    )

  const skew = tableSkew(plan)
  const totalOrders = interval(sumOrders)
  const peakDay = busiestDay(mid)
  const ordersPerPeakDay = interval((days) => busiestDay(days).orders)
  const peakPerSecond = mapInterval(ordersPerPeakDay, (orders) => peakOrdersPerSecond(plan, orders))
  const ordinaryPerSecond = meanOrdersPerSecond(lastOrdinaryDay(mid).orders)
  const months = projectMonths(plan, mid, interval)
  const rowsByTable = apportion(Math.round(totalOrders.mid), skew.shareByTable)
  return {
    plan,
    planHash: planHash(plan),
    months,
    rowsByTable,
    totalOrders,
    forecast: tableForecast({ plan, months, rowsByTable, totalOrders }),
    tableCv: skew.tableCv,
    peak: {
      day: dateOf(peakDay.startMs),
      promotion: peakDay.promotion,
      ordersPerDay: ordersPerPeakDay,
      ratePerSecond: perFlow(plan, (requests) => mapInterval(peakPerSecond, (rate) => rate * requests)),
    },
    ordinaryRatePerSecond: perFlow(plan, (requests) => ordinaryPerSecond * requests),
  }
}

/**
 * SHA-256 of the plan with its keys in order: comments and layout of the file do not count. Nor does the deployment: no
 * row and no rate follows from it, so data that was seeded stays good when hosts are added.
 */
export function planHash(plan: Plan): string {
  return createHash('sha256')
    .update(canonical(unlessUsual(plan)))
    .digest('hex')
}

/** Of what shapes rows: a load may choose among the same rows by another law. */
export function rowsHash(plan: Plan): string {
  return planHash({ ...plan, recencyExponent: RECENCY_EXPONENT.usual })
}

/** Without what is younger than data sets that people have, where it says nothing new: theirs is still the plan's hash. */
function unlessUsual({ deployment, recencyExponent, orders: { extraBytesPerRow, ...orders }, ...plan }: Plan): unknown {
  return {
    ...plan,
    orders: extraBytesPerRow === 0 ? orders : { ...orders, extraBytesPerRow },
    ...(recencyExponent === RECENCY_EXPONENT.usual ? {} : { recencyExponent }),
  }
}

export function sumOrders(days: readonly Day[]): number {
  return days.reduce((sum, { orders }) => sum + orders, 0)
}

/** Calendar months of the horizon; the first and the last may be partial. */
function projectMonths(
  plan: Plan,
  mid: readonly Day[],
  interval: (value: (days: readonly Day[]) => number) => Interval,
): readonly PlanMonth[] {
  const lastDayOfMonth = new Map(mid.map(({ startMs }, day) => [dateOf(startMs).slice(0, 7), day]))
  let first = 0
  return [...lastDayOfMonth].map(([month, last], at) => {
    const [from, to] = [first, last + 1]
    first = to
    return {
      index: at + 1,
      month,
      orders: interval((days) => sumOrders(days.slice(from, to))),
      rowsPerTable: interval((days) => sumOrders(days.slice(0, to)) / plan.shards),
    }
  })
}

function mapInterval({ low, mid, high }: Interval, map: (value: number) => number): Interval {
  return { low: map(low), mid: map(mid), high: map(high) }
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`).join(',')}}`
}
