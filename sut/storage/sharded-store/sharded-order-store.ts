// The 64 sharded tables as a store of whole orders.

import { orderIdOfNumber } from '../../../contracts/legacy-number.ts'
import { type OrderId, shardOfOrder } from '../../../contracts/order-id.ts'
import { shardOf } from '../../../contracts/shard.ts'
import { absorbInto } from '../absorb.ts'
import { gapRecords } from '../gap-table.ts'
import { changeAll, placeAll } from '../guarded-write.ts'
import { isKeyBeingWritten, selectKeyedOrder } from '../idempotency-table.ts'
import type { MysqlPool } from '../mysql-pool.ts'
import { selectNumberedPage } from '../numbered-orders.ts'
import type { OwnedOrderStore } from '../order-store.ts'
import { selectOrders, selectOwnOrders } from '../order-tables.ts'
import { selectWholeOrder } from '../whole-order.ts'
import { SELECT_NUMBERED } from './legacy-numbers-table.ts'
import { SHARDED_ABSORBER } from './sharded-absorber.ts'
import { shardedIdsAfter } from './sharded-ids.ts'
import { shardedPage } from './sharded-page.ts'
import { shardedSnapshots } from './sharded-snapshots.ts'
import { changeOf, placementStatements } from './sharded-statements.ts'

export function shardedOrderStore(pool: MysqlPool): OwnedOrderStore {
  const laneOf = ({ userId }: { readonly userId: number }) => pool.shard(shardOf(userId))
  return {
    place: (placed, guard, context) => {
      const key = {
        isStored: async () => (await selectKeyedOrder(pool, placed.key, context)) !== null,
        isBeingWritten: () => isKeyBeingWritten(pool, placed.key, context),
      }
      return placeAll(laneOf(placed.order), placementStatements(placed, guard), key, context)
    },
    change: (before, after, guard, context) => changeAll(laneOf(before.order), changeOf(before, after, guard), context),
    storedAnswer: (key, context) => selectKeyedOrder(pool, key, context),
    // Also where the id names another shard: the time is not to tell that.
    find: async (key, context) => (await selectWholeOrder(pool, key, context)) ?? null,
    list: (page, context) => selectOwnOrders(pool, page, context),
    byIds: (orderIds, context) => selectOrders(pool, orderIds, context),
    // An order lies in its user's shard, and its number on that server: another one that is gone is not missed.
    numbered: async ({ userId, legacyNo }, context) => {
      const born = orderIdOfNumber(legacyNo)
      if (born === null) {
        const lane = laneOf({ userId })
        const [row] = await lane.rows<{ readonly order_id: OrderId }>(SELECT_NUMBERED, [legacyNo], context)
        return row?.order_id ?? null
      }
      if (shardOfOrder(born) !== shardOf(userId)) return null
      return (await selectOrders(pool, [born], context)).length > 0 ? born : null
    },
    numberedPage: (page, context) =>
      selectNumberedPage(
        laneOf(page),
        shardedPage(page),
        (orderIds, within) => shardedSnapshots(pool, orderIds, within),
        context,
      ),
    snapshots: (orderIds, context) => shardedSnapshots(pool, orderIds, context),
    absorb: (snapshots, context) => absorbInto(pool, SHARDED_ABSORBER, snapshots, context),
    overwrite: (snapshots, context) => absorbInto(pool, SHARDED_ABSORBER, snapshots, context, 'same-version'),
    idsAfter: (after, size, context) => shardedIdsAfter(pool, after, size, context),
    ...gapRecords(pool),
  }
}
