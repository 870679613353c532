// One order's two lines of an Elasticsearch bulk body: contracts/search-index.ts as bytes.

import type { OrderDocument } from '../../contracts/search-index.ts'
import { writeNumber } from './digits.ts'
import { type FixedText, fixedText, put } from './fixed-text.ts'
import type { OrderCursor } from './order-cursor.ts'
import { writeOrderId } from './row-formats.ts'

/** More than any two lines need. */
export const MAX_SEARCH_BYTES = 400

const key = (name: keyof OrderDocument) => fixedText(`,"${name}":`)
const VERSION = fixedText('","version_type":"external","version":')
const DOCUMENT = fixedText('}}\n')
const ORDER = fixedText('{"order_id":"')
const USER = fixedText('","user_id":')
const STATUS = key('status')
const CHANNEL = key('channel')
const REGION = key('region')
const AMOUNT = key('amount_cents')
const CREATED = key('created_at_ms')
const END = fixedText('}\n')

/** The beginning of an order's lines: where its document goes. */
export function linesInto(index: string): FixedText {
  return fixedText(`{"index":{"_index":"${index}","_id":"`)
}

/** `into` of the order's slice. */
export function writeSearchLines(order: OrderCursor, target: DataView, start: number, into: FixedText): number {
  let at = writeOrderId(order, target, put(target, start, into))
  at = writeNumber(target, put(target, at, VERSION), order.version)
  at = writeOrderId(order, target, put(target, put(target, at, DOCUMENT), ORDER))
  at = writeNumber(target, put(target, at, USER), order.userId)
  at = writeNumber(target, put(target, at, STATUS), order.status)
  at = writeNumber(target, put(target, at, CHANNEL), order.channel)
  at = writeNumber(target, put(target, at, REGION), order.region)
  at = writeNumber(target, put(target, at, AMOUNT), order.amountCents)
  at = writeNumber(target, put(target, at, CREATED), order.createdAtMs)
  return put(target, at, END)
}
