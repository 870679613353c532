// Whether the sharded tables hold an order at all.

import { tableName } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { ServerLane } from './mysql-pool.ts'

export async function hasAnyOrder(servers: readonly ServerLane[], context: CallContext): Promise<boolean> {
  const found = await Promise.all(
    servers.map(({ lane, shards }) => {
      const perShard = shards.map((shard) => `(SELECT order_id FROM ${tableName('orders', shard)} LIMIT 1)`)
      return lane.rows(perShard.join(' UNION ALL '), [], context)
    }),
  )
  return found.some((rows) => rows.length > 0)
}
