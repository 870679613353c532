// Which connections a round over orders takes: those of a shard, as its requests do, when all orders lie there; else the ones
// that each server keeps for the mirror, so that a long round takes nothing from requests.

import { type OrderId, shardOfOrder } from '../../contracts/order-id.ts'
import type { MysqlLane } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'

export interface LaneShare<T> {
  readonly lane: MysqlLane
  readonly entries: readonly T[]
}

export function byLane<T>(
  pool: MysqlPool,
  entries: readonly T[],
  orderIdOf: (entry: T) => OrderId,
): readonly LaneShare<T>[] {
  const placed = entries.map((entry) => ({ entry, shard: shardOfOrder(orderIdOf(entry)) }))
  const [first] = placed
  if (!first) return []
  if (placed.every(({ shard }) => shard === first.shard)) return [{ lane: pool.shard(first.shard), entries }]
  return pool.mirror
    .map(({ lane, shards }) => ({
      lane,
      entries: placed.filter(({ shard }) => shards.includes(shard)).map(({ entry }) => entry),
    }))
    .filter((share) => share.entries.length > 0)
}
