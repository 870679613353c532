// What becomes of an order: the user who placed it pays or cancels it.

import { type OrderSummary, ROUTES } from '../../contracts/gateway-api.ts'
import { SETTLED_AS } from '../../contracts/journey.ts'
import type { SettlingFlow } from '../../contracts/plan.ts'
import { appRequest } from '../app-request.ts'
import { acknowledgedOrder, type Operation } from '../operation.ts'

export const pay = settling('pay')
export const cancel = settling('cancel')

function settling(flow: SettlingFlow): Operation {
  const becomes = SETTLED_AS[flow]
  return {
    flow,
    prepare({ settings, order: { orderId, userId } }) {
      const target = ROUTES[flow].path.replace(':orderId', orderId)
      return {
        ...appRequest(settings, { flow, method: 'POST', target, userId }),
        expectedStatus: 200,
        acknowledges: acknowledgedOrder,
        wrong: (body) => {
          const order = body as OrderSummary
          if (order.orderId !== orderId || order.userId !== userId) return `${flow} is of the order asked for`
          return order.status === becomes ? null : `${flow} leaves the order ${becomes}`
        },
      }
    },
  }
}
