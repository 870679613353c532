// The workload of this process of k6: the formulas of contracts/workload.ts, worked out once and shared by all users.

import { SharedArray } from 'k6/data'
import type { Dataset } from '../contracts/dataset.ts'
import {
  dueTimesOf,
  type FlowWeights,
  flowChooser,
  orderOfRequest,
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

const { arrivals, schedule, datasetPath, ordersPath } = settings

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

export function workloadOf({ dataset }: SetupData, weights: FlowWeights, runId: string): Workload {
  const operationAt = flowChooser(weights, runId)
  return { dueMs: (i) => dueTimes?.[i] ?? 0, operationAt, orderOf: orderChooserOf(dataset, runId) }
}

function orderChooserOf(dataset: Dataset | null, runId: string): Workload['orderOf'] {
  if (orders !== null && orders.length > 0) {
    const count = orders.length
    return (i) => parseOrderLine(orders[i % count] as string)
  }
  if (dataset === null) throw new Error('setup() found no data set')
  return orderOfRequest(dataset, runId, settings.recencyExponent)
}

export function catalogueOf({ dataset }: SetupData): Catalogue {
  if (datasetOfFile !== null) return datasetOfFile
  if (dataset === null) throw new Error('setup() found no data set')
  return dataset
}
