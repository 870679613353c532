// An order as text that says all of it, and says it in one way: two orders have one text exactly when every field of one is
// that of the other, type and bytes included. Built here and not by the databases, as the two keep an order in different
// shapes.

import { KEY_WINDOW_MS } from '../../contracts/idempotency.ts'
import { parseOrderId } from '../../contracts/order-id.ts'
import type { OrderSnapshot } from '../storage/order-store.ts'

/** Name of the field → its canonical text. */
export type OrderFields = ReadonlyMap<string, string>

/** Each store forgets a key in its own time: before it may, and not after. */
const KEY_MARGIN_MS = 600_000

/** Whatever a snapshot holds: a field that is added to it is compared without anybody thinking of it here. */
export function fieldsOf(snapshot: OrderSnapshot, nowMs: number): OrderFields {
  const { timestampMs } = parseOrderId(snapshot.order.orderId)
  const mayBeForgotten = timestampMs < nowMs - KEY_WINDOW_MS + KEY_MARGIN_MS
  return new Map(flatten('', mayBeForgotten ? { ...snapshot, key: null } : snapshot))
}

export function differentFields(one: OrderFields, other: OrderFields): readonly string[] {
  const names = new Set([...one.keys(), ...other.keys()])
  return [...names].filter((name) => one.get(name) !== other.get(name))
}

function flatten(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) {
    const length = [`${name}.length`, canonicalValue(value.length)] as const
    return [length, ...value.flatMap((entry, at) => flatten(`${name}[${at}]`, entry))]
  }
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [[name, canonicalValue(value)]]
  return Object.entries(value).flatMap(([key, of]) => flatten(name === '' ? key : `${name}.${key}`, of))
}

/** `null` is not `''`, 0 is not −0, 1 is not '1'; text is compared by its code units, without trimming or normalising. */
export function canonicalValue(value: unknown): string {
  if (value === null) return 'null'
  if (Buffer.isBuffer(value)) return `bytes ${value.toString('hex')}`
  switch (typeof value) {
    case 'string':
      return `text ${JSON.stringify(value)}`
    case 'number':
      return `number ${Object.is(value, -0) ? '-0' : value}`
    case 'bigint':
      return `integer ${value}`
    case 'boolean':
      return `boolean ${value}`
    default:
      throw new TypeError(`an order holds no ${typeof value}`)
  }
}
