// Shards 0 to 31 on one MySQL server, 32 to 63 on another: one that is gone or silent takes its own users along, no others,
// also the home server, which holds the catalogue besides.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { PRODUCT_COUNT } from '../contracts/catalogue.ts'
import { type FaultProxy, throughProxy } from './fault-proxy.setup.ts'
import { type SecondMysql, startSecondMysql } from './second-mysql.setup.ts'
import { edgeDemands, serviceEnvironment } from './service-environment.ts'
import { type ServiceProcess, startServiceProcess } from './service-process.ts'
import {
  type Answer,
  type CallOptions,
  callGateway,
  startTestSystem,
  type TestSystem,
  testDatabase,
} from './test-system.setup.ts'

/** Longer than the lease of an order id worker; of home, longer than prices are fresh, too. */
const OUTAGE_MS = { second: 17_000, home: 40_000 }
const OUTAGES = [
  ['second', 'down'],
  ['home', 'stalled'],
] as const
/** By HEADROOM_OUTAGE, as each takes its time. */
const FURTHER_OUTAGES = [
  ['second', 'stalled'],
  ['home', 'down'],
] as const

type Call = (options: CallOptions) => Promise<Answer>

let second: SecondMysql
let secondDatabase: Awaited<ReturnType<typeof testDatabase>>
let secondProxy: FaultProxy
let secondShards: string
let system: TestSystem
let rank = 100
let bought = 0

const userOf = (server: 'home' | 'second') => 64 * rank++ + (server === 'home' ? 5 : 40)
/** Of a product that nobody has bought before. */
const newBody = (region = 1) => {
  const productId = 1 + ((bought++ * 7) % PRODUCT_COUNT)
  return { channel: 'app', region, paymentMethod: 'card', items: [{ productId, quantity: 1 }] }
}
const requestsVia = (call: Call) => ({
  checkout: (user: number) =>
    call({ method: 'POST', path: '/v1/app/orders', user, key: randomUUID(), body: newBody() }),
  list: (user: number) => call({ path: '/v1/app/orders', user }),
  detail: (user: number, orderId: string) => call({ path: `/v1/app/orders/${orderId}`, user }),
  change: (event: 'pay' | 'cancel', user: number, orderId: string) =>
    call({ method: 'POST', path: `/v1/app/orders/${orderId}/${event}`, user }),
})
const { checkout, list, detail, change } = requestsVia((options) => system.call(options))
const statusOf = async (call: Promise<{ readonly status: number }>) => (await call).status

/** What one user does, one thing after another, and what it is answered with; `degraded` where a name is missing. */
async function shop(user: number, event: 'pay' | 'cancel'): Promise<readonly unknown[]> {
  const placed = await checkout(user)
  if (placed.status !== 201) return [placed.status]
  const seen = await detail(user, placed.body.orderId)
  const changed = await change(event, user, placed.body.orderId)
  const listed = await list(user)
  return [placed.status, seen.status, ...(seen.body.degraded ? ['degraded'] : []), changed.status, listed.status]
}

beforeAll(async () => {
  second = await startSecondMysql()
  secondDatabase = await testDatabase(second.url)
  const through = await throughProxy(secondDatabase.url)
  secondProxy = through.proxy
  secondShards = `32-63=${through.url}`
  system = await startTestSystem({ ...inject('engines'), mysqlShards: secondShards }, 'one-process')
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
    const placed = []
    for (const user of [atHome, atSecond]) {
      const body = newBody(region)
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
      const user = userOf(gone)
      const before = await checkout(user)
      expect(before.status).toBe(201)
      proxy.mode = mode
      const refused: Promise<number>[] = []
      const served: ReturnType<typeof shop>[] = []
      for (const startedAtMs = performance.now(); performance.now() - startedAtMs < OUTAGE_MS[gone]; ) {
        refused.push(statusOf(checkout(userOf(gone))), statusOf(list(userOf(gone))))
        refused.push(statusOf(detail(user, before.body.orderId)), statusOf(change('pay', user, before.body.orderId)))
        served.push(shop(userOf(there), served.length % 2 === 0 ? 'pay' : 'cancel'))
        await pause(150)
      }
      const answers = await Promise.all(served)
      expect(answers.filter((answer) => answer.join() !== '201,200,200,200')).toEqual([])
      expect((await Promise.all(refused)).filter((status) => status < 500)).toEqual([])
      expect((await system.call({ path: '/healthz' })).body.status).toBe('degraded')
      proxy.mode = 'normal'
      await expect.poll(() => statusOf(checkout(userOf(gone))), { timeout: 15_000, interval: 200 }).toBe(201)
    },
  )

  it('home down: a process that starts meanwhile serves the others, who can buy nothing until home is back', async () => {
    const { mysql, ...engines } = inject('engines')
    const { socketPath: _, ...endpoint } = mysql
    const home = await throughProxy(system.mysqlUrl)
    const user = userOf('second')
    const { orderId } = (await checkout(user)).body
    let late: ServiceProcess | undefined
    home.proxy.mode = 'down'
    try {
      const ofState = (file: string) => join(system.stateDir, file)
      late = await startServiceProcess({
        role: 'all',
        environment: serviceEnvironment(
          'all',
          {
            mysql: { ...endpoint, url: home.url },
            mysqlShards: secondShards,
            elasticsearch: engines.elasticsearch,
            redis: engines.redis,
            streams: engines.streams,
          },
          {
            internal: randomUUID(),
            appTokensFile: ofState('app_jwt_secrets'),
            adminTokensFile: ofState('admin_jwt_secrets'),
            appClientsFile: ofState('app_client_secrets'),
            demands: edgeDemands(process.env),
          },
        ),
        logFolder: ofState('logs-late'),
        signal: new AbortController().signal,
      })
      const sut = { endpoint: { ...system.sut.endpoint, baseUrl: `http://127.0.0.1:${late.port}` } }
      const call: Call = (options) => callGateway(sut, options)
      const there = requestsVia(call)
      const health = await call({ path: '/healthz' })
      expect([health.status, health.body.status]).toEqual([200, 'degraded'])
      expect((await there.list(user)).body.orders).toMatchObject([{ orderId }])
      const unnamed = { order: { orderId }, degraded: ['product-names'] }
      expect((await there.detail(user, orderId)).body).toMatchObject(unnamed)
      expect((await there.change('pay', user, orderId)).status).toBe(200)
      const refused = await there.checkout(user)
      expect([refused.status, refused.body.code]).toEqual([503, 'unavailable'])
      expect(refused.body.message).toContain('a price is not known')
      expect(await statusOf(there.list(userOf('home')))).toBe(503)
      home.proxy.mode = 'normal'
      const served = () => statusOf(there.checkout(userOf('second')))
      await expect.poll(served, { timeout: 15_000, interval: 200 }).toBe(201)
      const degraded = async () => (await there.detail(user, orderId)).body.degraded
      await expect.poll(degraded, { timeout: 15_000, interval: 200 }).toBeUndefined()
      const atHome = () => statusOf(there.checkout(userOf('home')))
      await expect.poll(atHome, { timeout: 15_000, interval: 200 }).toBe(201)
    } finally {
      await late?.stop()
      await home.proxy.close()
    }
  })
})
