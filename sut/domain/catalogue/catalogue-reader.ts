// Reads the whole catalogue into this process's memory, again before it is out of date. So no checkout waits for the catalogue,
// and while it is gone, or the one MySQL server that holds it, every product is known as it was.

import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { isWorthTelling } from '../../telemetry/repeated-failure.ts'
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

export class CatalogueReader {
  readonly #options: CatalogueReaderOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: CatalogueReaderOptions) {
    this.#options = options
    const { memory, metrics } = options
    metrics.gauge(
      'headroom_catalogue_age_seconds',
      'Since all products were last read; where they never were, since the start',
      () => memory.ageMs / 1000,
    )
    metrics.gauge('headroom_catalogue_products', 'Products that this process knows', () => memory.size)
  }

  /** Nobody waits for the first reading: until then products are asked for as they are needed. */
  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { memory, logger, paceMs = PACE_MS, retryMs = RETRY_MS } = this.#options
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted; ) {
      try {
        if (!(await memory.readAll())) {
          logger.warn('the catalogue has more products than are kept: those that were asked for are known alone')
          return
        }
        if (failures > 0) logger.info({ failures }, 'the catalogue is read again')
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        failures++
        if (isWorthTelling(failures)) {
          const ageSeconds = Math.round(memory.ageMs / 1000)
          logger.warn(
            { ...causeOf(error), failures, ageSeconds, products: memory.size },
            'the catalogue cannot be read: products are named and charged as they were then',
          )
        }
      }
      await sleep(failures > 0 ? retryMs : paceMs, undefined, { signal }).catch(() => {})
    }
  }
}
