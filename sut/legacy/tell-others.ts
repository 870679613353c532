// The old message of an order, sent after the commit: a process that ends in between has stored an order that nobody is told
// of.

import type { LegacyOrderState } from '../../contracts/legacy-api.ts'
import type { LegacyEvent, LegacyMessage } from '../../contracts/legacy-message.ts'
import { dateTimeText } from '../../contracts/legacy-text.ts'
import type { MessageStream } from '../storage/message-stream.ts'
import type { SettleEvent } from './legacy-orders.ts'

export type Happened = 'submit' | SettleEvent

const EVENTS: Readonly<Record<Happened, LegacyEvent>> = {
  submit: 'ORDER_CREATED',
  pay: 'ORDER_PAID',
  cancel: 'ORDER_CLOSED',
}

export type TellOthers = (happened: Happened, userId: number, order: LegacyOrderState, timeMs: number) => Promise<void>

export function tellThrough(messages: Pick<MessageStream, 'publish'>): TellOthers {
  return async (happened, userId, { orderNo, status, amount }, timeMs) => {
    const time = dateTimeText(timeMs)
    await messages.publish({ event: EVENTS[happened], orderNo, userId, status, amount, time } satisfies LegacyMessage)
  }
}
