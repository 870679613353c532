// What a process opens to compare a share of its reads: a few connections to both databases that no request ever waits for.
// None is opened before the first read is drawn.

import { bothStores, closeBoth, openBoth } from './both-databases.ts'
import type { ReadComparison } from './domain/order/switched-stores.ts'
import { ComparedReadMetrics } from './migration/compared-read-metrics.ts'
import { ComparedReads } from './migration/compared-reads.ts'
import type { StoreOptions } from './stores.ts'
import type { SwitchBoard } from './switches/switch-board.ts'
import { Metrics } from './telemetry/metrics.ts'

/** A statement whose time is up is ended by the server too. */
const LIMITS = { poolSize: 2, statementLimitMs: 500 }

export function openReadComparison(
  { config, metrics, logger, parts }: StoreOptions,
  board: Pick<SwitchBoard, 'now'>,
): ReadComparison {
  // Told to nobody: the figures about a server's connections are those of requests.
  const untold = new Metrics()
  const pools = openBoth({ legacy: config.legacyMysql, sharded: config.mysql.map }, LIMITS, untold)
  const reads = new ComparedReads({
    stores: bothStores(pools),
    board,
    metrics: new ComparedReadMetrics(metrics),
    logger,
  })
  parts.add({
    stop: async () => {
      await reads.stop()
      await closeBoth(pools)
    },
  })
  return reads
}
