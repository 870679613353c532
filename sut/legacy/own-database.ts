// The monolith as it was: everything on its own database, and a message to whoever listens once an order is stored. The
// message is sent after the commit: a process that ends in between has stored an order that nobody is told of.

import type { LegacyOrderState } from '../../contracts/legacy-api.ts'
import type { LegacyEvent, LegacyMessage } from '../../contracts/legacy-message.ts'
import { dateTimeText } from '../../contracts/legacy-text.ts'
import type { MessageStream } from '../storage/message-stream.ts'
import type { MysqlLane } from '../storage/mysql-lane.ts'
import type { LegacyOrders, SettleEvent } from './legacy-orders.ts'
import { selectDetail, selectList } from './legacy-reads.ts'
import { settleOrder } from './settle-order.ts'
import { submitOrder } from './submit-order.ts'

const EVENTS: Readonly<Record<SettleEvent, LegacyEvent>> = { pay: 'ORDER_PAID', cancel: 'ORDER_CLOSED' }

/** `lane`: all of the monolith's connections. Nothing keeps a slow list from taking those of the submissions. */
export function ownDatabase(
  lane: MysqlLane,
  messages: Pick<MessageStream, 'publish'>,
  nowMs: () => number = Date.now,
): LegacyOrders {
  const tell = async (event: LegacyEvent, userId: number, order: LegacyOrderState, timeMs: number) => {
    const { orderNo, status, amount } = order
    await messages.publish({
      event,
      orderNo,
      userId,
      status,
      amount,
      time: dateTimeText(timeMs),
    } satisfies LegacyMessage)
  }
  return {
    list: (page, context) => selectList(lane, page, context),
    detail: (asked, context) => selectDetail(lane, asked, context),
    submit: async (order, context) => {
      const timeMs = nowMs()
      const { isNew, ...state } = await submitOrder(lane, order, timeMs, context)
      if (isNew) await tell('ORDER_CREATED', order.userId, state, timeMs)
      return state
    },
    settle: async (asked, context) => {
      const timeMs = nowMs()
      const settled = await settleOrder(lane, asked, timeMs, context)
      if (settled === null) return null
      const { isNew, ...state } = settled
      if (isNew) await tell(EVENTS[asked.event], asked.userId, state, timeMs)
      return state
    },
  }
}
