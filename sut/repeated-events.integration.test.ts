// What is told of orders comes three times, mixed up, its readers are killed over it, and the cache is told of no change: nobody
// is shown an order as it was, or twice.

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { OrderStatus } from '../contracts/order.ts'
import { EVENT_STREAM, orderEventIn } from '../contracts/order-event.ts'
import type { OrderId } from '../contracts/order-id.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT } from './order-mix.setup.ts'

const REGION = 417
const USERS = Array.from({ length: 20 }, (_, at) => 9_000 + at)
const POLL = { timeout: 60_000, interval: 200 }
/** Longer than it takes to kill the process that changed the orders, and to start another. */
const CACHE_DEAF_MS = 60_000

interface PlacedOrder {
  readonly userId: number
  readonly orderId: OrderId
}

interface ChangedOrder extends PlacedOrder {
  /** As its user was told last. */
  readonly status: OrderStatus
}

let migrated: MigratedSystem
let redis: Redis

beforeAll(async () => {
  migrated = await startMigratedSystem('process-per-service')
  redis = new Redis(inject('engines').streams.url)
  await migrated.begin()
})
afterAll(async () => {
  await redis?.quit()
  await migrated?.stop()
})

/** Looked at as it was at first, so that it may be remembered so. */
async function placed(userId: number): Promise<PlacedOrder> {
  const body = { ...CHECKOUT, region: REGION }
  const answer = await migrated.system.call({
    method: 'POST',
    path: '/v1/app/orders',
    user: userId,
    key: randomUUID(),
    body,
  })
  expect(answer.status).toBe(201)
  const order = { userId, orderId: answer.body.orderId }
  expect(await shownStatus(order)).toBe('placed')
  return order
}

async function changed({ userId, orderId }: PlacedOrder): Promise<ChangedOrder> {
  const change = userId % 2 === 0 ? 'pay' : 'cancel'
  const path = `/v1/app/orders/${orderId}/${change}`
  const { status, body } = await migrated.system.call({ method: 'POST', path, user: userId })
  expect(status).toBe(200)
  return { userId, orderId, status: body.status }
}

/** undefined: no answer, as long as a process is missing. */
async function shownStatus({ userId, orderId }: PlacedOrder): Promise<OrderStatus | undefined> {
  const { status, body } = await migrated.system.call({ path: `/v1/app/orders/${orderId}`, user: userId })
  return status === 200 ? body.order.status : undefined
}

/** While `work` lasts it answers what it is asked, and takes nothing that it is told. */
async function whileCacheIsDeaf<T>(work: () => Promise<T>): Promise<T> {
  const cache = new Redis(inject('engines').redis.url)
  try {
    await cache.call('CLIENT', 'PAUSE', CACHE_DEAF_MS, 'WRITE')
    return await work()
  } finally {
    await cache.call('CLIENT', 'UNPAUSE')
    await cache.quit()
  }
}

async function eventsOf(orders: readonly PlacedOrder[]): Promise<readonly string[]> {
  const ids = new Set(orders.map(({ orderId }) => orderId))
  const texts = (await redis.xrange(EVENT_STREAM, '-', '+')).map(([, fields]) => fields[1] ?? '')
  return texts.filter((text) => ids.has(orderEventIn(text)?.orderId as OrderId))
}

function versionsIn(texts: readonly string[]): number {
  return new Set(texts.map((text) => `${orderEventIn(text)?.orderId} ${orderEventIn(text)?.version}`)).size
}

/** Every entry was given out, and whoever had it is done with it. */
async function isReadToTheEnd(): Promise<boolean> {
  const groups = (await redis.xinfo('GROUPS', EVENT_STREAM)) as readonly (readonly unknown[])[]
  const [[last] = []] = await redis.xrevrange(EVENT_STREAM, '+', '-', 'COUNT', 1)
  return groups.every((fields) => {
    const of = (name: string) => fields[fields.indexOf(name) + 1]
    return of('pending') === 0 && of('last-delivered-id') === last
  })
}

it('shows each order as it is, and finds it once', { timeout: 240_000 }, async () => {
  const { services, system } = migrated
  const fromMs = Date.now()
  const placedOrders = await Promise.all(USERS.map(placed))
  const orders = await whileCacheIsDeaf(async () => {
    const changedOrders = await Promise.all(placedOrders.map(changed))
    services.kill('order')
    await services.restart('order')
    for (const order of changedOrders) expect(await shownStatus(order)).toBe(order.status)
    return changedOrders
  })
  services.kill('indexer')
  await services.restart('indexer')
  await expect.poll(async () => versionsIn(await eventsOf(orders)), POLL).toBe(2 * orders.length)

  const told = await eventsOf(orders)
  const again = [...told.toReversed(), ...told, ...told.toReversed()]
  const tell = async (texts: readonly string[]) => {
    for (const text of texts) await redis.xadd(EVENT_STREAM, '*', 'event', text)
  }
  await tell(again.slice(0, told.length))
  services.kill('order')
  await tell(again.slice(told.length))
  await services.restart('order')

  const older: unknown[] = []
  const readToTheEnd = async () => {
    for (const order of orders) {
      const status = await shownStatus(order)
      if (status !== undefined && status !== order.status) older.push({ ...order, shown: status })
    }
    return await isReadToTheEnd()
  }
  await expect.poll(readToTheEnd, POLL).toBe(true)
  expect(older).toEqual([])
  for (const order of orders) {
    expect(await shownStatus(order)).toBe(order.status)
    const { body } = await system.call({ path: '/v1/app/orders', user: order.userId })
    expect(body.orders).toMatchObject([{ orderId: order.orderId, status: order.status }])
  }
  expect(await migrated.numbersIn('legacy')).toHaveLength(orders.length)
  const query = `fromMs=${fromMs - 60_000}&toMs=${Date.now() + 60_000}&region=${REGION}&limit=50`
  const found = async () => {
    const path = `/v1/admin/orders/search?${query}`
    const { body } = await system.call({ path, user: 1, audience: 'admin' })
    return body.orders.map(({ orderId, status }: ChangedOrder) => `${orderId} ${status}`).toSorted()
  }
  await expect.poll(found, POLL).toEqual(orders.map(({ orderId, status }) => `${orderId} ${status}`).toSorted())
})
