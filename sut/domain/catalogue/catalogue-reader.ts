// Reads the whole catalogue into this process's memory, again before it is out of date. So no checkout waits for the catalogue,
// and while it is gone, or the one MySQL server that holds it, every product is known as it was.

import { Rounds } from '../../rounds.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { FRESH_MS, type ProductMemory } from './product-memory.ts'

/** A slow reading ends in time too. */
const PACE_MS = FRESH_MS - 10_000
const RETRY_MS = 1_000

export interface CatalogueReaderOptions {
  readonly memory: Pick<ProductMemory, 'readAll' | 'ageMs' | 'size'>
  readonly metrics: Metrics
  readonly logger: Logger
  /** Between two readings. */
  readonly paceMs?: number
  /** After one that failed. */
  readonly retryMs?: number
}

/** Nobody waits for the first reading: until then products are asked for as they are needed. */
export function catalogueReader(options: CatalogueReaderOptions): Rounds {
  const { memory, metrics, logger, paceMs = PACE_MS, retryMs = RETRY_MS } = options
  metrics.gauge(
    'headroom_catalogue_age_seconds',
    'Since all products were last read; where they never were, since the start',
    () => memory.ageMs / 1000,
  )
  metrics.gauge('headroom_catalogue_products', 'Products that this process knows', () => memory.size)
  return new Rounds({
    round: async () => {
      if (await memory.readAll()) return paceMs
      logger.warn('the catalogue has more products than are kept: those that were asked for are known alone')
      return null
    },
    restMs: () => retryMs,
    failing: 'the catalogue cannot be read: products are named and charged as they were when it last was',
    recovered: 'the catalogue is read again',
    logger,
  })
}
