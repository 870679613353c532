// The same answers wherever the switches stand: every route of the new interfaces and of the old ones, in each phase, with each
// mirror at work, with the monolith on its own and behind the business layer, with old apps sent to it or to the interface
// layer, in one process and in many; and users who are at work while they move.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LEGACY_CODES, LEGACY_ROUTES } from '../contracts/legacy-api.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { LEGACY_STATUS } from '../contracts/legacy-tables.ts'
import { TOPOLOGIES, type Topology } from '../contracts/sut-endpoint.ts'
import type { Direction, GatewayPosition, MirrorMode, MonolithPosition, Phase } from '../contracts/switches.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT, expectAllInBoth, OrderMix } from './order-mix.setup.ts'
import { changeSetting } from './switches/change-setting.ts'
import { switchStatus } from './switches/switch-status.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'

interface Position {
  readonly phase: Phase
  readonly mirror: MirrorMode
  readonly monolith: MonolithPosition
  /** Who answers old apps: all of them. */
  readonly gateway: GatewayPosition
  /** Moves by itself. */
  readonly catalogue: Phase
}

/** In the order that they are gone through: each is a step from the one before. */
const POSITIONS: readonly Position[] = [
  { phase: 'legacy', mirror: 'batched', monolith: 'own-database', gateway: 'monolith', catalogue: 'legacy' },
  { phase: 'legacy', mirror: 'batched', monolith: 'business-layer', gateway: 'interface-layer', catalogue: 'phase1' },
  { phase: 'phase1', mirror: 'batched', monolith: 'own-database', gateway: 'interface-layer', catalogue: 'phase2' },
  { phase: 'phase1', mirror: 'inline', monolith: 'business-layer', gateway: 'monolith', catalogue: 'done' },
  { phase: 'phase2', mirror: 'inline', monolith: 'business-layer', gateway: 'interface-layer', catalogue: 'phase2' },
  { phase: 'done', mirror: 'inline', monolith: 'business-layer', gateway: 'interface-layer', catalogue: 'phase1' },
  { phase: 'phase2', mirror: 'batched', monolith: 'business-layer', gateway: 'monolith', catalogue: 'phase1' },
  { phase: 'phase1', mirror: 'inline', monolith: 'own-database', gateway: 'interface-layer', catalogue: 'phase1' },
]

/** The processes that look at the switches. */
const FOLLOWERS: Readonly<Record<Topology, readonly string[]>> = {
  'one-process': ['all', 'monolith'],
  'process-per-service': ['catalogue', 'indexer', 'monolith', 'order'],
}

describe.each(TOPOLOGIES)('%s', (topology) => {
  let migrated: MigratedSystem
  /** Placed before anything began. */
  let oldest: number
  let user = 8_000
  const mixes: OrderMix[] = []

  beforeAll(async () => {
    migrated = await startMigratedSystem(topology)
    oldest = (await migrated.submit(100)).data!.orderNo
    await migrated.begin()
    await set({ grayPercent: 100 })
  })
  afterAll(() => migrated?.stop())

  async function set(change: Parameters<typeof changeSetting>[0]): Promise<void> {
    expect(await changeSetting(change, ANYBODY, migrated.tools)).toMatchObject({ kind: 'changed' })
  }

  async function goTo({ phase, mirror, monolith, gateway, catalogue }: Position): Promise<void> {
    const status = await switchStatus(migrated.tools.ledgers)
    if (status.services.catalogue !== catalogue) await set({ catalogue })
    if (status.phase !== phase) {
      if (phase === 'phase2' && status.phase === 'phase1') {
        await migrated.importAll()
        await migrated.compared()
      }
      const mix = new OrderMix(migrated)
      mixes.push(mix)
      await mix.during([1_000, 1_001], async () => {
        expect(await migrated.move(phase)).toMatchObject({ kind: 'moved' })
        const placed = mix.acknowledged.length
        await expect.poll(() => mix.acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(placed)
      })
      expect(mix.failures).toEqual([])
    }
    if (status.mirror !== mirror) await set({ mirror })
    if (status.monolith !== monolith) await set({ monolith })
    if (status.gateway !== gateway) await set({ gateway })
    // Until every process has heard of it.
    await sleep(1_000)
  }

  const checkout = (userId: number, region: number, key: string = randomUUID()) =>
    migrated.system.call({ method: 'POST', path: '/v1/app/orders', user: userId, key, body: { ...CHECKOUT, region } })
  const asked = (userId: number, orderId: string) =>
    migrated.system.call({ path: `/v1/app/orders/${orderId}`, user: userId })
  const done = (userId: number, orderId: string, what: 'pay' | 'cancel' | 'refund') =>
    migrated.system.call({ method: 'POST', path: `/v1/app/orders/${orderId}/${what}`, user: userId })
  const ok = (data: object) => ({ code: LEGACY_CODES.ok, data })

  it.each(POSITIONS)(
    '$phase, mirror $mirror, monolith on $monolith, gateway to $gateway, catalogue in $catalogue',
    async (position) => {
      await goTo(position)
      const userId = user++
      // Of its own: whatever was submitted by the old interfaces has region 1.
      const region = 100 + (userId % 100)

      // A name that does not come in time is left out.
      await expect
        .poll(() => migrated.old(LEGACY_ROUTES.detail, { orderNo: oldest }, 100), { timeout: 30_000 })
        .toMatchObject(ok({ orderNo: oldest, nickname: 'user100' }))

      // The new interfaces.
      const key = randomUUID()
      const first = await checkout(userId, region, key)
      expect(first).toMatchObject({ status: 201, body: { status: 'placed', paymentStatus: 'pending' } })
      expect(await checkout(userId, region, key)).toMatchObject({ status: 201, body: first.body })
      expect((await checkout(userId, region + 1, key)).status).toBe(422)
      const second = await checkout(userId, region)
      const [paidId, cancelledId] = [first.body.orderId, second.body.orderId]
      expect(await done(userId, paidId, 'pay')).toMatchObject({ status: 200, body: { status: 'paid' } })
      expect(await done(userId, cancelledId, 'cancel')).toMatchObject({ status: 200, body: { status: 'cancelled' } })
      expect((await done(userId, cancelledId, 'pay')).status).toBe(409)
      expect(await asked(userId, paidId)).toMatchObject({
        status: 200,
        body: { order: { status: 'paid' }, payment: { status: 'captured' }, items: [{ productId: 5, quantity: 2 }] },
      })
      expect((await asked(userId + 64, paidId)).status).toBe(404)
      const list = await migrated.system.call({ path: '/v1/app/orders', user: userId })
      expect(list.body.orders).toMatchObject([{ orderId: cancelledId }, { orderId: paidId }])

      // What they have placed, by the old ones.
      const orderNo = legacyNumberOf(paidId)!
      expect(await migrated.old(LEGACY_ROUTES.detail, { orderNo }, userId)).toMatchObject(
        ok({ orderNo, status: LEGACY_STATUS.paid, payStatus: LEGACY_STATUS.paid, items: [{ productId: 5 }] }),
      )
      expect(await migrated.old(LEGACY_ROUTES.list, { page: 1, size: 10 }, userId)).toMatchObject(
        ok({ total: 2, orders: [{ status: LEGACY_STATUS.closed }, { orderNo, status: LEGACY_STATUS.paid }] }),
      )
      const refused = await migrated.old(LEGACY_ROUTES.cancel, { orderNo }, userId)
      const unknown = await migrated.old(LEGACY_ROUTES.detail, { orderNo }, userId + 64)
      expect([refused.code, unknown.code]).toEqual([LEGACY_CODES.wrongStatus, LEGACY_CODES.notFound])

      // And the other way round.
      const page = randomUUID()
      const submitted = await migrated.submit(userId, page)
      expect(submitted).toMatchObject(ok({ status: LEGACY_STATUS.open }))
      expect(await migrated.submit(userId, page)).toEqual(submitted)
      const pending = (await migrated.submit(userId)).data!
      expect(await migrated.old(LEGACY_ROUTES.cancel, { orderNo: pending.orderNo }, userId)).toMatchObject(
        ok({ status: LEGACY_STATUS.closed }),
      )
      expect(await migrated.old(LEGACY_ROUTES.pay, { orderNo: submitted.data!.orderNo }, userId)).toMatchObject(
        ok({ status: LEGACY_STATUS.paid }),
      )
      const all = await migrated.system.call({ path: '/v1/app/orders', user: userId })
      expect(all.body.orders.map(({ status }: { status: string }) => status)).toEqual([
        'cancelled',
        'paid',
        'cancelled',
        'paid',
      ])

      // The web admin's: any user's order, and a product of whichever catalogue is read.
      const admin = (path: string) => migrated.system.call({ path, user: 1, audience: 'admin' })
      const { body: own } = await asked(userId, paidId)
      expect(await admin(`/v1/admin/orders/by-id/${paidId}`)).toMatchObject({ status: 200, body: own })
      const [{ productId, unitPriceCents: priceCents }] = own.items
      expect(await admin(`/v1/admin/products/${productId}`)).toMatchObject({
        status: 200,
        body: { productId, priceCents },
      })

      // Over all users, by the outbox of the store that decides.
      const nowMs = Date.now()
      const query = `fromMs=${nowMs - 120_000}&toMs=${nowMs + 120_000}&region=${region}&status=paid`
      const search = () =>
        migrated.system.call({ path: `/v1/admin/orders/search?${query}`, user: 1, audience: 'admin' })
      await expect
        .poll(async () => (await search()).body.orders?.map(({ orderId }: { orderId: string }) => orderId), {
          timeout: 30_000,
          interval: 200,
        })
        .toEqual([paidId])

      // The money of one is given back, and both interfaces say so.
      expect((await done(userId, cancelledId, 'refund')).status).toBe(409)
      expect(await done(userId, paidId, 'refund')).toMatchObject({ status: 200, body: { status: 'refunded' } })
      expect(await asked(userId, paidId)).toMatchObject({
        status: 200,
        body: { order: { status: 'refunded' }, payment: { status: 'refunded' } },
      })
      expect(await migrated.old(LEGACY_ROUTES.detail, { orderNo }, userId)).toMatchObject(
        ok({ orderNo, status: LEGACY_STATUS.refunded, payStatus: LEGACY_STATUS.refunded }),
      )
      expect(await migrated.system.call({ path: '/.well-known/headroom' })).toMatchObject({
        status: 200,
        body: { system: 'headroom-sut', topology },
      })
      expect((await migrated.system.call({ path: '/healthz' })).status).toBe(200)
    },
  )

  it('has every order in both stores once in the end', async () => {
    await expect.poll(() => migrated.gaps(), { timeout: 30_000, interval: 100 }).toBe(0)
    await migrated.importAll()
    for (const mix of mixes) await expectAllInBoth(migrated, mix)
    const placed = mixes.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
    expect(await migrated.numbersIn('legacy')).toHaveLength(1 + POSITIONS.length * 4 + placed)
    // And the interface layer did answer old apps.
    const answered = /^headroom_old_requests_total\{[^}]*side="interface-layer"[^}]*\} [1-9]/m
    expect(await migrated.services.metricsOf('adapter')).toMatch(answered)
  })

  it('tells which processes the switches have moved, and lets nobody ask them who is no service', async () => {
    const roles = async () => (await switchStatus(migrated.tools.ledgers)).processRoles
    await expect.poll(roles, { timeout: 20_000 }).toEqual(FOLLOWERS[topology])
    const path = '/internal/flows/numbered'
    const { status } = await fetch(migrated.system.sut.endpoint.baseUrl + path, { method: 'POST', body: '{}' })
    expect(status).toBe(404)
  })

  it('is moved by an administrator too, who is noted, and by nobody else', async () => {
    const path = '/v1/admin/switches'
    const admin = { path, user: 7, audience: 'admin' } as const
    const move = (direction: Direction, why: string) =>
      migrated.system.call({ ...admin, path: `${path}/${direction}`, method: 'POST', body: { why } })
    expect((await migrated.system.call({ path, user: 7 })).status).toBe(401)
    expect(await migrated.system.call(admin)).toMatchObject({
      status: 200,
      body: { phase: 'phase1', open: true, services: { order: 'phase1', payment: 'phase1' }, gaps: 0 },
    })
    const refused = await move('forward', 'to see')
    expect(refused).toMatchObject({ status: 409, body: { code: 'switch-refused' } })
    expect(refused.body.message).toContain('monolith-on-its-own, not-compared')
    expect(await migrated.system.call({ ...admin, path: `${path}/plan` })).toMatchObject({
      status: 200,
      body: {
        ways: [
          {
            direction: 'forward',
            from: 'phase1',
            to: 'phase2',
            refused: [{ kind: 'monolith-on-its-own' }, { kind: 'not-compared' }],
          },
          { direction: 'back', from: 'phase1', to: 'legacy', refused: [] },
        ],
      },
    })
    expect((await migrated.system.call(admin)).body.phase).toBe('phase1')
    expect(await move('back', 'p99 doubled')).toMatchObject({ status: 200, body: { phase: 'legacy' } })
    expect((await migrated.system.call(admin)).body.phase).toBe('legacy')
    const [latest] = await migrated.tools.ledgers.legacy.audit(1)
    expect(latest).toMatchObject({ who: 'admin 7 (support, operator)', why: 'p99 doubled', what: 'flip' })
  })
})
