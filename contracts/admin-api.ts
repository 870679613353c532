// What the web admin's interface serves beside the search: orders by id, products, and the switches of a migration.

import { pageSize, productId } from './gateway-api.ts'
import type { FromSchema } from './schema.ts'
import { GATEWAY_POSITIONS, MIRROR_MODES, MONOLITH_POSITIONS, PHASES } from './switches.ts'

export const ADMIN_ROUTES = {
  order: { method: 'GET', path: '/v1/admin/orders/by-id/:orderId' },
  product: { method: 'GET', path: '/v1/admin/products/:productId' },
  changeProduct: { method: 'POST', path: '/v1/admin/products/:productId' },
  switches: { method: 'GET', path: '/v1/admin/switches' },
  switchPlan: { method: 'GET', path: '/v1/admin/switches/plan' },
  switchHistory: { method: 'GET', path: '/v1/admin/switches/history' },
  switchForward: { method: 'POST', path: '/v1/admin/switches/forward' },
  switchBack: { method: 'POST', path: '/v1/admin/switches/back' },
  setSwitches: { method: 'POST', path: '/v1/admin/switches/set' },
} as const

/** Kept in the audit, beside who it was. */
const why = { type: 'string', minLength: 3, maxLength: 500 } as const
const name = { type: 'string', minLength: 1, maxLength: 120 } as const
/** Up to what the monolith's table holds. */
const priceCents = { type: 'integer', minimum: 0, maximum: 99_999_999_999_999 } as const

export const productParamsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['productId'],
  properties: { productId },
} as const
export type ProductParams = FromSchema<typeof productParamsSchema>

export const productSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['productId', 'name', 'priceCents'],
  properties: { productId, name, priceCents },
} as const

/** At least one of name and price. */
export const changeProductSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['why'],
  properties: { name, priceCents, why },
} as const
export type ChangeProductBody = FromSchema<typeof changeProductSchema>

export const moveSwitchSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['why'],
  properties: {
    /** Order and payment move together. */
    what: { type: 'string', enum: ['orders', 'catalogue'], default: 'orders' },
    why,
  },
} as const
export type MoveSwitchBody = FromSchema<typeof moveSwitchSchema>

/** At least one position. */
export const setSwitchesSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['why'],
  properties: {
    mirror: { type: 'string', enum: MIRROR_MODES },
    monolith: { type: 'string', enum: MONOLITH_POSITIONS },
    gateway: { type: 'string', enum: GATEWAY_POSITIONS },
    grayPercent: { type: 'integer', minimum: 0, maximum: 100 },
    comparePerMille: { type: 'integer', minimum: 0, maximum: 1_000 },
    why,
  },
} as const
export type SetSwitchesBody = FromSchema<typeof setSwitchesSchema>

const phase = { type: 'string', enum: PHASES } as const

export const movedSwitchSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['epoch', 'phase', 'catalogue', 'pausedMs'],
  properties: {
    epoch: { type: 'integer', minimum: 0 },
    phase,
    catalogue: phase,
    /** For which writers waited. */
    pausedMs: { type: 'integer', minimum: 0 },
  },
} as const

export const historyQuerySchema = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: { limit: pageSize },
} as const
export type HistoryQuery = FromSchema<typeof historyQuerySchema>
