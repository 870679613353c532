// The orders that the requests of a drive are about, a line each: worked out here, so that k6 need not.

import type { Dataset } from '../contracts/dataset.ts'
import type { Arrivals } from '../contracts/measurement.ts'
import type { Plan } from '../contracts/plan.ts'
import { requestCount, type Segment } from '../contracts/schedule.ts'
import { orderLine, orderOfRequest } from '../contracts/workload.ts'

/** Beyond so many the same orders come again: k6 holds them in memory. */
const MOST_ORDERS = 100_000
const ORDERS_OF_CLOSED_DRIVE = 20_000

export interface OrdersOf {
  readonly dataset: Dataset
  readonly plan: Pick<Plan, 'recencyExponent'>
  readonly runId: string
}

export function ordersText(
  { schedule, arrivals }: { readonly schedule: readonly Segment[]; readonly arrivals: Arrivals },
  { dataset, plan, runId }: OrdersOf,
): string {
  const wanted = arrivals === 'closed' ? ORDERS_OF_CLOSED_DRIVE : requestCount(schedule)
  const orderOf = orderOfRequest(dataset, runId, plan.recencyExponent)
  const lines = Array.from({ length: Math.max(1, Math.min(MOST_ORDERS, wanted)) }, (_, i) => orderLine(orderOf(i)))
  return `${lines.join('\n')}\n`
}
