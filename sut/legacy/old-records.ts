// What only the monolith knows, whoever answers the old interfaces: the names of its users, and pages that were submitted before
// a migration began. Those have no key: their order is found by the token in its row.

import type { LegacyOrderState } from '../../contracts/legacy-api.ts'
import { LEGACY_STATUS, LEGACY_USERS_TABLE } from '../../contracts/legacy-tables.ts'
import type { MysqlLane } from '../storage/mysql-lane.ts'
import { type CallContext, withBudget } from '../telemetry/call-context.ts'
import type { SubmitOrder } from './legacy-orders.ts'
import { SELECT_SUBMITTED } from './submit-order.ts'

type SubmittedPage = Pick<SubmitOrder, 'userId' | 'submitToken'>

export interface OldRecords {
  /** Empty: it has none, or is not known. */
  nickname(user: { readonly userId: number }, context: CallContext): Promise<string>
  /** As it was placed: whoever submits a page again wants its number. */
  submittedBefore(page: SubmittedPage, context: CallContext): Promise<LegacyOrderState | null>
}

const SELECT_NICKNAME = `SELECT nickname FROM ${LEGACY_USERS_TABLE} WHERE id = ?`

export function recordsIn(lane: MysqlLane): OldRecords {
  return {
    nickname: async ({ userId }, context) => {
      const [user] = await lane.rows<{ readonly nickname: string }>(SELECT_NICKNAME, [userId], context)
      return user?.nickname ?? ''
    },
    submittedBefore: async ({ userId, submitToken }, context) => {
      const values = [userId, submitToken]
      const [row] = await lane.rows<{ readonly id: string; readonly amount: string }>(SELECT_SUBMITTED, values, context)
      return row ? { orderNo: Number(row.id), status: LEGACY_STATUS.open, amount: row.amount } : null
    },
  }
}

/** A name decorates an answer; a page that is taken for a new one becomes a second order. */
const NAME_BUDGET_MS = 150
const PAGE_BUDGET_MS = 1_000

/** No answer waits for a name. */
export function namesNotWaitedFor(records: OldRecords): OldRecords {
  return {
    nickname: ({ userId }, context) =>
      soon(() => records.nickname({ userId }, withBudget(context, NAME_BUDGET_MS)), ''),
    submittedBefore: (page, context) => records.submittedBefore(page, context),
  }
}

/** For whoever goes on when the monolith is gone: then every page is a new one. */
export function notWaitedFor(records: OldRecords): OldRecords {
  return {
    ...namesNotWaitedFor(records),
    submittedBefore: ({ userId, submitToken }, context) =>
      soon(() => records.submittedBefore({ userId, submitToken }, withBudget(context, PAGE_BUDGET_MS)), null),
  }
}

async function soon<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask()
  } catch {
    return otherwise
  }
}
