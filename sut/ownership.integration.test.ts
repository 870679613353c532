// Whose order is it? Every route, old and new, by everyone who may ask, where orders are remembered, read from the old store and
// read from the new one. Another user's order and one that is not there are the same answer, to the word.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LEGACY_CODES, LEGACY_ROUTES } from '../contracts/legacy-api.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import type { OrderId } from '../contracts/order-id.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT } from './order-mix.setup.ts'
import { changeSetting } from './switches/change-setting.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'
import { token } from './test-system.setup.ts'

const OWNER = 5_000
/** Of the same shard: the same tables, the same index. */
const OTHER = OWNER + 64
const EXPIRED = { exp: 1 }

let migrated: MigratedSystem
beforeAll(async () => {
  migrated = await startMigratedSystem('one-process')
  expect(await migrated.begin()).toBe(true)
})
afterAll(() => migrated?.stop())

const appToken = (user: number, aud = 'app', more: object = {}) =>
  token(migrated.system.sut.endpoint.jwtSecret, user, aud, more)
const adminToken = (more: object = {}) => token(migrated.system.sut.endpoint.adminJwtSecret, OTHER, 'admin', more)

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
  const { body } = await request(migrated.system.sut.endpoint.baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
  return (await body.json()) as { readonly code: number; readonly msg: string; readonly data: unknown }
}

async function placedBy(user: number): Promise<OrderId> {
  const placed = await migrated.system.call({
    method: 'POST',
    path: '/v1/app/orders',
    user,
    key: randomUUID(),
    body: CHECKOUT,
  })
  expect(placed.status).toBe(201)
  return placed.body.orderId
}

/** Of the same shard, and of no order. */
const missingLike = (orderId: OrderId) => String(BigInt(orderId) - (1n << 30n)) as OrderId
const withoutId = ({ body: { requestId: _, ...told }, status }: NewAnswer) => ({ status, ...told })

const ON_ONE = [
  ['GET', (id: string) => `/v1/app/orders/${id}`],
  ['POST', (id: string) => `/v1/app/orders/${id}/pay`],
  ['POST', (id: string) => `/v1/app/orders/${id}/cancel`],
] as const
const OLD_ON_ONE = [LEGACY_ROUTES.detail, LEGACY_ROUTES.pay, LEGACY_ROUTES.cancel]

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
] as const)('in the %s store', (_store, goThere) => {
  beforeAll(goThere)

  describe.each([false, true])('(remembered: %s)', (isRemembered) => {
    let orderId: OrderId
    let orderNo: number
    beforeAll(async () => {
      orderId = await placedBy(OWNER)
      await placedBy(OTHER)
      orderNo = legacyNumberOf(orderId) ?? 0
      if (!isRemembered) return
      for (let i = 0; i < 2; i++) {
        expect((await ask('GET', `/v1/app/orders/${orderId}`, appToken(OWNER))).status).toBe(200)
      }
    })

    it.each(ON_ONE)('%s of one order is the owner’s alone', async (method, pathOf) => {
      const path = pathOf(orderId)
      const none = await ask(method, pathOf(missingLike(orderId)), appToken(OTHER))
      expect(none.status).toBe(404)
      expect(withoutId(await ask(method, path, appToken(OTHER)))).toEqual(withoutId(none))
      expect((await ask(method, path, null)).status).toBe(401)
      expect((await ask(method, path, appToken(OWNER, 'app', EXPIRED))).status).toBe(401)
      expect((await ask(method, path, appToken(OWNER, 'admin'))).status).toBe(403)
      expect((await ask(method, path, adminToken())).status).toBe(401)
    })

    it('is on no list but the owner’s', async () => {
      const idsOf = async (user: number) => {
        const { body } = await ask('GET', '/v1/app/orders?limit=100', appToken(user))
        return (body.orders as { readonly orderId: string }[]).map((order) => order.orderId)
      }
      expect(await idsOf(OWNER)).toContain(orderId)
      expect(await idsOf(OTHER)).not.toContain(orderId)
      expect((await ask('GET', '/v1/app/orders', null)).status).toBe(401)
      expect((await ask('GET', '/v1/app/orders', appToken(OWNER, 'app', EXPIRED))).status).toBe(401)
      expect((await ask('GET', '/v1/app/orders', appToken(OWNER, 'admin'))).status).toBe(403)
    })

    it.each(OLD_ON_ONE)('%s is the owner’s alone', async (path) => {
      const none = await askOld(path, { orderNo: orderNo - 1_000 }, appToken(OTHER))
      expect(none.code).toBe(LEGACY_CODES.notFound)
      expect(await askOld(path, { orderNo }, appToken(OTHER))).toEqual(none)
      expect((await askOld(path, { orderNo }, null)).code).toBe(LEGACY_CODES.badParameter)
      for (const bearer of [appToken(OWNER, 'app', EXPIRED), appToken(OWNER, 'admin'), adminToken()]) {
        expect((await askOld(path, { orderNo }, bearer)).code).toBe(LEGACY_CODES.notLoggedIn)
      }
    })

    it('is shown to support by its id, and to nobody else', async () => {
      const path = `/v1/admin/orders/by-id/${orderId}`
      expect((await ask('GET', path, adminToken({ roles: ['support'] }))).status).toBe(200)
      expect((await ask('GET', path, adminToken({ roles: ['operator'] }))).status).toBe(403)
      expect((await ask('GET', path, adminToken({ roles: [] }))).status).toBe(403)
      expect((await ask('GET', path, adminToken(EXPIRED))).status).toBe(401)
      expect((await ask('GET', path, appToken(OWNER))).status).toBe(401)
      expect((await ask('GET', path, null)).status).toBe(401)
    })

    it('is untouched by all of that, and still its owner’s', async () => {
      const { status, body } = await ask('GET', `/v1/app/orders/${orderId}`, appToken(OWNER))
      expect([status, (body.order as { readonly status: string }).status]).toEqual([200, 'placed'])
      const old = await askOld(LEGACY_ROUTES.detail, { orderNo }, appToken(OWNER))
      expect(old.code).toBe(LEGACY_CODES.ok)
      expect((await ask('POST', `/v1/app/orders/${orderId}/pay`, appToken(OWNER))).body.status).toBe('paid')
    })
  })
})
