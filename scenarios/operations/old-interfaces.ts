// What an old app asks of the monolith: a user's list, one of their orders, or a new order. One flow: which of the three a
// request is, is drawn by the weights of the plan.

import http from 'k6/http'
import { PURPOSE, weightedPicker } from '../../contracts/dice.ts'
import { TOKEN } from '../../contracts/gateway-api.ts'
import { centsOfDecimal } from '../../contracts/legacy-amount.ts'
import {
  LEGACY_CODES,
  LEGACY_ROUTES,
  type LegacyAnswer,
  type LegacyDetail,
  type LegacyList,
  type LegacyOrderState,
  legacyListSchema,
} from '../../contracts/legacy-api.ts'
import { isStatusPair, orderStatusOfRow, paymentStatusOfRow } from '../../contracts/legacy-status.ts'
import { LEGACY_STATUS } from '../../contracts/legacy-tables.ts'
import { CHANNELS, PAYMENT_METHODS } from '../../contracts/order.ts'
import { LEGACY_FLOW } from '../../contracts/plan.ts'
import type { FlowWeights } from '../../contracts/workload.ts'
import type { Acknowledged, Operation, OperationContext } from '../operation.ts'
import { requestParams } from '../request-params.ts'
import { token } from '../token.ts'
import { basketOf } from './checkout.ts'

const SIZE = legacyListSchema.properties.size.default
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' }

type Fields = readonly (readonly [name: string, value: string | number])[]

interface Part {
  readonly path: string
  fields(context: OperationContext): Fields
  /** A right answer is about an order that was placed. */
  readonly places?: true
  /** The first thing that is wrong with the data of a right answer, or null. */
  wrong(data: unknown, context: OperationContext): string | null
}

const PARTS: Readonly<Record<string, Part>> = {
  list: {
    path: LEGACY_ROUTES.list,
    fields: () => [
      ['page', 1],
      ['size', SIZE],
    ],
    wrong: (data, { order }) => wrongList(data as LegacyList, order.userId),
  },
  detail: {
    path: LEGACY_ROUTES.detail,
    fields: (context) => [['orderNo', numberOf(context)]],
    wrong: (data, context) => wrongDetail(data as LegacyDetail, numberOf(context), context.order.userId),
  },
  checkout: {
    path: LEGACY_ROUTES.submit,
    places: true,
    fields: ({ dice, catalogue, runId, iteration }) => {
      const { channel, region, paymentMethod, items } = basketOf(dice, catalogue.regions, catalogue.productCount)
      return [
        ['submitToken', `${runId}-${iteration}`],
        ['channel', CHANNELS.indexOf(channel)],
        ['region', region],
        ['payMethod', PAYMENT_METHODS.indexOf(paymentMethod)],
        ...items.flatMap(
          ({ productId, quantity }): Fields => [
            ['productId', productId],
            ['quantity', quantity],
          ],
        ),
      ]
    },
    wrong: (data) => wrongSubmit(data as LegacyOrderState),
  },
}

/** `mix`: what else it names is not for the old interfaces. */
export function oldInterfaces(mix: FlowWeights): Operation {
  const pick = weightedPicker(Object.entries(PARTS).map(([name, item]) => ({ item, weight: mix[name] ?? 0 })))
  return {
    flow: LEGACY_FLOW,
    prepare(context) {
      const { settings, order, dice } = context
      const part = pick(dice.roll(PURPOSE.flow))
      const url = settings.baseUrl + part.path
      const userToken = token(settings.jwtSecret, String(order.userId), TOKEN.appAudience)
      const body = formOf([['token', userToken], ...part.fields(context)])
      const params = requestParams(LEGACY_FLOW, null, HEADERS)
      return {
        // Also of a refusal: the code in the body says what it was.
        expectedStatus: 200,
        ...(part.places && { acknowledges: submittedOrder }),
        send: () => http.post(url, body, params),
        wrong: (answer) => {
          const { code, data } = answer as LegacyAnswer<unknown>
          if (code !== LEGACY_CODES.ok || data === null) return `${part.path} answers code ${code}`
          return part.wrong(data, context)
        },
      }
    },
  }
}

function submittedOrder(answer: unknown): Acknowledged {
  const { data } = answer as LegacyAnswer<LegacyOrderState>
  return { orderId: String(data?.orderNo), status: null }
}

function formOf(fields: Fields): string {
  return fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
}

function numberOf({ order }: OperationContext): number {
  if (order.legacyNo === undefined) throw new Error(`order ${order.orderId} has no number in the monolith`)
  return order.legacyNo
}

function wrongList({ orders, total, size }: LegacyList, userId: number): string | null {
  // The user was chosen through an order of theirs: an empty list has lost it.
  if (orders.length === 0 || total < orders.length) return 'list.do has orders'
  if (size !== SIZE || orders.length > SIZE) return 'list.do keeps its size'
  if (orders.some((order) => order.userId !== userId)) return 'list.do holds only orders of the user'
  const times = orders.map(({ createTime }) => createTime)
  if (times.some((time, at) => at > 0 && time > (times[at - 1] ?? ''))) return 'list.do is newest first'
  return null
}

function wrongDetail(detail: LegacyDetail, orderNo: number, userId: number): string | null {
  const { items, itemCount, amount, status, payStatus } = detail
  if (detail.orderNo !== orderNo) return 'detail.do is of the order asked for'
  if (detail.userId !== userId) return 'detail.do belongs to the user'
  if (items.length === 0 || items.length !== itemCount) return 'detail.do has all items'
  const sumCents = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * centsOfDecimal(unitPrice), 0)
  if (sumCents !== centsOfDecimal(amount)) return 'detail.do: items sum to the amount'
  const orderStatus = orderStatusOfRow(status)
  const paymentStatus = paymentStatusOfRow(payStatus ?? -1)
  const fits = orderStatus !== undefined && paymentStatus !== undefined && isStatusPair(orderStatus, paymentStatus)
  return fits ? null : 'detail.do: the two statuses fit'
}

function wrongSubmit({ orderNo, status, amount }: LegacyOrderState): string | null {
  if (!Number.isSafeInteger(orderNo) || orderNo < 1) return 'submit.do gives the number of an order'
  if (status !== LEGACY_STATUS.open) return 'submit.do gives a new order'
  return centsOfDecimal(amount) > 0 ? null : 'submit.do has an amount'
}
