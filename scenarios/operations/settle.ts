// What becomes of an order: the user who placed it pays or cancels it.

import http from 'k6/http'
import { type OrderSummary, ROUTES, TOKEN } from '../../contracts/gateway-api.ts'
import { SETTLED_AS } from '../../contracts/journey.ts'
import type { SettlingFlow } from '../../contracts/plan.ts'
import { acknowledgedOrder, type Operation } from '../operation.ts'
import { requestParams } from '../request-params.ts'
import { bearer } from '../token.ts'

export const pay = settling('pay')
export const cancel = settling('cancel')

function settling(flow: SettlingFlow): Operation {
  const becomes = SETTLED_AS[flow]
  return {
    flow,
    prepare({ settings, order: { orderId, userId } }) {
      const url = settings.baseUrl + ROUTES[flow].path.replace(':orderId', orderId)
      const params = requestParams(flow, bearer(settings.jwtSecret, String(userId), TOKEN.appAudience))
      return {
        expectedStatus: 200,
        acknowledges: acknowledgedOrder,
        send: () => http.post(url, null, params),
        wrong: (body) => {
          const order = body as OrderSummary
          if (order.orderId !== orderId || order.userId !== userId) return `${flow} is of the order asked for`
          return order.status === becomes ? null : `${flow} leaves the order ${becomes}`
        },
      }
    },
  }
}
