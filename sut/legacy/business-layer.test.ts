import { expect, it } from 'vitest'
import { legacyNumberOf } from '../../contracts/legacy-number.ts'
import { LEGACY_STATUS } from '../../contracts/legacy-tables.ts'
import { composeOrderId } from '../../contracts/order-id.ts'
import { shardOf } from '../../contracts/shard.ts'
import type { NamedOrder } from '../aggregation/numbered.ts'
import { SutError } from '../errors.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { type BusinessLayerOptions, businessLayer } from './business-layer.ts'

const USER = 71
const BORN_MS = Date.UTC(2026, 10, 5, 12, 30, 15, 250)
const ORDER_ID = composeOrderId({ timestampMs: BORN_MS, shard: shardOf(USER), worker: 33, sequence: 1 })
const NUMBER = legacyNumberOf(ORDER_ID) ?? 0
const OF_BOTH = {
  orderId: ORDER_ID,
  userId: USER,
  amountCents: 2_990,
  createdAtMs: BORN_MS,
  updatedAtMs: BORN_MS + 2_000,
  version: 2,
}
const FOUND: NamedOrder = {
  order: { ...OF_BOTH, status: 'paid', channel: 'mini-program', region: 7, itemCount: 2 },
  items: [
    { lineNo: 1, productId: 5, quantity: 2, unitPriceCents: 995 },
    { lineNo: 2, productId: 9, quantity: 1, unitPriceCents: 1_000 },
  ],
  payment: { ...OF_BOTH, paymentNo: 1, status: 'captured', method: 'bank-transfer' },
  legacyNo: NUMBER,
  productNames: { 5: 'A lamp' },
}
const LINE = {
  orderNo: NUMBER,
  userId: USER,
  nickname: 'ann',
  status: LEGACY_STATUS.paid,
  payStatus: LEGACY_STATUS.paid,
  payMethod: 2,
  channel: 2,
  region: 7,
  itemCount: 2,
  amount: '29.90',
  createTime: '2026-11-05 12:30:15',
}
const OLD_PAGE = 'a-page-from-before-it-all'
const OLD_ORDER = { orderNo: 4_711, status: LEGACY_STATUS.open, amount: '1.00' }
const context = () => contextFor('test', 1_000)

function layer(flows: Partial<BusinessLayerOptions['flows']>) {
  const missing = async () => {
    throw new Error('not expected')
  }
  return businessLayer({
    flows: { checkout: missing, changeStatus: missing, numbered: missing, numberedPage: missing, ...flows },
    records: {
      nickname: async () => 'ann',
      submittedBefore: async ({ submitToken }) => (submitToken === OLD_PAGE ? OLD_ORDER : null),
    },
  })
}

it('shows an order as the monolith’s own tables would', async () => {
  const orders = layer({ numbered: async () => FOUND })
  expect(await orders.detail({ userId: USER, orderNo: NUMBER }, context())).toEqual({
    ...LINE,
    updateTime: '2026-11-05 12:30:17',
    items: [
      { lineNo: 1, productId: 5, productName: 'A lamp', quantity: 2, unitPrice: '9.95' },
      { lineNo: 2, productId: 9, productName: null, quantity: 1, unitPrice: '10.00' },
    ],
  })
})

it('lists page by page, with all that there is in total', async () => {
  const asked: unknown[] = []
  const { productNames, ...order } = FOUND
  const orders = layer({
    numberedPage: async (call) => {
      asked.push(call)
      return { total: 41, orders: [order], productNames }
    },
  })
  expect(await orders.list({ userId: USER, page: 3, size: 20 }, context())).toEqual({
    total: 41,
    page: 3,
    size: 20,
    orders: [{ ...LINE, firstProduct: 'A lamp' }],
  })
  expect(asked).toEqual([{ userId: USER, page: 3, size: 20 }])
})

const PAGE = {
  userId: USER,
  submitToken: 'a-page-of-an-old-app',
  channel: 2,
  region: 7,
  payMethod: 1,
  lines: [{ productId: 5, quantity: 2 }],
}
const PLACED = {
  orderId: ORDER_ID,
  status: 'placed',
  amountCents: 1_990,
  paymentStatus: 'pending',
  createdAtMs: BORN_MS,
} as const

it('has a page checked out under its token, and waits while it is', async () => {
  const calls: unknown[] = []
  const orders = layer({
    checkout: async (call) => {
      calls.push(call)
      if (calls.length === 1) throw new SutError('idempotency-key-in-flight', 'somebody is at it')
      return PLACED
    },
  })
  const state = { orderNo: NUMBER, status: LEGACY_STATUS.open, amount: '19.90' }
  expect(await orders.submit(PAGE, context())).toEqual(state)
  expect(await orders.submit(PAGE, context())).toEqual(state)
  expect(calls).toHaveLength(3)
  expect(calls[0]).toEqual({
    userId: USER,
    idempotencyKey: PAGE.submitToken,
    body: { channel: 'mini-program', region: 7, paymentMethod: 'card', items: PAGE.lines },
  })
})

it('knows a page that was submitted before there were keys', async () => {
  expect(await layer({}).submit({ ...PAGE, submitToken: OLD_PAGE }, context())).toBe(OLD_ORDER)
})

it('pays by the number, and finds what was paid before', async () => {
  const placed = { ...FOUND, order: { ...FOUND.order, status: 'placed' as const } }
  let found: NamedOrder | null = placed
  const orders = layer({
    numbered: async () => found,
    changeStatus: async ({ orderId }) => ({ ...FOUND.order, orderId, status: 'paid' }),
  })
  const asked = { userId: USER, orderNo: NUMBER, event: 'pay' } as const
  const state = { orderNo: NUMBER, status: LEGACY_STATUS.paid, amount: '29.90' }
  expect(await orders.settle(asked, context())).toEqual(state)
  found = FOUND
  expect(await orders.settle(asked, context())).toEqual(state)
  found = null
  expect(await orders.settle(asked, context())).toBeNull()
})
