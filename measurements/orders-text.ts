// The orders that the requests of a drive are about, a line each: worked out here, so that k6 need not.

import type { Dataset } from '../contracts/dataset.ts'
import { legacyNoOf } from '../contracts/legacy-numbers.ts'
import type { Arrivals } from '../contracts/measurement.ts'
import { LEGACY_FLOW, type Plan } from '../contracts/plan.ts'
import { requestCount, type Segment } from '../contracts/schedule.ts'
import { type FlowWeights, orderLine, orderOfRequest } from '../contracts/workload.ts'

/** Beyond so many the same orders come again: k6 holds them in memory. */
const MOST_ORDERS = 100_000
const ORDERS_OF_CLOSED_DRIVE = 20_000

export interface OrdersOf {
  readonly dataset: Dataset
  readonly plan: Pick<Plan, 'recencyExponent'>
  readonly runId: string
}

/** A drive's request, as far as it decides which orders are asked for. */
export interface OfferedRequests {
  readonly load: { readonly weights: FlowWeights }
  readonly schedule: readonly Segment[]
  readonly arrivals: Arrivals
}

export function ordersText({ load, schedule, arrivals }: OfferedRequests, { dataset, plan, runId }: OrdersOf): string {
  const wanted = arrivals === 'closed' ? ORDERS_OF_CLOSED_DRIVE : requestCount(schedule)
  const orderOf = orderOfRequest(dataset, runId, plan.recencyExponent)
  const isOfMonolith = LEGACY_FLOW in load.weights
  const lines = Array.from({ length: Math.max(1, Math.min(MOST_ORDERS, wanted)) }, (_, i) => {
    const order = orderOf(i)
    return orderLine(isOfMonolith ? { ...order, legacyNo: legacyNoOf(dataset, order) } : order)
  })
  return `${lines.join('\n')}\n`
}
