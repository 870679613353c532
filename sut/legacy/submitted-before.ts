// Pages that were submitted before a migration began have no key: their order is found by the token in its row.

import type { LegacyOrderState } from '../../contracts/legacy-api.ts'
import { LEGACY_STATUS } from '../../contracts/legacy-tables.ts'
import type { MysqlLane } from '../storage/mysql-lane.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { SubmitOrder } from './legacy-orders.ts'
import { SELECT_SUBMITTED } from './submit-order.ts'

export type SubmittedBefore = (order: SubmitOrder, context: CallContext) => Promise<LegacyOrderState | null>

/** As it was placed: whoever submits a page again wants its number. */
export function submittedIn(lane: MysqlLane): SubmittedBefore {
  return async ({ userId, submitToken }, context) => {
    const values = [userId, submitToken]
    const [row] = await lane.rows<{ readonly id: string; readonly amount: string }>(SELECT_SUBMITTED, values, context)
    return row ? { orderNo: Number(row.id), status: LEGACY_STATUS.open, amount: row.amount } : null
  }
}
