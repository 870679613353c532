// The monolith's tables as a store of whole orders. One server, and the pool's lanes of a shard all the same: a user who is
// held up holds up no others, and the fence can be closed for a shard alone.

import { shardOf } from '../../../contracts/shard.ts'
import { absorbInto } from '../absorb.ts'
import { gapRecords } from '../gap-table.ts'
import { changeAll, placeAll } from '../guarded-write.ts'
import { byLane } from '../mirror-lanes.ts'
import type { MysqlPool } from '../mysql-pool.ts'
import { selectNumberedPage } from '../numbered-orders.ts'
import type { OwnedOrderStore } from '../order-store.ts'
import { LEGACY_ABSORBER } from './legacy-absorber.ts'
import { legacyPage } from './legacy-page.ts'
import {
  isKeyBeingWritten,
  selectAnswer,
  selectByIds,
  selectIdsAfter,
  selectNumbered,
  selectOwn,
  selectSnapshots,
  selectWhole,
} from './legacy-reads.ts'
import { changeOf, placementStatements } from './legacy-statements.ts'

/** `pool`: of the monolith's database alone. */
export function legacyOrderStore(pool: MysqlPool): OwnedOrderStore {
  const laneOf = ({ userId }: { readonly userId: number }) => pool.shard(shardOf(userId))
  const [search] = pool.search
  if (!search || pool.search.length > 1) throw new RangeError("the monolith's database is one server")
  const snapshotsOf: OwnedOrderStore['snapshots'] = async (orderIds, context) => {
    const [share] = byLane(pool, orderIds, (orderId) => orderId)
    return share ? selectSnapshots(share.lane, share.entries, context) : { whole: [], unreadable: [] }
  }
  return {
    place: (placed, guard, context) => {
      const lane = laneOf(placed.order)
      const key = {
        isStored: async () => (await selectAnswer(lane, placed.key, context)) !== null,
        isBeingWritten: () => isKeyBeingWritten(lane, placed.key, context),
      }
      return placeAll(lane, placementStatements(placed, guard), key, context)
    },
    change: (before, after, guard, context) => changeAll(laneOf(before.order), changeOf(before, after, guard), context),
    storedAnswer: (key, context) => selectAnswer(laneOf(key), key, context),
    find: (key, context) => selectWhole(laneOf(key), key, context),
    list: (page, context) => selectOwn(laneOf(page), page, context),
    byIds: (orderIds, context) => selectByIds(search.lane, orderIds, context),
    numbered: ({ legacyNo }, context) => selectNumbered(search.lane, legacyNo, context),
    numberedPage: (page, context) => selectNumberedPage(laneOf(page), legacyPage(page), snapshotsOf, context),
    snapshots: snapshotsOf,
    absorb: (snapshots, context) => absorbInto(pool, LEGACY_ABSORBER, snapshots, context),
    overwrite: (snapshots, context) => absorbInto(pool, LEGACY_ABSORBER, snapshots, context, 'same-version'),
    idsAfter: (after, size, context) => selectIdsAfter(pool, after, size, context),
    ...gapRecords(pool),
  }
}
