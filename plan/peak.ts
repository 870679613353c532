// From orders per day to requests per second: the busiest second of the horizon, and an ordinary one.

import { FLOWS, type Flow, type Plan } from '../contracts/plan.ts'
import type { Day } from './growth.ts'

const SECONDS_PER_DAY = 86_400

export function busiestDay(days: readonly Day[]): Day {
  return days.reduce((busiest, day) => (day.orders > busiest.orders ? day : busiest))
}

/** The last day without a promotion; the last day of all where promotions cover the whole horizon. */
export function lastOrdinaryDay(days: readonly Day[]): Day {
  return days.findLast(({ promotion }) => promotion === null) ?? (days.at(-1) as Day)
}

/** Orders in the busiest second of a day. */
export function peakOrdersPerSecond({ orders }: Plan, ordersPerDay: number): number {
  return (ordersPerDay / SECONDS_PER_DAY) * Math.max(...orders.hourShape) * orders.peakSecondOverHour
}

export function meanOrdersPerSecond(ordersPerDay: number): number {
  return ordersPerDay / SECONDS_PER_DAY
}

export function perFlow<T>(plan: Plan, value: (requestsPerOrder: number) => T): Readonly<Record<Flow, T>> {
  return Object.fromEntries(FLOWS.map((flow) => [flow, value(plan.requestsPerOrder[flow])])) as Record<Flow, T>
}
