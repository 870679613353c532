// What the gateway serves and the scenarios call: routes, requests, responses. Order ids are strings (they pass 2^53).

import { CHANNELS, ORDER_STATUSES, PAYMENT_METHODS, PAYMENT_STATUSES } from './order.ts'
import type { FromSchema } from './schema.ts'

export const ROUTES = {
  checkout: { method: 'POST', path: '/v1/app/orders' },
  list: { method: 'GET', path: '/v1/app/orders' },
  detail: { method: 'GET', path: '/v1/app/orders/:orderId' },
  pay: { method: 'POST', path: '/v1/app/orders/:orderId/pay' },
  cancel: { method: 'POST', path: '/v1/app/orders/:orderId/cancel' },
  refund: { method: 'POST', path: '/v1/app/orders/:orderId/refund' },
  search: { method: 'GET', path: '/v1/admin/orders/search' },
  health: { method: 'GET', path: '/healthz' },
  metrics: { method: 'GET', path: '/metrics' },
  openapi: { method: 'GET', path: '/openapi.json' },
  /** Who answers, and which data it holds: asked before the first request of any load. */
  identity: { method: 'GET', path: '/.well-known/headroom' },
} as const

/** Of a load whose users may ask more often than others: holds a secret of the target's (HEADROOM_LOAD_CREDENTIAL). */
export const LOAD_CREDENTIAL_HEADER = 'x-headroom-load-credential'

export const IDEMPOTENCY_HEADER = 'idempotency-key'
export const IDEMPOTENCY_KEY_PATTERN = '^[A-Za-z0-9_-]{8,64}$'

/**
 * JWT: HS256, `iss`, `aud` and `sub` (user id, decimal) required. App tokens never open admin routes: each interface has
 * secrets of its own. `kid` is optional: the first `keyIdLength` hex digits of the secret's SHA-256. `roles`, of an
 * administrator: a list of ADMIN_ROLES. `cnf.kid` (RFC 7800), of an app's user: the client key that has to sign whatever
 * the token is sent with.
 */
export const TOKEN = {
  algorithm: 'HS256',
  issuer: 'headroom',
  appAudience: 'app',
  adminAudience: 'admin',
  keyIdLength: 16,
} as const

/** `support` looks at orders, `operator` changes products and switches. Neither includes the other. */
export const ADMIN_ROLES = ['support', 'operator'] as const
export type AdminRole = (typeof ADMIN_ROLES)[number]

/** Larger bodies are no checkout, sealed or not: neither the gateway nor a front-end reads more. */
export const BODY_LIMIT_BYTES = 64 * 1024

const cents = { type: 'integer', minimum: 0, maximum: 9_007_199_254_740_991 } as const
/** Up to the year 9999. */
const epochMs = { type: 'integer', minimum: 0, maximum: 253_402_300_799_999 } as const
/** 1 to 2^63 - 1, digit by digit. */
const ORDER_ID_PATTERN = `[1-9][0-9]{0,17}|${below('9223372036854775807')}`
const orderId = { type: 'string', pattern: `^(${ORDER_ID_PATTERN})$` } as const
export const productId = { type: 'integer', minimum: 1, maximum: 2_147_483_647 } as const
/** Of what comes in pages, unless the request says how many. */
export const pageSize = { type: 'integer', minimum: 1, maximum: 100, default: 20 } as const
const quantity = { type: 'integer', minimum: 1, maximum: 999 } as const

export const checkoutRequestSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['channel', 'region', 'paymentMethod', 'items'],
  properties: {
    channel: { type: 'string', enum: CHANNELS },
    region: { type: 'integer', minimum: 0, maximum: 999 },
    paymentMethod: { type: 'string', enum: PAYMENT_METHODS },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['productId', 'quantity'],
        properties: { productId, quantity },
      },
    },
  },
} as const
export type CheckoutRequest = FromSchema<typeof checkoutRequestSchema>

export const orderSummarySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'userId', 'status', 'channel', 'region', 'itemCount', 'amountCents', 'createdAtMs'],
  properties: {
    orderId,
    userId: { type: 'integer', minimum: 0 },
    status: { type: 'string', enum: ORDER_STATUSES },
    channel: { type: 'string', enum: CHANNELS },
    region: { type: 'integer', minimum: 0 },
    itemCount: { type: 'integer', minimum: 1 },
    amountCents: cents,
    createdAtMs: epochMs,
  },
} as const
export type OrderSummary = FromSchema<typeof orderSummarySchema>

export const checkoutResponseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'status', 'amountCents', 'paymentStatus', 'createdAtMs'],
  properties: {
    orderId,
    status: { type: 'string', enum: ORDER_STATUSES },
    amountCents: cents,
    paymentStatus: { type: 'string', enum: PAYMENT_STATUSES },
    createdAtMs: epochMs,
  },
} as const
export type CheckoutResponse = FromSchema<typeof checkoutResponseSchema>

export const listQuerySchema = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    limit: pageSize,
    /** Return orders older than this id: the `nextBefore` of the page before. */
    before: orderId,
  },
} as const
export type ListQuery = FromSchema<typeof listQuerySchema>

export const listResponseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['orders', 'nextBefore'],
  properties: {
    orders: { type: 'array', items: orderSummarySchema },
    nextBefore: { ...orderId, nullable: true },
  },
} as const
export type ListResponse = FromSchema<typeof listResponseSchema>

export const detailParamsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId'],
  properties: { orderId },
} as const

export const detailResponseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['order', 'items', 'payment'],
  properties: {
    order: orderSummarySchema,
    items: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['lineNo', 'productId', 'productName', 'quantity', 'unitPriceCents'],
        properties: {
          lineNo: { type: 'integer', minimum: 1 },
          productId,
          productName: { type: 'string' },
          quantity,
          unitPriceCents: cents,
        },
      },
    },
    payment: {
      type: 'object',
      additionalProperties: false,
      required: ['status', 'method', 'amountCents', 'updatedAtMs'],
      properties: {
        status: { type: 'string', enum: PAYMENT_STATUSES },
        method: { type: 'string', enum: PAYMENT_METHODS },
        amountCents: cents,
        updatedAtMs: epochMs,
      },
    },
    /** Which parts are missing because a service below could not be asked. Absent: the answer is whole. */
    degraded: { type: 'array', items: { type: 'string', enum: ['product-names'] } },
  },
} as const
export type DetailResponse = FromSchema<typeof detailResponseSchema>

export const searchQuerySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['fromMs', 'toMs'],
  properties: {
    fromMs: epochMs,
    /** Exclusive. At most 92 days after `fromMs`. */
    toMs: epochMs,
    region: { type: 'integer', minimum: 0, maximum: 999 },
    status: { type: 'string', enum: ORDER_STATUSES },
    limit: pageSize,
    /** Opaque: the `nextAfter` of the page before. */
    after: { type: 'string', maxLength: 64, pattern: `^[0-9]{1,15}:(${ORDER_ID_PATTERN})$` },
  },
} as const
export type SearchQuery = FromSchema<typeof searchQuerySchema>
export const MAX_SEARCH_RANGE_MS = 92 * 86_400_000

export const searchResponseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['orders', 'nextAfter'],
  properties: {
    orders: { type: 'array', items: orderSummarySchema },
    nextAfter: { type: 'string', nullable: true },
  },
} as const
export type SearchResponse = FromSchema<typeof searchResponseSchema>

export const errorResponseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['code', 'message', 'requestId'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    requestId: { type: 'string' },
  },
} as const
export type ErrorResponse = FromSchema<typeof errorResponseSchema>

/** A pattern for the numbers of as many digits as `largest` that are not above it. */
function below(largest: string): string {
  const smaller = [...largest].flatMap((digit, at) => {
    const least = at === 0 ? 1 : 0
    if (Number(digit) <= least) return []
    const rest = largest.length - at - 1
    return [`${largest.slice(0, at)}[${least}-${Number(digit) - 1}]${rest > 0 ? `[0-9]{${rest}}` : ''}`]
  })
  return [...smaller, largest].join('|')
}
