// The business layer's operations as the front-ends send them.

import { checkoutRequestSchema, searchQuerySchema } from '../../contracts/gateway-api.ts'
import { STATUS_EVENTS } from '../domain/order/order-service.ts'
import { idempotencyKey, legacyNo, limit, orderId, page, requestOf, userId } from '../domain/request-fields.ts'
import { contractFor, READ_ORDER_AGAIN, REPEAT_WITH_SAME_KEY } from '../domain/service-contract.ts'
import type { OrderFlows } from './order-flows.ts'

export const FLOWS_SERVICE = 'flows'

export const FLOWS_CONTRACT = contractFor<OrderFlows>()({
  checkout: {
    request: requestOf({ userId, idempotencyKey, body: checkoutRequestSchema }),
    ifAnswerLost: REPEAT_WITH_SAME_KEY,
  },
  list: { request: requestOf({ userId, limit, before: orderId }, ['before']) },
  detail: { request: requestOf({ userId, orderId }) },
  changeStatus: {
    request: requestOf({ userId, orderId, event: { type: 'string', enum: STATUS_EVENTS } }),
    ifAnswerLost: READ_ORDER_AGAIN,
  },
  search: { request: searchQuerySchema },
  numbered: { request: requestOf({ userId, legacyNo }) },
  numberedPage: { request: requestOf({ userId, page, size: limit }) },
  dataset: { request: requestOf({}) },
  oldTraffic: { request: requestOf({}) },
})
