// Whose order is it? Every route, old and new, by everyone who may ask, where orders are remembered, read from the old store and
// read from the new one; the old ones in the monolith and in the interface layer. Another user's order and one that is not there
// are the same answer, to the word, and take as long: the medians are printed, as no test asserts on time.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { ADMIN_ROUTES } from '../contracts/admin-api.ts'
import { ROUTES } from '../contracts/gateway-api.ts'
import { isGray } from '../contracts/gray-share.ts'
import { LEGACY_CODES, LEGACY_ROUTES, SERVED_BY_HEADER } from '../contracts/legacy-api.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import type { OrderId } from '../contracts/order-id.ts'
import { GATEWAY_POSITIONS } from '../contracts/switches.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT } from './order-mix.setup.ts'
import { changeSetting } from './switches/change-setting.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'
import { token } from './test-system.setup.ts'

const GRAY_PERCENT = 50
/** All of one shard: the same tables, the same index. */
const USERS = Array.from({ length: 64 }, (_, nth) => 5_000 + 64 * nth)
/** By who answers their old apps: two users each. */
const SIDES = GATEWAY_POSITIONS.map((side) => {
  const there = USERS.filter((userId) => isGray(userId, GRAY_PERCENT) === (side === 'interface-layer'))
  return [side, there[0] ?? 0, there[1] ?? 0] as const
})
const EXPIRED = { exp: 1 }
const MEDIAN_OF = 24

let migrated: MigratedSystem
let redis: Redis
beforeAll(async () => {
  redis = new Redis(inject('engines').redis.url)
  migrated = await startMigratedSystem('one-process')
  expect(await migrated.begin()).toBe(true)
  await changeSetting({ gateway: 'interface-layer', grayPercent: GRAY_PERCENT }, ANYBODY, migrated.tools)
  for (const [side, owner] of SIDES) {
    const servedBy = async () => (await askOld(LEGACY_ROUTES.list, {}, appToken(owner))).servedBy
    await vi.waitUntil(async () => (await servedBy()) === side, { timeout: 20_000 })
  }
})
afterAll(async () => {
  await migrated?.stop()
  await redis?.quit()
})

const appToken = (user: number, aud = 'app', more: object = {}) =>
  token(migrated.system.sut.endpoint.jwtSecret, user, aud, more)
/** Of use with the signature of its client's key alone, and old apps sign nothing. */
const boundToken = (user: number) => appToken(user, 'app', { cnf: { kid: '0123456789abcdef' } })
const adminToken = (more: object = {}) => token(migrated.system.sut.endpoint.adminJwtSecret, 7, 'admin', more)

interface NewAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function ask(method: 'GET' | 'POST', path: string, bearer: string | null): Promise<NewAnswer> {
  const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` }
  const { statusCode, body } = await request(migrated.system.sut.endpoint.baseUrl + path, { method, headers })
  return { status: statusCode, body: (await body.json()) as NewAnswer['body'] }
}

async function askOld(path: string, form: Readonly<Record<string, string | number>>, bearer: string | null) {
  const fields = Object.entries({ ...(bearer !== null && { token: bearer }), ...form }).map(
    ([name, value]): [string, string] => [name, String(value)],
  )
  const { body, headers } = await request(migrated.system.sut.endpoint.baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
  const answer = (await body.json()) as { readonly code: number; readonly msg: string; readonly data: unknown }
  return { ...answer, servedBy: headers[SERVED_BY_HEADER] }
}

async function placedBy(user: number, key: string = randomUUID()): Promise<OrderId> {
  const placed = await migrated.system.call({
    method: 'POST',
    path: '/v1/app/orders',
    user,
    key,
    body: CHECKOUT,
  })
  expect(placed.status).toBe(201)
  return placed.body.orderId
}

/** Of the same shard, and of no order. */
const missingLike = (orderId: OrderId) => String(BigInt(orderId) - (1n << 30n)) as OrderId
const withoutId = ({ body: { requestId: _, ...told }, status }: NewAnswer) => ({ status, ...told })

const ON_ONE = [ROUTES.detail, ROUTES.pay, ROUTES.cancel, ROUTES.refund]
const OF_A_USER = [ROUTES.checkout, ROUTES.list]
const OF_ALL = [ROUTES.search, ADMIN_ROUTES.order]
const OLD_ON_ONE = [LEGACY_ROUTES.detail, LEGACY_ROUTES.pay, LEGACY_ROUTES.cancel]
const OLD_OF_A_USER = [LEGACY_ROUTES.list, LEGACY_ROUTES.submit]
const OLD_PAGE = { submitToken: 'a-page-of-nobody', channel: 0, region: 1, payMethod: 1, productId: 5, quantity: 1 }

/** Of each in turn, so that a busy moment is everyone's. */
async function medianMs(...asked: readonly (() => Promise<unknown>)[]): Promise<readonly string[]> {
  const tookMs = asked.map((): number[] => [])
  for (let nth = 0; nth < MEDIAN_OF; nth++) {
    for (const [at, ask] of asked.entries()) {
      const startedAtMs = performance.now()
      await ask()
      tookMs[at]?.push(performance.now() - startedAtMs)
    }
  }
  return tookMs.map((of) => of.toSorted((one, other) => one - other)[MEDIAN_OF / 2]?.toFixed(2) ?? '')
}

it('are all routes that show or change an order', () => {
  const { health: _, metrics: __, openapi: ___, identity: ____, ...ofOrders } = ROUTES
  expect([...ON_ONE, ...OF_A_USER, ROUTES.search].toSorted(byPath)).toEqual(Object.values(ofOrders).toSorted(byPath))
  expect([...OLD_ON_ONE, ...OLD_OF_A_USER].toSorted()).toEqual(Object.values(LEGACY_ROUTES).toSorted())
})
const byPath = (one: { readonly path: string; readonly method: string }, other: typeof one) =>
  `${one.path} ${one.method}`.localeCompare(`${other.path} ${other.method}`)

async function goToNewStore(): Promise<void> {
  expect(await migrated.move('phase1')).toMatchObject({ kind: 'moved' })
  await changeSetting({ monolith: 'business-layer' }, ANYBODY, migrated.tools)
  await sleep(1_000)
  await migrated.importAll()
  await migrated.compared()
  expect(await migrated.move('phase2')).toMatchObject({ kind: 'moved' })
  await sleep(1_000)
}

describe.each([
  ['old', async () => {}],
  ['new', goToNewStore],
] as const)('in the %s store', (store, goThere) => {
  beforeAll(goThere)

  describe.each([
    ['remembered', true],
    ['not remembered', false],
  ] as const)('%s', (memory, isRemembered) => {
    describe.each(SIDES)('(old apps at the %s)', (side, owner, other) => {
      let orderId: OrderId
      let orderNo: number
      beforeAll(async () => {
        orderId = await placedBy(owner)
        await placedBy(other)
        orderNo = legacyNumberOf(orderId) ?? 0
      })
      const entries = () => redis.keys(`headroom:order:*:${orderId}`)
      /** Before each: a cache forgets within seconds, and a new order is in it at once. */
      const remember = async () => {
        if (!isRemembered) return void (await redis.del(...(await entries()), '-'))
        // Asked again: a cache that answered late is left alone for a second.
        const isRead = async () => {
          expect((await ask('GET', `/v1/app/orders/${orderId}`, appToken(owner))).status).toBe(200)
          expect(await entries()).toHaveLength(1)
        }
        await vi.waitFor(isRead, 10_000)
      }
      beforeEach(remember)
      const at = (path: string, id: string = orderId) => path.replace(':orderId', id)
      const noAppTokens = () =>
        [
          [null, 401],
          [appToken(owner, 'app', EXPIRED), 401],
          [appToken(owner, 'admin'), 403],
          [adminToken(), 401],
        ] as const

      it.each(ON_ONE)('$method $path is the owner’s alone', async ({ method, path }) => {
        const none = await ask(method, at(path, missingLike(orderId)), appToken(other))
        expect(none.status).toBe(404)
        expect(withoutId(await ask(method, at(path), appToken(other)))).toEqual(withoutId(none))
        for (const [bearer, status] of noAppTokens()) expect((await ask(method, at(path), bearer)).status).toBe(status)
      })

      it('is on no list but the owner’s', async () => {
        const idsOf = async (user: number) => {
          const { body } = await ask('GET', '/v1/app/orders?limit=100', appToken(user))
          return (body.orders as { readonly orderId: string }[]).map((order) => order.orderId)
        }
        expect(await idsOf(owner)).toContain(orderId)
        expect(await idsOf(other)).not.toContain(orderId)
        const oldListOf = (user: number) => askOld(LEGACY_ROUTES.list, { page: 1, size: 50 }, appToken(user))
        const [own, others] = await Promise.all([oldListOf(owner), oldListOf(other)])
        expect([own.servedBy, others.servedBy]).toEqual([side, side])
        expect(JSON.stringify(own.data)).toContain(String(orderNo))
        expect(JSON.stringify(others.data)).not.toContain(String(orderNo))
      })

      it.each(OF_A_USER)('$method $path is closed to whoever is no user', async ({ method, path }) => {
        for (const [bearer, status] of noAppTokens()) expect((await ask(method, path, bearer)).status).toBe(status)
      })

      it.each(OLD_ON_ONE)('%s is the owner’s alone', async (path) => {
        const none = await askOld(path, { orderNo: orderNo - 1_000 }, appToken(other))
        expect([none.code, none.servedBy]).toEqual([LEGACY_CODES.notFound, side])
        expect(await askOld(path, { orderNo }, appToken(other))).toEqual(none)
        expect((await askOld(path, { orderNo }, null)).code).toBe(LEGACY_CODES.badParameter)
        for (const [bearer] of noAppTokens().slice(1)) {
          expect((await askOld(path, { orderNo }, bearer)).code).toBe(LEGACY_CODES.notLoggedIn)
        }
      })

      it.each(OLD_OF_A_USER)('%s is closed to whoever is no user', async (path) => {
        expect((await askOld(path, OLD_PAGE, null)).code).toBe(LEGACY_CODES.badParameter)
        for (const [bearer] of noAppTokens().slice(1)) {
          expect((await askOld(path, OLD_PAGE, bearer)).code).toBe(LEGACY_CODES.notLoggedIn)
        }
      })

      it('is closed to old apps with a token that is bound to a client’s key, its owner’s too', async () => {
        const refused = { code: LEGACY_CODES.notLoggedIn, data: null }
        for (const path of OLD_ON_ONE) {
          expect({ path, ...(await askOld(path, { orderNo }, boundToken(owner))) }).toMatchObject({ path, ...refused })
        }
        for (const path of OLD_OF_A_USER) {
          expect({ path, ...(await askOld(path, OLD_PAGE, boundToken(owner))) }).toMatchObject({ path, ...refused })
        }
      })

      it('is not told to another who sends its key, or its page: they get one of their own', async () => {
        const key = randomUUID()
        expect(await placedBy(other, key)).not.toBe(await placedBy(owner, key))
        const page = { ...OLD_PAGE, submitToken: randomUUID() }
        const numbers: unknown[] = []
        for (const user of [owner, other]) {
          const { code, data, servedBy } = await askOld(LEGACY_ROUTES.submit, page, appToken(user))
          expect([code, servedBy]).toEqual([LEGACY_CODES.ok, side])
          numbers.push((data as { readonly orderNo: number }).orderNo)
        }
        expect(new Set(numbers).size).toBe(2)
      })

      it.each(OF_ALL)('$path is support’s, and nobody else’s', async ({ path }) => {
        const nowMs = Date.now()
        const of = `${at(path)}${path === ROUTES.search.path ? `?fromMs=${nowMs - 1_000}&toMs=${nowMs}` : ''}`
        const asSupport = async () => (await ask('GET', of, adminToken({ roles: ['support'] }))).status
        // The index is made by the first order that it is told of.
        await expect.poll(asSupport, { timeout: 30_000 }).toBe(200)
        for (const [bearer, status] of [
          [adminToken({ roles: ['operator'] }), 403],
          [adminToken({ roles: [] }), 403],
          [adminToken(EXPIRED), 401],
          [appToken(owner), 401],
          [null, 401],
        ] as const) {
          expect((await ask('GET', of, bearer)).status).toBe(status)
        }
      })

      it('takes as long as one that is not there', async () => {
        const asked = (id: string) => ask('GET', `/v1/app/orders/${id}`, appToken(other))
        const askedOld = (no: number) => askOld(LEGACY_ROUTES.detail, { orderNo: no }, appToken(other))
        const [foreign, missing, foreignNo, missingNo] = await medianMs(
          () => asked(orderId),
          () => asked(missingLike(orderId)),
          () => askedOld(orderNo),
          () => askedOld(orderNo - 1_000),
        )
        process.stdout.write(
          `${store} store, ${memory}, ${side}: another’s order ${foreign} ms, no order ${missing} ms; ` +
            `by its number ${foreignNo} ms, ${missingNo} ms (medians of ${MEDIAN_OF})\n`,
        )
        await remember()
        expect(withoutId(await asked(orderId))).toEqual(withoutId(await asked(missingLike(orderId))))
      })

      it('is untouched by all of that, and still its owner’s', async () => {
        const { status, body } = await ask('GET', `/v1/app/orders/${orderId}`, appToken(owner))
        expect([status, (body.order as { readonly status: string }).status]).toEqual([200, 'placed'])
        const old = await askOld(LEGACY_ROUTES.detail, { orderNo }, appToken(owner))
        expect([old.code, old.servedBy]).toEqual([LEGACY_CODES.ok, side])
        expect((await ask('POST', `/v1/app/orders/${orderId}/pay`, appToken(owner))).body.status).toBe('paid')
      })
    })
  })
})
