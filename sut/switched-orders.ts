// The order service's two stores while a migration is in use: ids, mirror and timing of both. Only the store that decides is
// needed: with the other one gone this starts, and serves, all the same.

import type { StoreName } from '../contracts/switches.ts'
import { type BothPools, bothStores } from './both-databases.ts'
import { MirrorMetrics } from './domain/order/mirror-metrics.ts'
import { OrderIdMetrics } from './domain/order/order-id-source.ts'
import { OrderMirror } from './domain/order/order-mirror.ts'
import { pausedWrites } from './domain/order/paused-writes.ts'
import { NUMBERED_IDS, ShardedOrderIds } from './domain/order/sharded-order-ids.ts'
import { type ReadComparison, SwitchedStores } from './domain/order/switched-stores.ts'
import { onceBegun } from './migration.ts'
import type { Parts } from './part.ts'
import type { OrderStore } from './storage/order-store.ts'
import type { SwitchBoard } from './switches/switch-board.ts'
import { causeOf } from './telemetry/cause.ts'
import type { Logger } from './telemetry/logger.ts'
import { type Metrics, timed } from './telemetry/metrics.ts'

export interface SwitchedOrdersOptions {
  readonly pools: BothPools
  readonly board: SwitchBoard
  readonly metrics: Metrics
  readonly logger: Logger
  readonly parts: Parts
  /** Absent: no read is compared. */
  readonly comparison?: ReadComparison
}

export function openSwitchedStores(options: SwitchedOrdersOptions): SwitchedStores {
  const { pools, board, metrics, logger, parts, comparison } = options
  const idMetrics = new OrderIdMetrics(metrics)
  const idsOf = (name: StoreName) => new ShardedOrderIds(pools[name].leases, idMetrics, logger, NUMBERED_IDS[name])
  const ids = { legacy: idsOf('legacy'), sharded: idsOf('sharded') }
  parts.add({ stop: async () => void (await Promise.allSettled([ids.legacy.stop(), ids.sharded.stop()])) })
  // Nobody waits for it: whoever needs an id leases a worker, if need be. A database that is silent costs no start-up time.
  const start = (name: StoreName) =>
    ids[name]
      .start()
      .catch((error) => logger.warn({ ...causeOf(error), store: name }, 'no order id worker is leased yet'))
  void onceBegun(board, parts, () => start('legacy'))
  void start('sharded')

  const timedStore = (name: StoreName, store: OrderStore) => timed(metrics, `${name}-store`, store, store)
  const stores = bothStores(pools)
  const sides = {
    legacy: { store: timedStore('legacy', stores.legacy), ids: ids.legacy },
    sharded: { store: timedStore('sharded', stores.sharded), ids: ids.sharded },
  }
  const mirrorMetrics = new MirrorMetrics(metrics)
  const mirror = new OrderMirror({ sides, board, metrics: mirrorMetrics, logger })
  parts.startInBackground(mirror)
  return new SwitchedStores({
    sides,
    board,
    follower: mirror,
    paused: pausedWrites(metrics),
    ...(comparison && { comparison }),
  })
}
