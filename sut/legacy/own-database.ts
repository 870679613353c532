// The monolith as it was, until a migration begins: everything on its own database, and a message to whoever listens once an
// order is stored.

import type { MysqlLane } from '../storage/mysql-lane.ts'
import type { LegacyOrders } from './legacy-orders.ts'
import { selectDetail, selectList } from './legacy-reads.ts'
import { settleOrder } from './settle-order.ts'
import { submitOrder } from './submit-order.ts'
import type { TellOthers } from './tell-others.ts'

/** `lane`: all of the monolith's connections. Nothing keeps a slow list from taking those of the submissions. */
export function ownDatabase(lane: MysqlLane, tell: TellOthers, nowMs: () => number = Date.now): LegacyOrders {
  return {
    list: (page, context) => selectList(lane, page, context),
    detail: (asked, context) => selectDetail(lane, asked, context),
    submit: async (order, context) => {
      const timeMs = nowMs()
      const { isNew, ...state } = await submitOrder(lane, order, timeMs, context)
      if (isNew) await tell('submit', order.userId, state, timeMs)
      return state
    },
    settle: async (asked, context) => {
      const timeMs = nowMs()
      const settled = await settleOrder(lane, asked, timeMs, context)
      if (settled === null) return null
      const { isNew, ...state } = settled
      if (isNew) await tell(asked.event, asked.userId, state, timeMs)
      return state
    },
  }
}
