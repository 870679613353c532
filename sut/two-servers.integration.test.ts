// Shards 0 to 31 on one MySQL server, 32 to 63 on another: one that is gone or silent takes its own users along, no others.

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { type FaultProxy, throughProxy } from './fault-proxy.setup.ts'
import { type SecondMysql, startSecondMysql } from './second-mysql.setup.ts'
import { startTestSystem, type TestSystem, testDatabase } from './test-system.setup.ts'

const BODY = { channel: 'app', region: 1, paymentMethod: 'card', items: [{ productId: 1, quantity: 1 }] }
/** Longer than the lease of an order id worker. */
const OUTAGE_MS = 17_000
const OUTAGES = [
  ['second', 'down'],
  ['home', 'stalled'],
] as const
/** By HEADROOM_OUTAGE, as each takes its time. */
const FURTHER_OUTAGES = [
  ['second', 'stalled'],
  ['home', 'down'],
] as const

let second: SecondMysql
let secondDatabase: Awaited<ReturnType<typeof testDatabase>>
let secondProxy: FaultProxy
let system: TestSystem
let rank = 100

const userOf = (server: 'home' | 'second') => 64 * rank++ + (server === 'home' ? 5 : 40)
const checkout = (user: number) =>
  system.call({ method: 'POST', path: '/v1/app/orders', user, key: randomUUID(), body: BODY })
const list = (user: number) => system.call({ path: '/v1/app/orders', user })
const statusOf = async (call: Promise<{ readonly status: number }>) => (await call).status

beforeAll(async () => {
  second = await startSecondMysql()
  secondDatabase = await testDatabase(second.url)
  const through = await throughProxy(secondDatabase.url)
  secondProxy = through.proxy
  system = await startTestSystem({ ...inject('engines'), mysqlShards: `32-63=${through.url}` }, 'one-process')
})
afterEach(() => {
  system.proxies.mysql.mode = 'normal'
  secondProxy.mode = 'normal'
})
afterAll(async () => {
  await system?.stop()
  await secondProxy?.close()
  await secondDatabase?.drop()
  await second?.stop()
})

describe('two servers', () => {
  it('hold the orders of their own shards, and one search finds those of both', async () => {
    const [atHome, atSecond] = [userOf('home'), userOf('second')]
    const region = 77
    const body = { ...BODY, region }
    const placed = []
    for (const user of [atHome, atSecond]) {
      const order = await system.call({ method: 'POST', path: '/v1/app/orders', user, key: randomUUID(), body })
      expect(order.status).toBe(201)
      expect((await system.call({ path: `/v1/app/orders/${order.body.orderId}`, user })).status).toBe(200)
      placed.push(order.body.orderId)
    }
    const stored = async (rows: TestSystem['rows'], table: string) =>
      (await rows<{ order_id: string }>(`SELECT order_id FROM ${table}`)).map(({ order_id }) => order_id)
    expect(await stored(system.rows, 'orders_05')).toEqual([placed[0]])
    expect(await stored(secondDatabase.rows, 'orders_40')).toEqual([placed[1]])
    const tables = await secondDatabase.rows("SHOW TABLES LIKE 'orders\\_0%'")
    expect(tables).toEqual([])
    const nowMs = Date.now()
    const path = `/v1/admin/orders/search?fromMs=${nowMs - 600_000}&toMs=${nowMs + 60_000}&region=${region}`
    const found = async () => {
      const { body } = await system.call({ path, user: 1, audience: 'admin' })
      return body.orders?.map(({ orderId }: { orderId: string }) => orderId).toSorted()
    }
    await expect.poll(found, { timeout: 30_000, interval: 500 }).toEqual(placed.toSorted())
  })

  it.each(process.env.HEADROOM_OUTAGE === '1' ? [...OUTAGES, ...FURTHER_OUTAGES] : OUTAGES)(
    '%s %s: its users are refused, the others are served, and all are when it is back',
    async (gone, mode) => {
      const there = gone === 'home' ? 'second' : 'home'
      const proxy = gone === 'home' ? system.proxies.mysql : secondProxy
      expect(await statusOf(checkout(userOf(gone)))).toBe(201)
      proxy.mode = mode
      const refused: Promise<number>[] = []
      const served: Promise<number>[] = []
      for (const startedAtMs = performance.now(); performance.now() - startedAtMs < OUTAGE_MS; ) {
        refused.push(statusOf(checkout(userOf(gone))), statusOf(list(userOf(gone))))
        served.push(statusOf(checkout(userOf(there))), statusOf(list(userOf(there))))
        await pause(150)
      }
      expect((await Promise.all(served)).filter((status) => status >= 400)).toEqual([])
      expect((await Promise.all(refused)).filter((status) => status < 500)).toEqual([])
      expect((await system.call({ path: '/healthz' })).body.status).toBe('degraded')
      proxy.mode = 'normal'
      await expect.poll(() => statusOf(checkout(userOf(gone))), { timeout: 15_000, interval: 200 }).toBe(201)
    },
  )
})
