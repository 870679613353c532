// How the monolith's orders are cut: into whole hours that are generated, loaded and committed together.

import type { Dataset } from '../../contracts/dataset.ts'
import { ordersBeforeHour } from '../../contracts/legacy-numbers.ts'
import { CHUNK_ORDERS, type ChunkRange } from '../chunk-ranges.ts'

/** Hours [from, to) from `done` on, each with about as many orders as a chunk has elsewhere, one hour at least. */
export function* hourChunks(dataset: Dataset, done: number): Generator<ChunkRange> {
  const hours = dataset.cumulativeOrdersByHour.length
  for (let from = done; from < hours; ) {
    const enough = ordersBeforeHour(dataset, from) + CHUNK_ORDERS
    let low = from + 1
    let high = hours
    // The last hour that keeps the chunk below `enough`, by bisection.
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (ordersBeforeHour(dataset, middle) <= enough) low = middle
      else high = middle - 1
    }
    yield { from, to: low }
    from = low
  }
}
