// A page of a user's orders by its place in the list, as the old interfaces ask for it.

import { LEGACY_ORDERS_TABLE } from '../../../contracts/legacy-tables.ts'
import type { Statement } from '../mysql-lane.ts'
import type { OffsetPage } from '../order-store.ts'

/** Above 0: without the rows that have no order id yet. */
const OWN = `FROM ${LEGACY_ORDERS_TABLE} WHERE user_id = ? AND payment_no = 0 AND order_id > 0`
const SELECT_TOTAL = `SELECT COUNT(*) AS total ${OWN}`
const SELECT_PAGE = `SELECT order_id ${OWN} ORDER BY order_id DESC LIMIT ? OFFSET ?`

export function legacyPage({ userId, limit, offset }: OffsetPage): {
  readonly total: Statement
  readonly page: Statement
} {
  return {
    total: { sql: SELECT_TOTAL, values: [userId] },
    page: { sql: SELECT_PAGE, values: [userId, limit, offset] },
  }
}
