// What must hold when an engine is gone, silent, or lost the answer on the way back.

import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { shardOf, tableName } from '../contracts/shard.ts'
import { startTestSystem, type TestSystem } from './test-system.setup.ts'

const BODY = { channel: 'app', region: 1, paymentMethod: 'card', items: [{ productId: 1, quantity: 1 }] }
const DEADLINE_MS = 3_000

let system: TestSystem
let user = 10_000

const checkout = (key: string, body: unknown = BODY) =>
  system.call({ method: 'POST', path: '/v1/app/orders', user, key, body })
const list = () => system.call({ path: '/v1/app/orders', user })
const detail = (orderId: string) => system.call({ path: `/v1/app/orders/${orderId}`, user })
const search = (region: number) => {
  const nowMs = Date.now()
  const path = `/v1/admin/orders/search?fromMs=${nowMs - 600_000}&toMs=${nowMs + 60_000}&region=${region}`
  return system.call({ path, user: 1, audience: 'admin' })
}

beforeAll(async () => {
  process.env.HEADROOM_REQUEST_DEADLINE_MS = String(DEADLINE_MS)
  system = await startTestSystem(inject('engines'), 'one-process')
})
afterEach(() => {
  for (const proxy of Object.values(system.proxies)) proxy.mode = 'normal'
  user++
})
afterAll(async () => {
  delete process.env.HEADROOM_REQUEST_DEADLINE_MS
  await system?.stop()
})

describe.each(['down', 'stalled'] as const)('Elasticsearch %s', (mode) => {
  it('refuses searches for a while and does everything else; nothing is missing afterwards', async () => {
    const region = mode === 'down' ? 401 : 402
    system.proxies.elasticsearch.mode = mode
    const { orderId } = (await checkout(randomUUID(), { ...BODY, region })).body
    const refused = await search(region)
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      503,
      'search-unavailable',
      '5',
    ])
    expect((await list()).body.orders[0].orderId).toBe(orderId)
    expect((await detail(orderId)).status).toBe(200)
    await expect.poll(async () => (await system.call({ path: '/healthz' })).body.status).toBe('degraded')
    system.proxies.elasticsearch.mode = 'normal'
    await expect
      .poll(async () => (await search(region)).body.orders?.map((order: { orderId: string }) => order.orderId), {
        timeout: 40_000,
        interval: 500,
      })
      .toEqual([orderId])
  })
})

describe.each(['down', 'stalled'] as const)('Redis %s', (mode) => {
  it('costs nothing but its help', async () => {
    system.proxies.redis.mode = mode
    const key = randomUUID()
    const { orderId } = (await checkout(key)).body
    expect((await checkout(key)).body.orderId).toBe(orderId)
    for (let count = 0; count < 3; count++) expect((await detail(orderId)).status).toBe(200)
    expect((await list()).status).toBe(200)
  })
})

describe('MySQL', () => {
  it.each(['down', 'stalled'] as const)('%s: every request ends in time, and all is well afterwards', async (mode) => {
    const { orderId } = (await checkout(randomUUID())).body
    system.proxies.mysql.mode = mode
    const answers = await Promise.all([
      list(),
      checkout(randomUUID()),
      detail(orderId),
      ...Array.from({ length: 40 }, list),
    ])
    for (const { status, body, headers, tookMs } of answers) {
      expect([503, 504]).toContain(status)
      expect(['unavailable', 'deadline-exceeded', 'outcome-unknown', 'overloaded']).toContain(body.code)
      expect(headers['retry-after']).toBe('1')
      expect(tookMs).toBeLessThan(DEADLINE_MS + 4_000)
    }
    system.proxies.mysql.mode = 'normal'
    await expect.poll(async () => (await list()).status, { timeout: 20_000 }).toBe(200)
    expect((await detail(orderId)).status).toBe(200)
  })

  it('commits, but the answer is lost: the same key finds the first order', async () => {
    const key = randomUUID()
    await list()
    system.proxies.mysql.mode = 'deaf'
    const lost = await checkout(key)
    expect([lost.status, lost.body.code]).toEqual([503, 'outcome-unknown'])
    system.proxies.mysql.mode = 'normal'
    await expect.poll(async () => (await checkout(key)).status, { timeout: 20_000 }).toBe(201)
    const [stored] = await system.rows<{ rows_found: number; order_id: string }>(
      `SELECT COUNT(*) AS rows_found, MAX(order_id) AS order_id FROM ${tableName('orders', shardOf(user))} WHERE user_id = ?`,
      [user],
    )
    expect(Number(stored?.rows_found)).toBe(1)
    expect((await checkout(key)).body.orderId).toBe(stored?.order_id)
  })
})

it('a process that is killed is reported, and its place taken by nobody', async () => {
  const sut = system.sut.endpoint.processes.find(({ component }) => component === 'sut')
  process.kill(sut!.pid, 'SIGKILL')
  await expect.poll(async () => (await list()).body.code).toBe('unavailable')
  expect((await list()).headers['retry-after']).toBe('1')
})
