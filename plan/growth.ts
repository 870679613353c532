// Orders per day: start volume × compound growth × weekday shape × promotion.

import type { Interval, Plan, Promotion } from '../contracts/plan.ts'
import { DAY_MS, daysBetween, weekdayOf } from './calendar.ts'

/** One value for each uncertain input of the plan: a single possible future. */
export interface Future {
  readonly perDayAtStart: number
  readonly yearlyGrowth: number
  /** In the order of the plan's promotions. */
  readonly multipliers: readonly number[]
}

export interface Day {
  readonly startMs: number
  readonly orders: number
  readonly promotion: string | null
}

export function midFuture({ orders }: Plan): Future {
  return {
    perDayAtStart: orders.perDayAtStart.mid,
    yearlyGrowth: orders.yearlyGrowth.mid,
    multipliers: orders.promotions.map(({ multiplier }) => multiplier.mid),
  }
}

/** Every future in which exactly one input is off its mid, as [with it low, with it high]. */
export function oneOffFutures({ orders }: Plan): readonly (readonly [low: Future, high: Future])[] {
  const mid = midFuture({ orders } as Plan)
  const pair = (interval: Interval, change: (value: number) => Partial<Future>) =>
    [
      { ...mid, ...change(interval.low) },
      { ...mid, ...change(interval.high) },
    ] as const
  return [
    pair(orders.perDayAtStart, (perDayAtStart) => ({ perDayAtStart })),
    pair(orders.yearlyGrowth, (yearlyGrowth) => ({ yearlyGrowth })),
    ...orders.promotions.map(({ multiplier }, at) =>
      pair(multiplier, (value) => ({ multipliers: mid.multipliers.with(at, value) })),
    ),
  ]
}

/** Days of [startMs, endMs) on their own calendar; growth counts from startMs. */
export function projectDays(plan: Plan, future: Future, startMs: number, endMs: number): readonly Day[] {
  return daysBetween(startMs, endMs).map((dayMs, day) => {
    const growth = (1 + future.yearlyGrowth) ** (day / 365)
    const weekday = plan.orders.weekdayShape[weekdayOf(dayMs)] ?? 1
    const promotion = promotionAt(plan.orders.promotions, future.multipliers, dayMs)
    return {
      startMs: dayMs,
      orders: future.perDayAtStart * growth * weekday * (promotion?.multiplier ?? 1),
      promotion: promotion?.name ?? null,
    }
  })
}

/** Where windows overlap, the larger multiplier counts. */
function promotionAt(promotions: readonly Promotion[], multipliers: readonly number[], dayMs: number) {
  let found: { readonly name: string; readonly multiplier: number } | null = null
  for (const [at, { name, from, days }] of promotions.entries()) {
    const multiplier = multipliers[at] ?? 1
    if (isInWindow(from, days, dayMs) && (found === null || multiplier > found.multiplier)) found = { name, multiplier }
  }
  return found
}

/** A window that starts in December may reach into the next year. */
function isInWindow(from: string, days: number, dayMs: number): boolean {
  const year = new Date(dayMs).getUTCFullYear()
  const [month, date] = from.split('-').map(Number) as [number, number]
  return [year - 1, year].some((candidate) => {
    const firstMs = Date.UTC(candidate, month - 1, date)
    return dayMs >= firstMs && dayMs < firstMs + days * DAY_MS
  })
}
