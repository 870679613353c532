// Every flow through the gateway, in both topologies: the same tests, as clients cannot tell them apart.

import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { faker } from '@faker-js/faker/locale/en'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { priceOf } from '../contracts/catalogue.ts'
import { FILLER_COLUMN, fillerColumn } from '../contracts/filler-column.ts'
import { type OrderStatus, PAYMENT_STATUS_OF } from '../contracts/order.ts'
import { parseOrderId } from '../contracts/order-id.ts'
import { namedProducts } from '../contracts/product-names.ts'
import { shardOf, tableName } from '../contracts/shard.ts'
import { SUT_ENDPOINT_FILE, TOPOLOGIES } from '../contracts/sut-endpoint.ts'
import { columnSql } from '../contracts/tables.ts'
import { startTestSystem, type TestSystem } from './test-system.setup.ts'

const BODY = {
  channel: 'web',
  region: 7,
  paymentMethod: 'wallet',
  items: [
    { productId: 5, quantity: 2 },
    { productId: 9, quantity: 1 },
  ],
}
const AMOUNT_CENTS = 2 * priceOf(5) + priceOf(9)

describe.each(TOPOLOGIES)('%s', (topology) => {
  let system: TestSystem
  const checkout = (user: number, key: string, body: unknown = BODY) =>
    system.call({ method: 'POST', path: '/v1/app/orders', user, key, body })
  const countOf = async (family: 'orders' | 'payments' | 'idempotency_keys', user: number) => {
    const sql = `SELECT COUNT(*) AS rows_found FROM ${tableName(family, shardOf(user))} WHERE user_id = ?`
    return Number((await system.rows<{ rows_found: number }>(sql, [user]))[0]?.rows_found)
  }

  beforeAll(async () => {
    system = await startTestSystem(inject('engines'), topology)
  })
  afterAll(() => system?.stop())

  it('tells where it is, to its owner only', () => {
    expect(statSync(join(system.stateDir, SUT_ENDPOINT_FILE)).mode & 0o777).toBe(0o600)
    const components = system.sut.endpoint.processes.map(({ component }) => component)
    expect(components).toContain('nginx')
    expect(components).toContain(topology === 'one-process' ? 'sut' : 'sut:order')
  })

  it('stores order, items, payment and key together, at the catalogue’s prices', async () => {
    const user = 1_013
    const shard = shardOf(user)
    const { status, body } = await checkout(user, randomUUID())
    expect([status, body.status, body.paymentStatus, body.amountCents]).toEqual([
      201,
      'placed',
      'pending',
      AMOUNT_CENTS,
    ])
    expect(parseOrderId(body.orderId)).toMatchObject({ shard, timestampMs: body.createdAtMs })
    const [order] = await system.rows(`SELECT * FROM ${tableName('orders', shard)} WHERE order_id = ${body.orderId}`)
    expect(order).toMatchObject({ user_id: String(user), status: 0, channel: 1, region: 7, item_count: 2, version: 1 })
    const items = await system.rows<{ quantity: number; unit_price_cents: string }>(
      `SELECT * FROM ${tableName('order_items', shard)} WHERE order_id = ${body.orderId}`,
    )
    const sum = items.reduce((cents, item) => cents + item.quantity * Number(item.unit_price_cents), 0)
    const [payment] = await system.rows(
      `SELECT * FROM ${tableName('payments', shard)} WHERE order_id = ${body.orderId}`,
    )
    expect(sum).toBe(AMOUNT_CENTS)
    expect(payment).toMatchObject({ amount_cents: String(AMOUNT_CENTS), payment_no: 1, status: 0, method: 0 })
    expect(await countOf('idempotency_keys', user)).toBe(1)
  })

  it('stores an order as wide as its table says, and it stays so when it is paid', async () => {
    const user = 1_130
    const table = tableName('orders', shardOf(user))
    await system.rows(`ALTER TABLE ${table} ADD COLUMN ${columnSql(fillerColumn(200))}`)
    const { orderId } = (await checkout(user, randomUUID())).body
    const path = `/v1/app/orders/${orderId}`
    expect((await system.call({ method: 'POST', path: `${path}/pay`, user })).status).toBe(200)
    expect((await system.call({ path, user })).body.order.status).toBe('paid')
    const stored = await system.rows<{ status: number; bytes: unknown }>(
      `SELECT status, LENGTH(${FILLER_COLUMN}) AS bytes FROM ${table} WHERE order_id = ${orderId}`,
    )
    // MySQL counts in 64 bits, which come as text.
    expect(stored.map(({ status, bytes }) => [status, Number(bytes)])).toEqual([[1, 200]])
  })

  it('stores one order for 50 requests with one key at once', async () => {
    const user = 2_020
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 50 }, () => checkout(user, key)))
    const placed = answers.filter(({ status }) => status === 201)
    expect(placed.length).toBeGreaterThan(0)
    expect(new Set(placed.map(({ body }) => body.orderId)).size).toBe(1)
    for (const { status, body } of answers) {
      if (status !== 201) expect([status, body.code]).toEqual([409, 'idempotency-key-in-flight'])
    }
    expect([await countOf('orders', user), await countOf('payments', user)]).toEqual([1, 1])
  })

  it('answers a key again with the stored answer, another body with 422, another user with an order of their own', async () => {
    const user = 3_001
    const key = randomUUID()
    const first = await checkout(user, key)
    expect(await checkout(user, key)).toMatchObject({ status: 201, body: first.body })
    expect(await checkout(user, key, { ...BODY, region: 8 })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    })
    const stranger = await checkout(user + 64, key)
    expect([stranger.status, stranger.body.orderId === first.body.orderId]).toEqual([201, false])
    expect(await countOf('orders', user)).toBe(1)
  })

  it('does not use up a key on a refused request', async () => {
    const user = 3_100
    const key = randomUUID()
    const unknown = { ...BODY, items: [{ productId: 2_000_000, quantity: 1 }] }
    expect(await checkout(user, key, unknown)).toMatchObject({ status: 422, body: { code: 'unknown-product' } })
    expect((await checkout(user, key)).status).toBe(201)
  })

  it('lists newest first, page by page, and only one’s own', async () => {
    const user = 4_004
    const placed: string[] = []
    for (let count = 0; count < 5; count++) placed.unshift((await checkout(user, randomUUID())).body.orderId)
    await checkout(user + 64, randomUUID())
    const listed: string[] = []
    let before: string | null = null
    do {
      const path: string = `/v1/app/orders?limit=2${before ? `&before=${before}` : ''}`
      const { body } = await system.call({ path, user })
      listed.push(...body.orders.map((order: { orderId: string }) => order.orderId))
      before = body.nextBefore
    } while (before)
    expect(listed).toEqual(placed)
  })

  it('shows an order to its owner and to nobody else, cached or not', async () => {
    const user = 5_005
    const { orderId } = (await checkout(user, randomUUID())).body
    const path = `/v1/app/orders/${orderId}`
    for (const attempt of ['stored', 'cached']) {
      const { status, body } = await system.call({ path, user })
      expect([attempt, status, body.order.orderId, body.order.amountCents]).toEqual([
        attempt,
        200,
        orderId,
        AMOUNT_CENTS,
      ])
      const products = namedProducts(faker)
      expect(body.items.map((item: { productName: string }) => item.productName)).toEqual([
        products[4]?.name,
        products[8]?.name,
      ])
      expect(body.payment).toMatchObject({ status: 'pending', method: 'wallet' })
      for (const stranger of [user + 1, user + 64]) {
        expect(await system.call({ path, user: stranger })).toMatchObject({ status: 404, body: { code: 'not-found' } })
      }
    }
    expect((await system.call({ path })).status).toBe(401)
    expect((await system.call({ path, user, audience: 'admin' })).status).toBe(401)
  })

  it('moves a status once, however many ask, with payment and index, and never shows the old one again', async () => {
    const user = 5_501
    const region = 322
    const { orderId } = (await checkout(user, randomUUID(), { ...BODY, region })).body
    const path = `/v1/app/orders/${orderId}`
    await system.call({ path, user })
    expect((await system.call({ method: 'POST', path: `${path}/pay`, user: user + 64 })).status).toBe(404)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        system.call({ method: 'POST', path: `${path}/${index % 2 ? 'pay' : 'cancel'}`, user }),
      ),
    )
    const reached = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.status))
    expect(reached.size).toBe(1)
    const [status] = reached
    for (const answer of answers) expect([200, 409]).toContain(answer.status)
    const { body } = await system.call({ path, user })
    expect([body.order.status, body.payment.status]).toEqual([status, status === 'paid' ? 'captured' : 'voided'])
    const sql = `SELECT version FROM ${tableName('orders', shardOf(user))} WHERE order_id = ${orderId}`
    expect(await system.rows(sql)).toEqual([{ version: 2 }])
    const nowMs = Date.now()
    const query = `fromMs=${nowMs - 60_000}&toMs=${nowMs + 60_000}&region=${region}&status=${status}`
    const find = () => system.call({ path: `/v1/admin/orders/search?${query}`, user: 1, audience: 'admin' })
    await expect.poll(async () => (await find()).body.orders.length, { timeout: 20_000 }).toBe(1)
  })

  it('shows order and payment of one version to whoever polls while it is paid, and nothing older once it is', async () => {
    for (let round = 0; round < 20; round++) {
      // A user each: twenty rounds of polling by one would be refused as too many requests.
      const user = 5_700 + round
      const { orderId } = (await checkout(user, randomUUID())).body
      const path = `/v1/app/orders/${orderId}`
      let paying = true
      const poll = async () => {
        while (paying) {
          const { status, body } = await system.call({ path, user })
          expect(status).toBe(200)
          expect(body.payment.status).toBe(PAYMENT_STATUS_OF[body.order.status as OrderStatus])
        }
      }
      const paidAndRead = async () => {
        expect((await system.call({ method: 'POST', path: `${path}/pay`, user })).status).toBe(200)
        return Promise.all(Array.from({ length: 4 }, () => system.call({ path, user })))
      }
      const stopPolling = () => {
        paying = false
      }
      const [after] = await Promise.all([paidAndRead().finally(stopPolling), poll(), poll(), poll()])
      expect(after.map(({ body }) => body.order.status)).toEqual(Array(4).fill('paid'))
    }
  })

  it('finds orders of all users by time, region and status, page by page', async () => {
    const region = 311
    const placed: string[] = []
    for (let user = 6_000; user < 6_005; user++) {
      placed.unshift((await checkout(user, randomUUID(), { ...BODY, region })).body.orderId)
    }
    const nowMs = Date.now()
    const find = async (query: string) => {
      const path = `/v1/admin/orders/search?fromMs=${nowMs - 60_000}&toMs=${nowMs + 60_000}&region=${region}${query}`
      return (await system.call({ path, user: 1, audience: 'admin' })).body
    }
    const idsOf = ({ orders }: { orders: { orderId: string }[] }) => orders.map(({ orderId }) => orderId)
    await expect.poll(async () => idsOf(await find('')), { timeout: 20_000 }).toEqual(placed)
    expect(idsOf(await find('&status=paid'))).toEqual([])
    const first = await find('&limit=3')
    const second = await find(`&limit=3&after=${first.nextAfter}`)
    expect([...idsOf(first), ...idsOf(second)]).toEqual(placed)
    expect(second.nextAfter).toBeNull()
  })

  it('says who it is and describes itself', async () => {
    const identity = await system.call({ path: '/.well-known/headroom' })
    expect(identity.body).toMatchObject({ system: 'headroom-sut', topology, dataset: null })
    const description = await system.call({ path: '/openapi.json' })
    expect(Object.keys(description.body.paths)).toContain('/v1/admin/orders/search')
  })

  it('keeps the inside in: unknown paths, large bodies and the services’ own routes stop at the gateway', async () => {
    expect((await system.call({ path: '/internal/order/find', method: 'POST', body: {} })).status).toBe(404)
    expect((await system.call({ path: '/v2' })).body).toMatchObject({ code: 'not-found' })
    const huge = await checkout(1, randomUUID(), { ...BODY, note: 'x'.repeat(70_000) })
    expect([huge.status, huge.body.code]).toEqual([413, 'payload-too-large'])
    expect(huge.headers['x-request-id']).toBe(huge.body.requestId)
  })
})

it('leaves no process and no address behind', async () => {
  const system = await startTestSystem(inject('engines'), 'one-process')
  const pids = system.sut.endpoint.processes.map(({ pid }) => pid)
  await system.sut.stop()
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  expect(existsSync(join(system.stateDir, SUT_ENDPOINT_FILE))).toBe(false)
  await system.stop()
})
