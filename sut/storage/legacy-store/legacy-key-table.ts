// order_keys, whose rows are forgotten after their window as the sharded store's are. An old order that was given its id by a
// migration has no key, so none stands for generated history.

import { LEGACY_KEYS_TABLE } from '../../../contracts/legacy-tables.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import type { KeyTable } from '../idempotency-table.ts'
import type { MysqlLane } from '../mysql-lane.ts'

const SELECT_OLDEST = `SELECT order_id FROM ${LEGACY_KEYS_TABLE} WHERE order_id >= ? ORDER BY order_id LIMIT 1`
const DELETE_OLDEST = `DELETE FROM ${LEGACY_KEYS_TABLE} WHERE order_id >= ? AND order_id < ? ORDER BY order_id LIMIT ?`

export function legacyKeyTable(lane: MysqlLane): KeyTable {
  return {
    name: LEGACY_KEYS_TABLE,
    oldest: async (fromId, context) => {
      const [row] = await lane.rows<{ readonly order_id: OrderId }>(SELECT_OLDEST, [fromId], context)
      return row?.order_id
    },
    forgetOldest: ({ fromId, beforeId, limit }, context) =>
      lane.execute(DELETE_OLDEST, [fromId, beforeId, limit], context),
  }
}
