// The one place that knows the i-th request of a load: when it is due, which flow it is of, and which order it is about: a
// seeded one, or one that the load itself placed. Everything is a function of the run and of i, so a run can be offered
// again, and parts of it elsewhere.

import type { Dataset } from './dataset.ts'
import { diceOf, PURPOSE, runKeyOf, weightedPicker } from './dice.ts'
import type { OrderId } from './order-id.ts'
import { dueTimesMs, type OpenArrivals, type Segment } from './schedule.ts'
import { orderChooser } from './seeded-choice.ts'
import type { SeededOrder } from './seeded-order.ts'

export interface Workload {
  /** Ms after the start. Never before that of an earlier request. */
  dueMs(i: number): number
  /** The request at a share's n-th place, and those of the same user that follow from it. None: it follows from another's. */
  requestsAt(place: number): readonly PlacedRequest[]
  /** The seeded order it is about, or whose user it is about. */
  orderOf(i: number): AskedOrder
}

export interface PlacedRequest {
  readonly i: number
  readonly flow: string
}

export type FlowWeights = Readonly<Record<string, number>>

export function dueTimesOf(schedule: readonly Segment[], arrivals: OpenArrivals, runId: string): number[] {
  return dueTimesMs(schedule, arrivals, runKeyOf(runId))
}

/** Flow of the i-th request, each as often as its weight says. */
export function flowChooser(weights: FlowWeights, runId: string): (i: number) => string {
  const runKey = runKeyOf(runId)
  const pick = weightedPicker(Object.entries(weights).map(([item, weight]) => ({ item, weight })))
  return (i) => pick(diceOf(runKey, i).roll(PURPOSE.flow))
}

export function orderOfRequest(dataset: Dataset, runId: string, recencyExponent: number): (i: number) => SeededOrder {
  const runKey = runKeyOf(runId)
  const choose = orderChooser(dataset, recencyExponent)
  return (i) => choose(diceOf(runKey, i))
}

/** What a request is about. */
export interface AskedOrder extends SeededOrder {
  /** What the monolith calls it; absent: nobody asks the monolith. */
  readonly legacyNo?: number
}

/** One line of an orders file: what Node worked out, so that k6 need not. */
export function orderLine({ orderId, userId, createdAtMs, legacyNo }: AskedOrder): string {
  return [orderId, userId, createdAtMs, ...(legacyNo === undefined ? [] : [legacyNo])].join('\t')
}

export function parseOrderLine(line: string): AskedOrder {
  const [orderId = '', userId, createdAtMs, legacyNo] = line.split('\t')
  return {
    orderId: orderId as OrderId,
    userId: Number(userId),
    createdAtMs: Number(createdAtMs),
    ...(legacyNo === undefined ? {} : { legacyNo: Number(legacyNo) }),
  }
}
