// The web admin's operations as its front-end sends them.

import { CHANGE_PRODUCT_REQUEST, READ_PRODUCT_AGAIN } from '../domain/catalogue/change-product.ts'
import { orderId, productId, requestOf } from '../domain/request-fields.ts'
import { contractFor } from '../domain/service-contract.ts'
import { READ_SWITCHES_AGAIN, SWITCH_REQUESTS } from '../domain/switches/switch-service.ts'
import type { AdminFlows } from './admin-flows.ts'

export const ADMIN_SERVICE = 'admin-flows'

export const ADMIN_CONTRACT = contractFor<AdminFlows>()({
  lookUp: { request: requestOf({ orderId }) },
  product: { request: requestOf({ productId }) },
  changeProduct: { request: CHANGE_PRODUCT_REQUEST, ifAnswerLost: READ_PRODUCT_AGAIN },
  switchStatus: { request: SWITCH_REQUESTS.status },
  switchPlan: { request: SWITCH_REQUESTS.plan },
  moveSwitch: { request: SWITCH_REQUESTS.move, ifAnswerLost: READ_SWITCHES_AGAIN },
  setSwitches: { request: SWITCH_REQUESTS.set, ifAnswerLost: READ_SWITCHES_AGAIN },
  switchHistory: { request: SWITCH_REQUESTS.history },
})
