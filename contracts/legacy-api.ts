// The old interfaces, as apps that nobody updates any longer speak them: a form is posted, and the answer is HTTP 200 with
// `{ code, msg, data }` whatever happened. Who looks at the HTTP status alone takes every failure for a success.
//
// Orders are called by their number in `t_order`, a JSON number. Amounts are text with two decimals, times are
// `YYYY-MM-DD HH:MM:SS` in UTC. Statuses, channels and payment methods are the numbers that the table holds.
//
// Who asks is said by the field `token` of the form: the same HS256 token for the audience `app` as the new interface takes
// in a header. Never in the address, which ends up in logs. Fields that are not known are ignored: old apps send many.

import { IDEMPOTENCY_KEY_PATTERN } from './gateway-api.ts'
import { CHANNELS, PAYMENT_METHODS } from './order.ts'
import type { FromSchema } from './schema.ts'

/** All are POST, `application/x-www-form-urlencoded`. */
export const LEGACY_ROUTES = {
  list: '/order/list.do',
  detail: '/order/detail.do',
  submit: '/order/submit.do',
  pay: '/order/pay.do',
  cancel: '/order/cancel.do',
} as const

/** GET: which data the monolith holds. Not an old interface: a load asks it before its first request. */
export const MONOLITH_IDENTITY_PATH = '/.well-known/headroom-monolith'

/** Of an answer that came through the interface layer: who gave it. */
export const SERVED_BY_HEADER = 'x-served-by'

/** `code` of an answer. `busy` may be asked again; after `unknownOutcome` the same `submitToken` finds the order. */
export const LEGACY_CODES = {
  ok: 0,
  badParameter: 1001,
  notLoggedIn: 1002,
  notFound: 1003,
  wrongStatus: 1004,
  noSuchProduct: 1005,
  tooOften: 1006,
  systemError: 5000,
  busy: 5001,
  unknownOutcome: 5002,
} as const
export type LegacyCode = (typeof LEGACY_CODES)[keyof typeof LEGACY_CODES]

export interface LegacyAnswer<Data> {
  readonly code: LegacyCode
  readonly msg: string
  /** null unless `code` is 0. */
  readonly data: Data | null
}

const token = { type: 'string', minLength: 1, maxLength: 4096 } as const
const orderNo = { type: 'integer', minimum: 1, maximum: 9_007_199_254_740_991 } as const

/** By the number of the page, counted from 1: what comes in between moves an order to the next one. */
export const legacyListSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['token'],
  properties: {
    token,
    page: { type: 'integer', minimum: 1, maximum: 100_000, default: 1 },
    size: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
} as const
export type LegacyListForm = FromSchema<typeof legacyListSchema>

/** Of detail, pay and cancel. */
export const legacyOrderSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['token', 'orderNo'],
  properties: { token, orderNo },
} as const
export type LegacyOrderForm = FromSchema<typeof legacyOrderSchema>

/** `productId` and `quantity` are repeated, once for each line: the n-th of one belongs to the n-th of the other. */
export const legacySubmitSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['token', 'submitToken', 'channel', 'region', 'payMethod', 'productId', 'quantity'],
  properties: {
    token,
    /** Of the page that was filled in: submitted twice, it is one order. */
    submitToken: { type: 'string', pattern: IDEMPOTENCY_KEY_PATTERN },
    channel: { type: 'integer', minimum: 0, maximum: CHANNELS.length - 1 },
    region: { type: 'integer', minimum: 0, maximum: 999 },
    payMethod: { type: 'integer', minimum: 0, maximum: PAYMENT_METHODS.length - 1 },
    productId: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
    },
    quantity: { type: 'array', minItems: 1, maxItems: 50, items: { type: 'integer', minimum: 1, maximum: 999 } },
  },
} as const
export type LegacySubmitForm = FromSchema<typeof legacySubmitSchema>

/** What submit, pay and cancel leave. */
export interface LegacyOrderState {
  readonly orderNo: number
  readonly status: number
  readonly amount: string
}

export interface LegacyOrderLine extends LegacyOrderState {
  readonly userId: number
  readonly nickname: string
  /** Of the last attempt to pay; null: its row is not there. */
  readonly payStatus: number | null
  readonly payMethod: number | null
  readonly channel: number
  readonly region: number
  readonly itemCount: number
  readonly createTime: string
}

export interface LegacyList {
  readonly total: number
  readonly page: number
  readonly size: number
  /** Newest first. */
  readonly orders: readonly (LegacyOrderLine & { readonly firstProduct: string | null })[]
}

export interface LegacyItem {
  readonly lineNo: number
  readonly productId: number
  /** null: the catalogue does not hold it any longer. */
  readonly productName: string | null
  readonly quantity: number
  readonly unitPrice: string
}

export interface LegacyDetail extends LegacyOrderLine {
  readonly updateTime: string
  readonly items: readonly LegacyItem[]
}
