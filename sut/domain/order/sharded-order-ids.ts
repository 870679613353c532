// Order ids where the shards lie on several servers: a shard's ids are of a worker that its own server leased. So a server
// that is gone stops the ids of its own shards and no others, and no id is ever given by two.

import type { Shard } from '../../../contracts/shard.ts'
import type { ServerLane } from '../../storage/mysql-pool.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { OrderIdMetrics, OrderIdSource } from './order-id-source.ts'
import type { OrderIds } from './place-order.ts'
import { workerLeasesIn } from './worker-leases.ts'

export class ShardedOrderIds implements OrderIds {
  readonly #sources: readonly { readonly source: OrderIdSource; readonly shards: ReadonlySet<Shard> }[]
  readonly #logger: Logger

  constructor(servers: readonly ServerLane[], metrics: Metrics, logger: Logger) {
    const idMetrics = new OrderIdMetrics(metrics)
    this.#logger = logger
    this.#sources = servers.map(({ lane, shards }) => ({
      source: new OrderIdSource(workerLeasesIn(lane), idMetrics, logger),
      shards: new Set(shards),
    }))
  }

  /** Rejects when no server leases a worker; one that does not is asked again later. */
  async start(): Promise<void> {
    const starts = await Promise.allSettled(this.#sources.map(({ source }) => source.start()))
    const failures = starts.filter((start) => start.status === 'rejected')
    if (failures[0] && failures.length === starts.length) throw failures[0].reason
    for (const { reason } of failures) this.#logger.warn({ err: reason }, 'a server leases no order id worker yet')
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
