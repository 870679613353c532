import { describe, expect, it } from 'vitest'
import type { Product } from '../../contracts/catalogue.ts'
import type { Order, OrderItem, Payment } from '../../contracts/order.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { ProductMemory } from '../domain/catalogue/product-memory.ts'
import type { OrderService, PlaceOrder } from '../domain/order/order-service.ts'
import { SutError } from '../errors.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { checkout, requestHash } from './checkout.ts'
import { detail } from './detail.ts'
import { list } from './list.ts'
import { search } from './search.ts'

const CONTEXT = contextFor('test', 1_000)
const ORDER_ID = '912288777518256128' as OrderId
const BODY = {
  channel: 'app',
  region: 3,
  paymentMethod: 'card',
  items: [
    { productId: 5, quantity: 2 },
    { productId: 9, quantity: 1 },
  ],
} as const
const CALL = { userId: 42, idempotencyKey: 'abcdefgh', body: BODY }
const ANSWER = {
  orderId: ORDER_ID,
  status: 'placed',
  amountCents: 1,
  paymentStatus: 'pending',
  createdAtMs: 1,
} as const
const ORDER: Order = {
  orderId: ORDER_ID,
  userId: 42,
  status: 'placed',
  channel: 'app',
  region: 3,
  itemCount: 1,
  amountCents: 300,
  createdAtMs: 1,
  updatedAtMs: 2,
  version: 1,
}
const ITEMS: readonly OrderItem[] = [{ lineNo: 1, productId: 5, quantity: 3, unitPriceCents: 100 }]
const PAYMENT: Payment = {
  orderId: ORDER_ID,
  paymentNo: 1,
  userId: 42,
  status: 'pending',
  method: 'card',
  amountCents: 300,
  createdAtMs: 1,
  updatedAtMs: 2,
  version: 1,
}

const answering = (answer: () => Promise<readonly Product[]>) => new ProductMemory({ products: answer, page: answer })
const sells = (...productIds: number[]) =>
  answering(async () => productIds.map((productId) => ({ productId, name: `Product ${productId}`, priceCents: 100 })))
const closed = () => answering(async () => Promise.reject(new SutError('unavailable', 'closed')))
const silent = () => answering(() => new Promise(() => {}))

function orderService(parts: Partial<OrderService>): OrderService {
  const missing = async () => {
    throw new Error('not expected')
  }
  return {
    place: missing,
    storedAnswer: missing,
    find: missing,
    lookUp: missing,
    changeStatus: missing,
    list: missing,
    search: missing,
    numbered: missing,
    numberedPage: missing,
    dataset: missing,
    oldTraffic: missing,
    ...parts,
  }
}

describe('checkout', () => {
  it('takes prices from the catalogue and numbers the lines', async () => {
    const placed: PlaceOrder[] = []
    const order = orderService({
      storedAnswer: async () => null,
      place: async (request) => {
        placed.push(request)
        return ANSWER
      },
    })
    expect(await checkout({ order, products: sells(5, 9) }, CALL, CONTEXT)).toEqual(ANSWER)
    expect(placed[0]?.items).toEqual([
      { lineNo: 1, productId: 5, quantity: 2, unitPriceCents: 100 },
      { lineNo: 2, productId: 9, quantity: 1, unitPriceCents: 100 },
    ])
  })

  it.each([
    ['a product has left the catalogue', () => sells(5), 'unknown-product'],
    ['the catalogue is down', closed, 'unavailable'],
    ['the catalogue is silent', silent, 'unavailable'],
  ])('when %s, an answered key keeps its answer and a new one is refused', async (_when, catalogue, code) => {
    const answered = orderService({ storedAnswer: async () => ANSWER })
    expect(await checkout({ order: answered, products: catalogue() }, CALL, contextFor('test', 60_000))).toEqual(ANSWER)
    const unknown = orderService({ storedAnswer: async () => null })
    await expect(
      checkout({ order: unknown, products: catalogue() }, CALL, contextFor('test', 60_000)),
    ).rejects.toMatchObject({ code, message: expect.not.stringContaining('took longer') })
  })

  it('knows a request by what it asks for, not by how it is written', () => {
    const reordered = { items: BODY.items, paymentMethod: 'card', region: 3, channel: 'app' } as const
    expect(requestHash(reordered)).toBe(requestHash(BODY))
    expect(requestHash({ ...BODY, region: 4 })).not.toBe(requestHash(BODY))
    expect(requestHash({ ...BODY, items: BODY.items.toReversed() })).not.toBe(requestHash(BODY))
  })
})

describe('detail', () => {
  const order = orderService({ find: async () => ({ order: ORDER, items: ITEMS, payment: PAYMENT }) })
  const call = { userId: 42, orderId: ORDER_ID }

  it('puts two services’ answers together and keeps version and update time inside', async () => {
    expect(await detail({ order, products: sells(5) }, call, CONTEXT)).toEqual({
      order: {
        orderId: ORDER_ID,
        userId: 42,
        status: 'placed',
        channel: 'app',
        region: 3,
        itemCount: 1,
        amountCents: 300,
        createdAtMs: 1,
      },
      items: [{ lineNo: 1, productId: 5, productName: 'Product 5', quantity: 3, unitPriceCents: 100 }],
      payment: { status: 'pending', method: 'card', amountCents: 300, updatedAtMs: 2 },
    })
  })

  it.each([
    ['down', closed],
    ['silent', silent],
  ])('says that names are missing when the catalogue is %s', async (_how, catalogue) => {
    const answer = await detail({ order, products: catalogue() }, call, contextFor('test', 60_000))
    expect([answer?.items[0]?.productName, answer?.degraded]).toEqual(['', ['product-names']])
  })

  it('is null when this user has no such order', async () => {
    const none = orderService({ find: async () => null })
    expect(await detail({ order: none, products: closed() }, call, CONTEXT)).toBeNull()
  })
})

describe('pages', () => {
  it('continues a list where the last full page ended', async () => {
    const order = orderService({ list: async ({ limit }) => [ORDER].slice(0, limit) })
    expect((await list({ order }, { userId: 42, limit: 1 }, CONTEXT)).nextBefore).toBe(ORDER_ID)
    expect((await list({ order }, { userId: 42, limit: 2 }, CONTEXT)).nextBefore).toBeNull()
  })

  it('carries a search’s position in both directions', async () => {
    const positions: unknown[] = []
    const next = { createdAtMs: 7, orderId: ORDER_ID }
    const order = orderService({
      search: async ({ after }) => {
        positions.push(after)
        return { orders: [], next }
      },
    })
    const { nextAfter } = await search({ order }, { fromMs: 1, toMs: 9 }, CONTEXT)
    await search({ order }, { fromMs: 1, toMs: 9, after: nextAfter! }, CONTEXT)
    expect(positions).toEqual([undefined, next])
  })

  it.each([
    ['a range that ends before it starts', { fromMs: 9, toMs: 9 }],
    ['a range of ten years', { fromMs: 0, toMs: 10 * 365 * 86_400_000 }],
    ['a position that is no order id', { fromMs: 1, toMs: 9, after: '1:9999999999999999999' }],
    ['a position beyond safe integers', { fromMs: 1, toMs: 9, after: `99999999999999999999:${ORDER_ID}` }],
  ])('refuses %s', async (_what, query) => {
    await expect(search({ order: orderService({}) }, query, CONTEXT)).rejects.toMatchObject({ code: 'bad-request' })
  })
})
