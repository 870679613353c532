import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KEY_WINDOW_MS } from '../../contracts/idempotency.ts'
import { parseOrderId } from '../../contracts/order-id.ts'
import type { OrderSnapshot } from '../storage/order-store.ts'
import { bornOrder, snapshotWith } from '../storage/two-stores.setup.ts'
import { canonicalValue, differentFields, fieldsOf } from './canonical-order.ts'

const BORN = bornOrder(71)
const SNAPSHOT: OrderSnapshot = snapshotWith(BORN, BORN.key)
const BIRTH_MS = parseOrderId(BORN.order.orderId).timestampMs

const value = fc.oneof(
  fc.constantFrom(
    null,
    '',
    0,
    -0,
    ' ',
    '0',
    'null',
    'a',
    'a ',
    '😀',
    '\ud83d',
    'é',
    'e\u0301',
    '\n',
    Number.NaN,
    false,
  ),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.bigInt(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
)

const isSame = (one: unknown, other: unknown) =>
  Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : Object.is(one, other)

describe('the canonical text of a value', () => {
  it('is that of another exactly when they are the same, type and bytes included', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(canonicalValue(one) === canonicalValue(other)).toBe(isSame(one, other))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['NULL', null, ''],
    ['0', 0, -0],
    ['a trailing space', 'card', 'card '],
    ['an emoji', '😀', '😃'],
    ['a half of an emoji', '\ud83d', '\ufffd'],
    ['an accent', 'é', 'e\u0301'],
    ['rounded milliseconds', 1_793_000_000_123, 1_793_000_000_000],
    ['a number as text', 7, '7'],
    ['bytes that end with a blank', Buffer.from('ab'), Buffer.from('ab ')],
  ])('tells %s apart', (_, one, other) => {
    expect(canonicalValue(one)).not.toBe(canonicalValue(other))
  })

  it('is refused for what no order holds', () => {
    expect(() => canonicalValue(undefined)).toThrow(TypeError)
  })
})

describe('the fields of an order', () => {
  const fields = fieldsOf(SNAPSHOT, BIRTH_MS)

  it('are all there is, by their names', () => {
    expect([...fields.keys()]).toEqual(
      expect.arrayContaining([
        'order.status',
        'items.length',
        'items[1].quantity',
        'payments[0].updatedAtMs',
        'legacyNo',
      ]),
    )
    expect(fields.get('order.status')).toBe('text "placed"')
  })

  it('differ in exactly the one that was changed', () => {
    const change = fc.constantFrom<readonly [string, OrderSnapshot]>(
      ['order.updatedAtMs', { ...SNAPSHOT, order: { ...SNAPSHOT.order, updatedAtMs: SNAPSHOT.order.updatedAtMs + 1 } }],
      ['order.amountCents', { ...SNAPSHOT, order: { ...SNAPSHOT.order, amountCents: -0 } }],
      ['legacyNo', { ...SNAPSHOT, legacyNo: 1 }],
      [
        'items[0].productId',
        { ...SNAPSHOT, items: SNAPSHOT.items.map((item) => (item.lineNo === 1 ? { ...item, productId: 6 } : item)) },
      ],
      [
        'payments[0].method',
        { ...SNAPSHOT, payments: SNAPSHOT.payments.map((payment) => ({ ...payment, method: 'wallet' as const })) },
      ],
      ['key.requestHash', { ...SNAPSHOT, key: { ...BORN.key, requestHash: Buffer.alloc(16, ' ') } }],
    )
    fc.assert(
      fc.property(change, ([field, changed]) => {
        expect(differentFields(fields, fieldsOf(changed, BIRTH_MS))).toEqual([field])
      }),
    )
    expect(differentFields(fields, fieldsOf(structuredCloneOf(SNAPSHOT), BIRTH_MS))).toEqual([])
  })

  it('are other ones where an item or the key is missing', () => {
    const oneItem = { ...SNAPSHOT, items: SNAPSHOT.items.slice(0, 1) }
    expect(differentFields(fields, fieldsOf(oneItem, BIRTH_MS))).toContain('items.length')
    expect(differentFields(fields, fieldsOf({ ...SNAPSHOT, key: null }, BIRTH_MS))).toContain('key')
  })

  it('have no key once a store may have forgotten it', () => {
    const late = BIRTH_MS + KEY_WINDOW_MS
    expect(differentFields(fieldsOf(SNAPSHOT, late), fieldsOf({ ...SNAPSHOT, key: null }, late))).toEqual([])
  })
})

/** Equal, and no part of it the same object. */
function structuredCloneOf({ order, items, payments, legacyNo, key }: OrderSnapshot): OrderSnapshot {
  return {
    order: { ...order },
    items: items.map((item) => ({ ...item })),
    payments: payments.map((payment) => ({ ...payment })),
    legacyNo,
    key: key && { userId: key.userId, keyHash: Buffer.from(key.keyHash), requestHash: Buffer.from(key.requestHash) },
  }
}
