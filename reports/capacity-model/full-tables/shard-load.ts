// Who asks for which rows of one shard, as its plan and its data set say.

import type { ShardLoad } from '../../../contracts/capacity-model/full-tables.ts'
import type { SeededShard } from '../../../contracts/dataset.ts'
import { listQuerySchema } from '../../../contracts/gateway-api.ts'
import type { Plan } from '../../../contracts/plan.ts'
import { TWO_32 } from '../../../contracts/seeded-order.ts'

/** `table`: of the whole data set; the users of a rung are those of the full shard. */
export function shardLoad(plan: Plan, { users, whales, whaleWeight }: SeededShard): ShardLoad {
  return {
    recencyExponent: plan.recencyExponent,
    listLimit: listQuerySchema.properties.limit.default,
    users,
    activity: plan.users.activity,
    whales: { count: whales, shareOfOrders: whaleWeight / TWO_32 },
    itemsPerOrder: plan.items.countWeights.reduce((sum, weight, i) => sum + weight * (i + 1), 0),
    extraBytesPerRow: plan.orders.extraBytesPerRow,
  }
}
