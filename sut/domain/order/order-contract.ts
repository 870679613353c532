// The order service's operations as they are sent between processes.

import {
  cents,
  channel,
  epochMs,
  idempotencyKey,
  legacyNo,
  limit,
  lineNo,
  orderId,
  orderStatus,
  page,
  paymentMethod,
  productId,
  quantity,
  region,
  requestHash,
  requestOf,
  userId,
} from '../request-fields.ts'
import { contractFor, READ_ORDER_AGAIN, REPEAT_WITH_SAME_KEY } from '../service-contract.ts'
import { type OrderService, STATUS_EVENTS } from './order-service.ts'

const answerKey = { userId, idempotencyKey, requestHash } as const
const items = {
  type: 'array',
  minItems: 1,
  items: requestOf({ lineNo, productId, quantity, unitPriceCents: cents }),
} as const

export const ORDER_CONTRACT = contractFor<OrderService>()({
  place: {
    request: requestOf({ ...answerKey, channel, region, paymentMethod, items }),
    ifAnswerLost: REPEAT_WITH_SAME_KEY,
  },
  storedAnswer: { request: requestOf(answerKey) },
  find: { request: requestOf({ orderId, userId }) },
  lookUp: { request: requestOf({ orderId }) },
  changeStatus: {
    request: requestOf({ orderId, userId, event: { type: 'string', enum: STATUS_EVENTS } }),
    ifAnswerLost: READ_ORDER_AGAIN,
  },
  list: { request: requestOf({ userId, limit, before: orderId }, ['before']) },
  search: {
    request: requestOf(
      {
        fromMs: epochMs,
        toMs: epochMs,
        region,
        status: orderStatus,
        limit,
        after: requestOf({ createdAtMs: epochMs, orderId }),
      },
      ['region', 'status', 'after'],
    ),
  },
  numbered: { request: requestOf({ userId, legacyNo }) },
  numberedPage: { request: requestOf({ userId, page, size: limit }) },
  dataset: { request: requestOf({}) },
  oldTraffic: { request: requestOf({}) },
})
