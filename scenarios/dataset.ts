// The seeded orders that this step is about. With `-e DATASET=file` they are worked out once, while k6 starts, and
// shared: the formula costs k6 as much as sending a request. Without the file every virtual user works them out from
// what the target said in setup().

import { SharedArray } from 'k6/data'
import type { Dataset } from '../contracts/dataset.ts'
import type { SeededOrder } from '../contracts/seeded-order.ts'
import { diceOf, runKeyOf } from './dice.ts'
import { offeredPerSecond } from './load-profile.ts'
import type { SetupData } from './probe.ts'
import { orderChooser } from './seeded-choice.ts'
import { settings } from './settings.ts'

/** What the operations need to know of the data, and the order that an iteration is about. */
export interface Catalogue {
  readonly regions: number
  readonly productCount: number
  orderOf(iteration: number): SeededOrder
}

/** A closed step has no rate: as many orders as it will hardly pass, then the same again. */
const ORDERS_OF_CLOSED_STEP = 5_000

function shared(path: string): Catalogue & { readonly fingerprint: string } {
  const read = () => JSON.parse(open(path)) as Dataset
  const facts = new SharedArray('data set', () => {
    const { fingerprint, regions, productCount } = read()
    return [{ fingerprint, regions, productCount }]
  })
  const orders = new SharedArray('orders', () => {
    const chooseOrder = orderChooser(read())
    const runKey = runKeyOf(settings.runId ?? String(Date.now()))
    return Array.from({ length: ordersOfStep() }, (_, iteration) => chooseOrder(diceOf(runKey, iteration)))
  })
  const count = orders.length
  const { fingerprint, regions, productCount } = facts[0] as (typeof facts)[number]
  return {
    fingerprint,
    regions,
    productCount,
    orderOf: (iteration) => orders[iteration % count] as SeededOrder,
  }
}

function ordersOfStep(): number {
  if (settings.arrivals === 'closed') return ORDERS_OF_CLOSED_STEP
  return Math.ceil(offeredPerSecond(settings) * settings.durationSeconds) + 1
}

/** null: `-e DATASET=file` was not given. */
export const catalogueOfFile = settings.datasetPath === null ? null : shared(settings.datasetPath)

export function catalogueOf({ dataset }: SetupData, runKey: number): Catalogue {
  if (catalogueOfFile !== null) return catalogueOfFile
  if (dataset === null) throw new Error('setup() found no data set')
  const chooseOrder = orderChooser(dataset)
  return {
    regions: dataset.regions,
    productCount: dataset.productCount,
    orderOf: (iteration) => chooseOrder(diceOf(runKey, iteration)),
  }
}
