// A user opens the list of their orders: the first page, newest first.

import { type ListResponse, listQuerySchema, ROUTES } from '../../contracts/gateway-api.ts'
import { isNewestFirst } from '../answer-checks.ts'
import { appRequest } from '../app-request.ts'
import type { Operation } from '../operation.ts'

const LIMIT = listQuerySchema.properties.limit.default

export const list: Operation = {
  flow: 'list',
  prepare({ settings, order: { userId } }) {
    return {
      ...appRequest(settings, { flow: 'list', method: 'GET', target: `${ROUTES.list.path}?limit=${LIMIT}`, userId }),
      expectedStatus: 200,
      wrong: (body) => wrongList(body as ListResponse, userId),
    }
  },
}

function wrongList({ orders, nextBefore }: ListResponse, userId: number): string | null {
  // The user was chosen through an order of theirs: an empty list has lost it.
  if (orders.length === 0) return 'list has orders'
  if (orders.length > LIMIT) return 'list keeps its limit'
  if (orders.some((order) => order.userId !== userId)) return 'list holds only orders of the user'
  if (!isNewestFirst(orders.map(({ orderId }) => orderId))) return 'list is newest first'
  if (nextBefore !== null && nextBefore !== orders[orders.length - 1]?.orderId)
    return 'list continues after its last order'
  return null
}
