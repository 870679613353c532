// The old interfaces as old apps use them: forms through the gateway, HTTP 200 whatever happens, numbers for orders.

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { priceOf } from '../../contracts/catalogue.ts'
import { decimalOfCents } from '../../contracts/legacy-amount.ts'
import { LEGACY_CODES, LEGACY_ROUTES } from '../../contracts/legacy-api.ts'
import { LEGACY_STREAM, type LegacyMessage } from '../../contracts/legacy-message.ts'
import { LEGACY_STATUS } from '../../contracts/legacy-tables.ts'
import { startTestSystem, type TestSystem, testDatabase, token } from '../test-system.setup.ts'

type Form = Readonly<Record<string, string | number | readonly (string | number)[]>>

const engines = inject('engines')
const PAGE = { channel: 1, region: 7, payMethod: 2, productId: [5, 9], quantity: [2, 1] }
const AMOUNT = decimalOfCents(2 * priceOf(5) + priceOf(9))

let database: Awaited<ReturnType<typeof testDatabase>>
let system: TestSystem
let user = 100

beforeAll(async () => {
  database = await testDatabase(engines.legacyMysql.url)
  system = await startTestSystem(engines, 'one-process', database.url)
})
afterAll(async () => {
  await system?.stop()
  await database?.drop()
})

async function send(path: string, form: Form) {
  const fields = Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  )
  const { statusCode, body } = await request(system.sut.endpoint.baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    body: new URLSearchParams(fields).toString(),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  return { status: statusCode, ...((await body.json()) as { code: number; msg: string; data: any }) }
}

const tokenOf = (userId: number, audience = 'app') => token(system.sut.endpoint.jwtSecret, userId, audience)
const submit = (userId: number, submitToken: string, more: Form = {}) =>
  send(LEGACY_ROUTES.submit, { token: tokenOf(userId), submitToken, ...PAGE, ...more })
const ask = (path: string, userId: number, orderNo: number) => send(path, { token: tokenOf(userId), orderNo })
const rowsOf = (orderNo: number) =>
  database.rows<{ kind: number; parent_id: string | null; user_id: string; status: number; amount: string }>(
    'SELECT * FROM t_order WHERE id = ? OR parent_id = ? ORDER BY id',
    [orderNo, orderNo],
  )

describe('the monolith', () => {
  it('takes an order through all five interfaces', async () => {
    const userId = user++
    const placed = await submit(userId, randomUUID())
    expect(placed).toMatchObject({ status: 200, code: LEGACY_CODES.ok, data: { status: 0, amount: AMOUNT } })
    const { orderNo } = placed.data
    expect(orderNo).toBeTypeOf('number')

    const list = await send(LEGACY_ROUTES.list, { token: tokenOf(userId), page: 1, size: 10, appVersion: '3.2.1' })
    expect(list.data).toMatchObject({ total: 1, page: 1, size: 10 })
    expect(list.data.orders[0]).toMatchObject({
      orderNo,
      userId,
      nickname: `user${userId}`,
      status: LEGACY_STATUS.open,
      payStatus: LEGACY_STATUS.open,
      payMethod: 2,
      channel: 1,
      region: 7,
      itemCount: 2,
      amount: AMOUNT,
    })
    expect(list.data.orders[0].firstProduct).toMatch(/ 5$/)

    expect(await ask(LEGACY_ROUTES.pay, userId, orderNo)).toMatchObject({
      code: LEGACY_CODES.ok,
      data: { orderNo, status: LEGACY_STATUS.paid, amount: AMOUNT },
    })
    const detail = await ask(LEGACY_ROUTES.detail, userId, orderNo)
    expect(detail.data).toMatchObject({ status: LEGACY_STATUS.paid, payStatus: LEGACY_STATUS.paid, amount: AMOUNT })
    expect(detail.data.items).toMatchObject([
      { lineNo: 1, productId: 5, quantity: 2, unitPrice: decimalOfCents(priceOf(5)) },
      { lineNo: 2, productId: 9, quantity: 1, unitPrice: decimalOfCents(priceOf(9)) },
    ])
    expect(detail.data.createTime).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    expect(Math.abs(Date.parse(`${detail.data.createTime.replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(600_000)

    const cancelled = (await submit(userId, randomUUID())).data.orderNo
    expect((await ask(LEGACY_ROUTES.cancel, userId, cancelled)).data.status).toBe(LEGACY_STATUS.closed)
    const [product, payment] = await rowsOf(cancelled)
    expect(product).toMatchObject({ kind: 1, parent_id: null, status: LEGACY_STATUS.closed, amount: AMOUNT })
    expect(payment).toMatchObject({
      kind: 2,
      parent_id: String(cancelled),
      status: LEGACY_STATUS.closed,
      amount: AMOUNT,
    })
  })

  it.each(['new', 'known'])('makes one order of a page that is submitted often at once, of a %s user', async (kind) => {
    const userId = user++
    const before = kind === 'known' ? [await submit(userId, randomUUID())] : []
    const page = randomUUID()
    const answers = await Promise.all(Array.from({ length: 12 }, () => submit(userId, page)))
    const numbers = new Set(answers.map(({ code, data }) => (code === LEGACY_CODES.ok ? data.orderNo : `code ${code}`)))
    expect(numbers.size).toBe(1)
    const [{ orders } = { orders: -1 }] = await database.rows<{ orders: number }>(
      'SELECT COUNT(*) AS orders FROM t_order WHERE user_id = ? AND kind = 1',
      [userId],
    )
    expect(Number(orders)).toBe(before.length + 1)
  })

  it('lists newest first, page by page, with all that there is in total', async () => {
    const userId = user++
    const numbers: number[] = []
    for (let nth = 0; nth < 5; nth++) numbers.push((await submit(userId, randomUUID())).data.orderNo)
    const page = async (nth: number) => {
      const { data } = await send(LEGACY_ROUTES.list, { token: tokenOf(userId), page: nth, size: 2 })
      expect(data.total).toBe(5)
      return data.orders.map(({ orderNo }: { orderNo: number }) => orderNo)
    }
    expect([...(await page(1)), ...(await page(2)), ...(await page(3)), ...(await page(4))]).toEqual(
      numbers.toReversed(),
    )
  })

  it('changes nothing twice, and nothing that has gone on', async () => {
    const userId = user++
    const { orderNo } = (await submit(userId, randomUUID())).data
    await ask(LEGACY_ROUTES.pay, userId, orderNo)
    expect(await ask(LEGACY_ROUTES.pay, userId, orderNo)).toMatchObject({ code: LEGACY_CODES.ok })
    expect(await ask(LEGACY_ROUTES.cancel, userId, orderNo)).toMatchObject({
      status: 200,
      code: LEGACY_CODES.wrongStatus,
      data: null,
    })
    expect((await rowsOf(orderNo)).map(({ status }) => status)).toEqual([LEGACY_STATUS.paid, LEGACY_STATUS.paid])
  })

  it('either pays or cancels when both are asked at once', async () => {
    const userId = user++
    const { orderNo } = (await submit(userId, randomUUID())).data
    const asked = [LEGACY_ROUTES.pay, LEGACY_ROUTES.cancel, LEGACY_ROUTES.pay, LEGACY_ROUTES.cancel]
    const answers = await Promise.all(asked.map((path) => ask(path, userId, orderNo)))
    const [product, payment] = await rowsOf(orderNo)
    expect([LEGACY_STATUS.paid, LEGACY_STATUS.closed]).toContain(product?.status)
    expect(payment?.status).toBe(product?.status)
    for (const { code, data } of answers) {
      // Who comes second is told that it is too late, and nothing of a fault.
      expect(code === LEGACY_CODES.ok ? data.status : code).toBe(
        code === LEGACY_CODES.ok ? product?.status : LEGACY_CODES.wrongStatus,
      )
    }
  })

  it('keeps the orders of others to them', async () => {
    const { orderNo } = (await submit(user++, randomUUID())).data
    const stranger = user++
    for (const path of [LEGACY_ROUTES.detail, LEGACY_ROUTES.pay, LEGACY_ROUTES.cancel]) {
      expect(await ask(path, stranger, orderNo)).toMatchObject({ status: 200, code: LEGACY_CODES.notFound, data: null })
    }
    expect((await rowsOf(orderNo)).map(({ status }) => status)).toEqual([0, 0])
  })

  it('tells others once of each change, after it is stored', async () => {
    const userId = user++
    const page = randomUUID()
    const { orderNo } = (await submit(userId, page)).data
    await submit(userId, page)
    await ask(LEGACY_ROUTES.pay, userId, orderNo)
    await ask(LEGACY_ROUTES.pay, userId, orderNo)
    const redis = new Redis(engines.streams.url)
    const entries = await redis.xrange(LEGACY_STREAM, '-', '+')
    await redis.quit()
    const told = entries
      .map(([, fields]) => JSON.parse(fields[fields.indexOf('message') + 1] ?? '') as LegacyMessage)
      .filter((message) => message.orderNo === orderNo && message.userId === userId)
    expect(told).toMatchObject([
      { event: 'ORDER_CREATED', status: LEGACY_STATUS.open, amount: AMOUNT },
      { event: 'ORDER_PAID', status: LEGACY_STATUS.paid, amount: AMOUNT },
    ])
  })

  it('stores orders while nobody can be told', async () => {
    const { streams } = system.proxies
    streams.mode = 'down'
    try {
      expect(await submit(user++, randomUUID())).toMatchObject({ code: LEGACY_CODES.ok })
    } finally {
      streams.mode = 'normal'
    }
  })

  it('stores nothing of an order that it cannot store whole', async () => {
    const userId = user++
    const refused = await submit(userId, randomUUID(), { productId: [5, 1_000_000], quantity: [1, 1] })
    expect(refused).toMatchObject({ status: 200, code: LEGACY_CODES.noSuchProduct, data: null })
    expect(await database.rows('SELECT id FROM t_order WHERE user_id = ?', [userId])).toEqual([])
  })

  it.each<[string, string, Form, number]>([
    ['no token', LEGACY_ROUTES.list, { page: 1 }, LEGACY_CODES.badParameter],
    ['a token that is none', LEGACY_ROUTES.list, { token: 'x.y.z' }, LEGACY_CODES.notLoggedIn],
    ['a page that is no number', LEGACY_ROUTES.list, { token: 'x', page: 'first' }, LEGACY_CODES.badParameter],
    ['an order that is no number', LEGACY_ROUTES.detail, { token: 'x', orderNo: '1e3x' }, LEGACY_CODES.badParameter],
    ['no products', LEGACY_ROUTES.submit, { token: 'x', submitToken: 'long-enough' }, LEGACY_CODES.badParameter],
  ])('answers %s with HTTP 200 and a code', async (_name, path, form, code) => {
    const { status, ...answer } = await send(path, form)
    expect(status).toBe(200)
    expect(answer).toMatchObject({ code, data: null })
    expect(answer.msg).not.toBe('')
  })

  it('refuses what has fewer quantities than products, and a token for administrators', async () => {
    expect(await submit(user++, randomUUID(), { quantity: 1 })).toMatchObject({ code: LEGACY_CODES.badParameter })
    const admin = { token: tokenOf(1, 'admin') }
    expect(await send(LEGACY_ROUTES.list, admin)).toMatchObject({ status: 200, code: LEGACY_CODES.notLoggedIn })
  })

  it('refuses a token that is bound to a client’s key: it would step down to where nothing is signed', async () => {
    const bound = token(system.sut.endpoint.jwtSecret, 1, 'app', { cnf: { kid: '0123456789abcdef' } })
    const answer = await send(LEGACY_ROUTES.list, { token: bound })
    expect(answer).toMatchObject({ status: 200, code: LEGACY_CODES.notLoggedIn, data: null })
  })

  it('says which data it holds', async () => {
    const { statusCode, body } = await request(`${system.sut.endpoint.baseUrl}/.well-known/headroom-monolith`)
    expect([statusCode, await body.json()]).toMatchObject([200, { system: 'headroom-sut', dataset: null }])
  })

  it('leaves the new interfaces what they are', async () => {
    expect((await system.call({ path: '/v1/app/orders', user: 1 })).status).toBe(200)
    expect((await system.call({ path: '/v1/app/orders' })).status).toBe(401)
  })
})

describe('the monolith’s account', () => {
  const isOurs = engines.legacyMysql.origin !== 'address'
  it.runIf(isOurs)('sees nothing of the order database', async () => {
    const { pathname } = new URL(engines.mysql.url)
    const connection = await createConnection(engines.legacyMysql.url)
    const denied = { code: expect.stringMatching(/^ER_(DBACCESS|TABLEACCESS)_DENIED_ERROR$/) }
    await expect(connection.query(`USE ${pathname.slice(1)}`)).rejects.toMatchObject(denied)
    await expect(connection.query('SELECT * FROM mysql.user')).rejects.toMatchObject(denied)
    await connection.end()
  })
})
