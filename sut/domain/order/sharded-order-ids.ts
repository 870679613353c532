// Order ids where the shards lie on several servers: a shard's ids are of a worker that its own server leased. So a server
// that is gone stops the ids of its own shards and no others, and no id is ever given by two.

import { MAX_NUMBERED_SEQUENCE } from '../../../contracts/legacy-number.ts'
import { MAX_SEQUENCE } from '../../../contracts/order-id.ts'
import type { Shard } from '../../../contracts/shard.ts'
import type { StoreName } from '../../../contracts/switches.ts'
import type { ServerLane } from '../../storage/mysql-pool.ts'
import { ALL_WORKERS, LEGACY_WORKERS, SHARDED_WORKERS, type WorkerRange } from '../../storage/worker-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { causeOf } from '../../telemetry/cause.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { type OrderIdMetrics, OrderIdSource, SYSTEM_CLOCK } from './order-id-source.ts'
import type { OrderIds } from './switched-stores.ts'
import { workerLeasesIn } from './worker-leases.ts'

export interface OrderIdRules {
  readonly workers: WorkerRange
  readonly maxSequence: number
}

const PLAIN_IDS: OrderIdRules = { workers: ALL_WORKERS, maxSequence: MAX_SEQUENCE }
/** While a migration is in use: each id has an old number, and the two databases lease different workers. */
export const NUMBERED_IDS: Readonly<Record<StoreName, OrderIdRules>> = {
  legacy: { workers: LEGACY_WORKERS, maxSequence: MAX_NUMBERED_SEQUENCE },
  sharded: { workers: SHARDED_WORKERS, maxSequence: MAX_NUMBERED_SEQUENCE },
}

export class ShardedOrderIds implements OrderIds {
  readonly #sources: readonly { readonly source: OrderIdSource; readonly shards: ReadonlySet<Shard> }[]
  readonly #logger: Logger

  constructor(
    servers: readonly ServerLane[],
    metrics: OrderIdMetrics,
    logger: Logger,
    { workers, maxSequence }: OrderIdRules = PLAIN_IDS,
  ) {
    this.#logger = logger
    this.#sources = servers.map(({ lane, shards }) => ({
      source: new OrderIdSource(workerLeasesIn(lane, workers), metrics, logger, SYSTEM_CLOCK, maxSequence),
      shards: new Set(shards),
    }))
  }

  /** Rejects when no server leases a worker; one that does not is asked again later. */
  async start(): Promise<void> {
    const starts = await Promise.allSettled(this.#sources.map(({ source }) => source.start()))
    const failures = starts.filter((start) => start.status === 'rejected')
    if (failures[0] && failures.length === starts.length) throw failures[0].reason
    for (const { reason } of failures) this.#logger.warn(causeOf(reason), 'a server leases no order id worker yet')
  }

  next(shard: Shard, context: CallContext) {
    const found = this.#sources.find(({ shards }) => shards.has(shard))
    if (!found) throw new RangeError(`no server holds shard ${shard}`)
    return found.source.next(shard, context)
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#sources.map(({ source }) => source.stop()))
  }
}
