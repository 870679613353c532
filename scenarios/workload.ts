// The workload of this process of k6: the formulas of contracts/workload.ts, worked out once and shared by all users.

import { SharedArray } from 'k6/data'
import type { Dataset } from '../contracts/dataset.ts'
import { diceOf, runKeyOf } from '../contracts/dice.ts'
import { journeysOf, type Turn, turnsOf } from '../contracts/journey.ts'
import { legacyNoOf } from '../contracts/legacy-numbers.ts'
import { isSettling, LEGACY_FLOW } from '../contracts/plan.ts'
import { nthOfShare } from '../contracts/share.ts'
import {
  dueTimesOf,
  type FlowWeights,
  flowChooser,
  orderOfRequest,
  type PlacedRequest,
  parseOrderLine,
  type Workload,
} from '../contracts/workload.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'

/** What the operations need to know of the data. */
export interface Catalogue {
  readonly regions: number
  readonly productCount: number
}

const { arrivals, schedule, share, datasetPath, ordersPath } = settings

/** Fingerprint and catalogue of `-e DATASET=file`; null: the target's own word counts. */
export const datasetOfFile =
  datasetPath === null
    ? null
    : (new SharedArray('data set', () => {
        const { fingerprint, regions, productCount } = JSON.parse(open(datasetPath)) as Dataset
        return [{ fingerprint, regions, productCount }]
      })[0] as Catalogue & { readonly fingerprint: string })

const orders =
  ordersPath === null ? null : new SharedArray('orders', () => open(ordersPath).split('\n').filter(Boolean))

// A run without a name is named after its start, which the users learn later: its due times are those of no name.
export const dueTimes =
  arrivals === 'closed'
    ? null
    : new SharedArray('due times', () => dueTimesOf(schedule, arrivals, settings.runId ?? ''))

/** Asked for where k6 begins: it shares nothing later. null: no request follows from another at a time of its own. */
export function sharedTurns(weights: FlowWeights): readonly Turn[] | null {
  if (dueTimes === null || !Object.keys(weights).some(isSettling)) return null
  return new SharedArray('turns', () => [...turnsOf(weights, Array.from(dueTimes), settings.runId ?? '', share)])
}

export interface LoadParts {
  readonly weights: FlowWeights
  readonly turns: readonly Turn[] | null
}

export function workloadOf({ dataset }: SetupData, { weights, turns }: LoadParts, runId: string): Workload {
  const requestsAt = turns === null ? drawnRequests(weights, runId) : (place: number) => chain(turns, place)
  return { dueMs: (i) => dueTimes?.[i] ?? 0, requestsAt, orderOf: orderChooserOf(dataset, weights, runId) }
}

/** Without a schedule a journey is one request after the other. */
function drawnRequests(weights: FlowWeights, runId: string): Workload['requestsAt'] {
  const runKey = runKeyOf(runId)
  const { alone, after } = journeysOf(weights)
  const flowOf = flowChooser(alone, runId)
  return (place) => {
    const i = nthOfShare(place, share)
    const flow = flowOf(i)
    return [{ i, flow }, ...after(flow, diceOf(runKey, i)).map((stop) => ({ i, flow: stop.flow }))]
  }
}

function chain(turns: readonly Turn[], first: number): readonly PlacedRequest[] {
  const requests: PlacedRequest[] = []
  for (let place: number | undefined = first; place !== undefined; ) {
    const turn: Turn | undefined = turns[place]
    if (turn === undefined || (place === first && turn.follows)) break
    requests.push({ i: nthOfShare(place, share), flow: turn.flow })
    place = turn.next
  }
  return requests
}

function orderChooserOf(dataset: Dataset | null, weights: FlowWeights, runId: string): Workload['orderOf'] {
  if (orders !== null && orders.length > 0) {
    const count = orders.length
    return (i) => parseOrderLine(orders[i % count] as string)
  }
  if (dataset === null) throw new Error('setup() found no data set')
  const orderOf = orderOfRequest(dataset, runId, settings.recencyExponent)
  if (!(LEGACY_FLOW in weights)) return orderOf
  return (i) => {
    const order = orderOf(i)
    return { ...order, legacyNo: legacyNoOf(dataset, order) }
  }
}

export function catalogueOf({ dataset }: SetupData): Catalogue {
  if (datasetOfFile !== null) return datasetOfFile
  if (dataset === null) throw new Error('setup() found no data set')
  return dataset
}
