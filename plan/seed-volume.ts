// A plan's first N years as the seeder wants them: rows by table, and the curve of time they lie on.

import type { SeedVolume } from '../contracts/dataset.ts'
import type { Plan } from '../contracts/plan.ts'
import { dayStartMs, plusYears } from './calendar.ts'
import { midFuture, projectDays } from './growth.ts'
import { rowsHash, sumOrders } from './resolve-plan.ts'
import { apportion, tableSkew } from './skew.ts'

/** `years` is a whole number from 1 to the plan's horizon. */
export function seedVolume(plan: Plan, years: number): SeedVolume {
  const future = midFuture(plan)
  const planStartMs = dayStartMs(plan.start)
  const ordersWithin = (endYears: number) =>
    sumOrders(projectDays(plan, future, planStartMs, plusYears(planStartMs, endYears)))
  const totalOrders = ordersWithin(years)
  const horizonOrders = ordersWithin(plan.horizonYears)

  const skew = tableSkew(plan)
  const startMs = plusYears(planStartMs, -years)
  return {
    plan,
    planHash: rowsHash(plan),
    years,
    startMs,
    endMs: planStartMs,
    cumulativeOrdersByHour: cumulativeOrdersByHour(plan, startMs, planStartMs),
    rowsByTable: apportion(Math.round(totalOrders), skew.shareByTable),
    fullTableRows: Math.round((plan.rowsPerTableLimit * totalOrders) / horizonOrders),
    ordersPerUser: (horizonOrders * (1 - plan.users.whales.shareOfOrders)) / plan.users.count,
    whalesByTable: skew.whalesByTable,
    whaleShareByTable: skew.whaleShareByTable,
  }
}

/** Weekdays and promotions fall as in the calendar of the past years, so that 11.11 is on 11 November there too. */
function cumulativeOrdersByHour(plan: Plan, startMs: number, endMs: number): readonly number[] {
  let total = 0
  return projectDays(plan, midFuture(plan), startMs, endMs).flatMap((day) =>
    plan.orders.hourShape.map((shape) => {
      total += (day.orders * shape) / 24
      return Math.round(total)
    }),
  )
}
