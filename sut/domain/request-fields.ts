// Fields of requests between services. Values were judged at the interface; here they are held to their types, so that what
// a caller of another version leaves out never reaches SQL.

import { pageSize } from '../../contracts/gateway-api.ts'
import { CHANNELS, ORDER_STATUSES, PAYMENT_METHODS } from '../../contracts/order.ts'
import type { ObjectSchema, Schema } from '../../contracts/schema.ts'
import { DIRECTIONS } from '../../contracts/switches.ts'

export const orderId = { type: 'string', pattern: '^[1-9][0-9]{0,18}$' } as const
export const userId = { type: 'integer', minimum: 0 } as const
export const epochMs = { type: 'integer', minimum: 0 } as const
export const cents = { type: 'integer', minimum: 0 } as const
export const region = { type: 'integer', minimum: 0 } as const
export const legacyNo = { type: 'integer', minimum: 1 } as const
export const page = { type: 'integer', minimum: 1 } as const
export const limit = { type: 'integer', minimum: pageSize.minimum, maximum: pageSize.maximum } as const
export const productId = { type: 'integer', minimum: 1 } as const
export const quantity = { type: 'integer', minimum: 1 } as const
export const lineNo = { type: 'integer', minimum: 1 } as const
export const idempotencyKey = { type: 'string', minLength: 8, maxLength: 64 } as const
export const requestHash = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const
export const channel = { type: 'string', enum: CHANNELS } as const
export const orderStatus = { type: 'string', enum: ORDER_STATUSES } as const
export const paymentMethod = { type: 'string', enum: PAYMENT_METHODS } as const
/** Of a change that is audited. */
export const who = { type: 'string', minLength: 1, maxLength: 100 } as const
export const why = { type: 'string', minLength: 3, maxLength: 500 } as const
export const direction = { type: 'string', enum: DIRECTIONS } as const

/** All of `properties` required, but those named. */
export function requestOf<const P extends Readonly<Record<string, Schema>>, const O extends keyof P = never>(
  properties: P,
  optional: readonly O[] = [],
) {
  type Required = Exclude<keyof P & string, O>
  const required = Object.keys(properties).filter((name) => !optional.includes(name as unknown as O)) as Required[]
  return { type: 'object', additionalProperties: false, required, properties } as const satisfies ObjectSchema
}
