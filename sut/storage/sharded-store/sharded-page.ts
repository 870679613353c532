// A page of a user's orders by its place in the list, as the old interfaces ask for it: the user's table has all of them.

import { shardOf } from '../../../contracts/shard.ts'
import { sqlOf, sqlPerShard } from '../columns.ts'
import type { Statement } from '../mysql-lane.ts'
import type { OffsetPage } from '../order-store.ts'

const SELECT_TOTAL = sqlPerShard('orders', (table) => `SELECT COUNT(*) AS total FROM ${table} WHERE user_id = ?`)
const SELECT_PAGE = sqlPerShard(
  'orders',
  (table) => `SELECT order_id FROM ${table} WHERE user_id = ? ORDER BY order_id DESC LIMIT ? OFFSET ?`,
)

export function shardedPage({ userId, limit, offset }: OffsetPage): {
  readonly total: Statement
  readonly page: Statement
} {
  const shard = shardOf(userId)
  return {
    total: { sql: sqlOf(SELECT_TOTAL, shard), values: [userId] },
    page: { sql: sqlOf(SELECT_PAGE, shard), values: [userId, limit, offset] },
  }
}
