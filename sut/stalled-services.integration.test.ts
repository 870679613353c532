// Services of their own processes that stall or die: what still answers, what is refused, and that nothing is said to be
// undone which may have been done.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { PRODUCT_COUNT } from '../contracts/catalogue.ts'
import { shardOf, tableName } from '../contracts/shard.ts'
import { startTestSystem, type TestSystem } from './test-system.setup.ts'

const bodyOf = (productId: number) => ({
  channel: 'app',
  region: 1,
  paymentMethod: 'card',
  items: [{ productId, quantity: 1 }],
})
const DEADLINE_MS = 5_000
const NEW_PRODUCT = PRODUCT_COUNT + 1
/** At once: more than one service has connections to another. */
const SEARCHERS = 150
/** So many searches of one administrator are not too many requests. */
const SEARCH_PAUSE_MS = 200

let system: TestSystem
const checkout = (user: number, key: string, productId = 5) =>
  system.call({ method: 'POST', path: '/v1/app/orders', user, key, body: bodyOf(productId) })
const detail = (user: number, orderId: string) => system.call({ path: `/v1/app/orders/${orderId}`, user })
const search = (admin: number) => {
  const nowMs = Date.now()
  const path = `/v1/admin/orders/search?fromMs=${nowMs - 600_000}&toMs=${nowMs + 60_000}`
  return system.call({ path, user: admin, audience: 'admin' })
}
const pidOf = (component: string) => system.sut.endpoint.processes.find((part) => part.component === component)!.pid

beforeAll(async () => {
  system = await startTestSystem(inject('engines'), 'process-per-service')
})
afterAll(() => system?.stop())

it('names every process, so that each can be stopped alone', () => {
  const components = system.sut.endpoint.processes.map(({ component }) => component)
  for (const service of ['app', 'admin', 'aggregation', 'order', 'catalogue', 'indexer']) {
    expect(components).toContain(`sut:${service}`)
  }
  expect(new Set(system.sut.endpoint.processes.map(({ pid }) => pid)).size).toBe(components.length)
})

it('answers lists, details and checkouts while the catalogue is stopped, and refuses a product that it was not told of', async () => {
  const user = 7_001
  const key = randomUUID()
  const placed = (await checkout(user, key)).body
  const unnamed = (await checkout(user, randomUUID())).body.orderId
  const items = tableName('order_items', shardOf(user))
  await system.rows(`UPDATE ${items} SET product_id = ? WHERE order_id = ?`, [NEW_PRODUCT, unnamed])
  const catalogue = pidOf('sut:catalogue')
  process.kill(catalogue, 'SIGSTOP')
  try {
    // Nobody can have heard of it.
    await system.rows("INSERT INTO products (product_id, name, price_cents) VALUES (?, 'Lamp', 1990)", [NEW_PRODUCT])
    const details = await Promise.all(Array.from({ length: 150 }, () => detail(user, unnamed)))
    for (const { status, body } of details) expect([status, body.degraded]).toEqual([200, ['product-names']])
    expect((await system.call({ path: '/v1/app/orders', user: user + 64 })).status).toBe(200)
    expect((await detail(user, placed.orderId)).body.items[0].productName).not.toBe('')
    // Never asked for before.
    for (const productId of [7, 1_234, 4_999]) {
      expect(await checkout(user + 128, randomUUID(), productId)).toMatchObject({ status: 201 })
    }
    expect(await checkout(user, key)).toMatchObject({ status: 201, body: placed })
    const refused = await checkout(user + 128, randomUUID(), NEW_PRODUCT)
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([503, 'unavailable', '1'])
    expect(refused.tookMs).toBeLessThan(DEADLINE_MS)
    // In rotation: it answers what it can.
    const health = await system.call({ path: '/healthz' })
    expect(health.status).toBe(200)
  } finally {
    process.kill(catalogue, 'SIGCONT')
  }
  await expect.poll(async () => (await detail(user, unnamed)).body.degraded, { timeout: 20_000 }).toBeUndefined()
  const bought = async () => (await checkout(user + 128, randomUUID(), NEW_PRODUCT)).status
  await expect.poll(bought, { timeout: 20_000 }).toBe(201)
})

it('answers lists, details and checkouts while Elasticsearch is silent and many search, who are refused', async () => {
  const user = 7_300
  const { orderId } = (await checkout(user, randomUUID())).body
  await expect.poll(async () => (await search(1)).status, { timeout: 20_000 }).toBe(200)
  const refusals = new Set<string>()
  let isSearching = true
  const searchAgainAndAgain = async (admin: number) => {
    while (isSearching) {
      const { status, body } = await search(admin)
      refusals.add(`${status} ${body.code}`)
      await sleep(SEARCH_PAUSE_MS)
    }
  }
  system.proxies.elasticsearch.mode = 'stalled'
  const searching = Array.from({ length: SEARCHERS }, (_, nth) => searchAgainAndAgain(nth + 1))
  try {
    for (let round = 0; round < 40; round++) {
      const answers = await Promise.all([
        system.call({ path: '/v1/app/orders', user }),
        detail(user, orderId),
        checkout(user, randomUUID()),
      ])
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 201])
      await sleep(100)
    }
  } finally {
    isSearching = false
    await Promise.all(searching)
    system.proxies.elasticsearch.mode = 'normal'
  }
  expect([...refusals].toSorted()).toEqual(['503 overloaded', '503 search-unavailable'])
  await expect.poll(async () => (await search(1)).status, { timeout: 20_000 }).toBe(200)
})

it('does not say "not stored" of what an order process that dies has stored, and says how to find out', async () => {
  const user = 7_777
  const { orderId } = (await checkout(user, randomUUID())).body
  const key = randomUUID()
  // The order process commits, and waits for an answer that does not come.
  system.proxies.mysql.mode = 'deaf'
  const placing = checkout(user, key)
  const paying = system.call({ method: 'POST', path: `/v1/app/orders/${orderId}/pay`, user })
  const orders = tableName('orders', shardOf(user))
  const count = async () => (await system.rows(`SELECT order_id FROM ${orders} WHERE user_id = ?`, [user])).length
  // Sooner than the services give up.
  await expect.poll(count, { timeout: 4_000 }).toBe(2)
  process.kill(pidOf('sut:order'), 'SIGKILL')
  const [placed, paid] = await Promise.all([placing, paying])
  expect([placed.status, placed.body.code]).toEqual([503, 'outcome-unknown'])
  expect(placed.body.message).toContain('same Idempotency-Key')
  expect([paid.status, paid.body.code]).toEqual([503, 'outcome-unknown'])
  expect(paid.body.message).toContain('read the order again')
  // Nothing was sent to anybody any more: that is known.
  await expect.poll(async () => (await checkout(user, randomUUID())).body.code, { timeout: 20_000 }).toBe('unavailable')
})
