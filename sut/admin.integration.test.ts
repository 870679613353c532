// The web admin over real services: orders of any user, a product changed with its audit, the switches moved with theirs.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { CATALOGUE_AUDIT_TABLE } from '../contracts/catalogue.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT } from './order-mix.setup.ts'
import { startTestSystem, type TestSystem } from './test-system.setup.ts'

const ADMIN = { user: 7, audience: 'admin' } as const
const PRODUCT = 5

interface AuditRow {
  readonly who: string
  readonly why: string
  readonly was: string
  readonly became: string
}

describe('a system without a monolith, a process for each service', () => {
  let system: TestSystem
  beforeAll(async () => {
    system = await startTestSystem(inject('engines'), 'process-per-service')
  })
  afterAll(() => system?.stop())

  const admin = (path: string, body?: object, roles?: readonly string[]) =>
    system.call({ ...ADMIN, path, method: body ? 'POST' : 'GET', ...(body && { body }), ...(roles && { roles }) })
  const buy = () => system.call({ method: 'POST', path: '/v1/app/orders', user: 42, key: randomUUID(), body: CHECKOUT })

  it('shows support the order of any user, and no order where there is none', async () => {
    const { orderId } = (await buy()).body
    const found = await admin(`/v1/admin/orders/by-id/${orderId}`, undefined, ['support'])
    expect([found.status, found.body.order.userId]).toEqual([200, 42])
    const own = await system.call({ path: `/v1/app/orders/${orderId}`, user: 42 })
    expect(found.body).toEqual(own.body)
    expect((await admin(`/v1/admin/orders/by-id/${BigInt(orderId) + 1n}`)).status).toBe(404)
    expect((await admin(`/v1/admin/orders/by-id/${orderId}`, undefined, ['operator'])).status).toBe(403)
  })

  it('changes a product with its audit, and the next order in this process is charged the new price', async () => {
    const before = (await admin(`/v1/admin/products/${PRODUCT}`)).body
    const priceCents = before.priceCents + 1_000
    const changed = await admin(`/v1/admin/products/${PRODUCT}`, { priceCents, why: 'a test of prices' })
    expect([changed.status, changed.body]).toEqual([200, { ...before, priceCents }])
    const [row] = await system.rows<AuditRow>(
      `SELECT who, why, was, became FROM ${CATALOGUE_AUDIT_TABLE} WHERE product_id = ? ORDER BY at_ms DESC LIMIT 1`,
      [PRODUCT],
    )
    expect(row).toMatchObject({ who: 'admin 7 (support, operator)', why: 'a test of prices' })
    expect([JSON.parse(row?.was ?? ''), JSON.parse(row?.became ?? '')]).toEqual([
      { name: before.name, priceCents: before.priceCents },
      { name: before.name, priceCents },
    ])
    const { orderId } = (await buy()).body
    const { items } = (await system.call({ path: `/v1/app/orders/${orderId}`, user: 42 })).body
    const line = items.find(({ productId }: { productId: number }) => productId === PRODUCT)
    expect(line.unitPriceCents).toBe(priceCents)
  })

  it('changes no product that is not there, and notes nothing of it', async () => {
    const answer = await admin('/v1/admin/products/999999', { priceCents: 1, why: 'a test of nothing' })
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found'])
    expect(await system.rows(`SELECT 1 FROM ${CATALOGUE_AUDIT_TABLE} WHERE product_id = 999999`)).toEqual([])
  })

  it('has switches to look at, and none to move', async () => {
    const { status, body } = await admin('/v1/admin/switches')
    expect([status, body.hasBegun, body.phase]).toEqual([200, false, 'done'])
    expect((await admin('/v1/admin/switches/plan')).body).toEqual({ ways: [] })
    const moved = await admin('/v1/admin/switches/back', { why: 'there is no way back' })
    expect([moved.status, moved.body.code]).toEqual([409, 'switch-refused'])
  })
})

describe('a system with a monolith, in one process', () => {
  let migrated: MigratedSystem
  beforeAll(async () => {
    migrated = await startMigratedSystem('one-process')
  })
  afterAll(() => migrated?.stop())

  const admin = (path: string, body?: object) =>
    migrated.system.call({ ...ADMIN, path, method: body ? 'POST' : 'GET', ...(body && { body }) })
  const phase = async () => (await admin('/v1/admin/switches')).body.phase

  it('is moved by an operator, forward and back, and its history says who and why', async () => {
    expect((await admin('/v1/admin/switches/forward', { why: 'too early' })).status).toBe(409)
    await migrated.begin()
    await expect.poll(phase).toBe('legacy')
    const { ways } = (await admin('/v1/admin/switches/plan')).body
    expect(ways).toMatchObject([{ direction: 'forward', from: 'legacy', to: 'phase1' }])
    const forward = await admin('/v1/admin/switches/forward', { why: 'the first step' })
    expect([forward.status, forward.body.phase]).toEqual([200, 'phase1'])
    await expect.poll(phase).toBe('phase1')
    const set = await admin('/v1/admin/switches/set', { mirror: 'inline', why: 'a closer look' })
    expect(set.status).toBe(200)
    expect((await admin('/v1/admin/switches')).body.mirror).toBe('inline')
    const back = await admin('/v1/admin/switches/back', { why: 'and the way back' })
    expect([back.status, back.body.phase]).toEqual([200, 'legacy'])
    const { entries } = (await admin('/v1/admin/switches/history')).body
    const told = entries.map(({ who, what, why }: Record<string, string>) => [who, what, why])
    const who = 'admin 7 (support, operator)'
    expect(told.slice(0, 3)).toEqual([
      [who, 'flip', 'and the way back'],
      [who, 'set', 'a closer look'],
      [who, 'flip', 'the first step'],
    ])
  })

  it('moves old apps by a share of users when an operator says so, and no further than all of them', async () => {
    const share = { gateway: 'interface-layer', grayPercent: 1, why: 'the first hundredth' }
    expect((await admin('/v1/admin/switches/set', share)).status).toBe(200)
    expect((await admin('/v1/admin/switches')).body).toMatchObject({ gateway: 'interface-layer', grayPercent: 1 })
    expect((await admin('/v1/admin/switches/set', { grayPercent: 101, why: 'too many' })).status).toBe(400)
    expect((await admin('/v1/admin/switches')).body.grayPercent).toBe(1)
  })

  it('refuses what may not be, by name', async () => {
    const refused = await admin('/v1/admin/switches/back', { why: 'beyond the first phase' })
    expect([refused.status, refused.body.code]).toEqual([409, 'switch-refused'])
    expect(refused.body.message).toContain('no-neighbour')
  })

  it('changes a product in both stores, whichever is read', async () => {
    const prices = async () => {
      const [old] = await migrated.legacy.rows<{ price: string }>('SELECT price FROM t_product WHERE id = 5')
      const [now] = await migrated.system.rows<{ price_cents: string }>(
        'SELECT price_cents FROM products WHERE product_id = 5',
      )
      return [old?.price, Number(now?.price_cents)]
    }
    expect((await admin('/v1/admin/products/5', { priceCents: 1_234, why: 'read in the old store' })).status).toBe(200)
    expect(await prices()).toEqual(['12.34', 1_234])
    await admin('/v1/admin/switches/forward', { what: 'catalogue', why: 'the catalogue first' })
    await admin('/v1/admin/switches/forward', { what: 'catalogue', why: 'the catalogue second' })
    await expect.poll(async () => (await admin('/v1/admin/switches')).body.services.catalogue).toBe('phase2')
    expect((await admin('/v1/admin/products/5', { priceCents: 999, why: 'read in the new store' })).status).toBe(200)
    expect(await prices()).toEqual(['9.99', 999])
  })
})
