// The whole way and back under a light load: old and new interfaces through nginx, the monolith and the services following the
// switches, and nothing that was acknowledged lost or doubled.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LEGACY_CODES, LEGACY_ROUTES } from '../contracts/legacy-api.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { LEGACY_STATUS } from '../contracts/legacy-tables.ts'
import { shardOf, tableName } from '../contracts/shard.ts'
import type { Phase } from '../contracts/switches.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT, expectAllInBoth, OrderMix } from './order-mix.setup.ts'
import { changeSetting } from './switches/change-setting.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'
import type { Answer } from './test-system.setup.ts'

/** HEADROOM_MIGRATION_PROOF=1: 105 flips, and an outage of a minute. */
const IS_PROOF = process.env.HEADROOM_MIGRATION_PROOF === '1'
/** Of six flips: each way once. */
const ROUNDS = IS_PROOF ? 17 : 1
const OUTAGE_MS = IS_PROOF ? 60_000 : 8_000
const PROOF_LIMIT_MS = IS_PROOF ? 3_600_000 : 240_000

let migrated: MigratedSystem
const checkout = (userId: number) =>
  migrated.system.call({ method: 'POST', path: '/v1/app/orders', user: userId, key: randomUUID(), body: CHECKOUT })
/** Checkouts, ten a second, whatever becomes of them. */
async function offered(durationMs: number): Promise<readonly Answer[]> {
  const sent: Promise<Answer>[] = []
  for (const untilMs = performance.now() + durationMs; performance.now() < untilMs; await sleep(100)) {
    sent.push(checkout(300))
  }
  return await Promise.all(sent)
}
function p95Of(answers: readonly Answer[]): string | undefined {
  const times = answers.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other)
  return times[Math.floor(times.length * 0.95)]?.toFixed(1)
}
const untilTold = () => expect.poll(() => migrated.gaps(), { timeout: 30_000, interval: 100 }).toBe(0)

beforeAll(async () => {
  migrated = await startMigratedSystem('process-per-service')
})
afterAll(() => migrated?.stop())

describe('before a migration begins', () => {
  it('each works on its own tables', async () => {
    const { orderNo } = (await migrated.submit(100)).data!
    expect(orderNo).toBe(1)
    expect(await migrated.numbersIn('sharded')).toEqual([])
    const detail = await migrated.old(LEGACY_ROUTES.detail, { orderNo }, 100)
    expect(detail).toMatchObject({ code: LEGACY_CODES.ok, data: { status: LEGACY_STATUS.open } })
  })

  it('begins beside a monolith that works: old orders get ids, and none is refused', async () => {
    const answers: number[] = []
    let isOver = false
    const submitting = (async () => {
      for (let page = 0; !isOver; page++) answers.push((await migrated.submit(101 + (page % 7))).code)
    })()
    try {
      await sleep(300)
      expect(await migrated.begin()).toBe(true)
      await sleep(500)
    } finally {
      isOver = true
      await submitting
    }
    expect(answers.filter((code) => code !== LEGACY_CODES.ok)).toEqual([])
    const without = await migrated.legacy.rows('SELECT id FROM t_order WHERE order_id IS NULL')
    expect(without).toEqual([])
    const [{ pairs } = { pairs: -1 }] = await migrated.legacy.rows<{ pairs: string }>(
      'SELECT COUNT(*) AS pairs FROM t_order WHERE payment_no = 1',
    )
    expect(Number(pairs)).toBe(answers.length + 1)
  })

  it('then shows old orders by the new interfaces too, and new ones by the old', async () => {
    const listed = async () => (await migrated.system.call({ path: '/v1/app/orders', user: 100 })).body.orders?.length
    await expect.poll(listed, { timeout: 20_000 }).toBe(1)
    const placed = await checkout(100)
    expect(placed.status).toBe(201)
    const old = await migrated.old(LEGACY_ROUTES.list, { page: 1, size: 10 }, 100)
    expect(old).toMatchObject({ code: LEGACY_CODES.ok, data: { total: 2 } })
    const found = old as unknown as { data: { orders: { orderNo: number; status: number }[] } }
    expect(found.data.orders[1]).toMatchObject({ orderNo: 1, status: LEGACY_STATUS.open })
    expect(await migrated.old(LEGACY_ROUTES.pay, { orderNo: 1 }, 100)).toMatchObject({ code: LEGACY_CODES.ok })
  })

  it('shows what was paid on one side at once on the other, though the services remember orders', async () => {
    const paidAndShown = async () => {
      const { orderId } = (await checkout(102)).body
      const orderNo = legacyNumberOf(orderId)!
      const detail = () => migrated.system.call({ path: `/v1/app/orders/${orderId}`, user: 102 })
      expect((await detail()).body.order.status).toBe('placed')
      expect(await migrated.old(LEGACY_ROUTES.pay, { orderNo }, 102)).toMatchObject({ code: LEGACY_CODES.ok })
      expect((await detail()).body.order.status).toBe('paid')
    }
    // A cache that was late is left alone for a second: then it takes that long, and the next order is shown at once again.
    await vi.waitFor(paidAndShown, { timeout: 20_000, interval: 1_500 })
  })
})

it('goes all the way and back with a mix at work: every request is answered, every order is in both stores once', {
  timeout: PROOF_LIMIT_MS,
}, async () => {
  const mix = new OrderMix(migrated)
  const pausedMs: number[] = []
  const go = async (...phases: readonly Phase[]) => {
    for (const to of phases) {
      const moved = await migrated.move(to)
      expect(moved).toMatchObject({ kind: 'moved' })
      if (moved.kind === 'moved') pausedMs.push(moved.pausedMs)
      await sleep(500)
    }
  }
  const before = (await migrated.numbersIn('legacy')).length
  await mix.during([1_000, 1_001, 1_002, 1_003], async () => {
    await go('phase1', 'legacy', 'phase1')
    await changeSetting({ monolith: 'business-layer' }, ANYBODY, migrated.tools)
    await sleep(1_000)
    for (let round = 0; round < ROUNDS; round++) {
      await migrated.importAll()
      await migrated.compared()
      await go('phase2', 'done', 'phase2', 'phase1', 'legacy', 'phase1')
    }
    // What was written in `legacy` is marked nowhere.
    await migrated.importAll()
  })
  const median = pausedMs.toSorted((one, other) => one - other)[Math.floor(pausedMs.length / 2)]
  const worst = Math.max(...pausedMs)
  process.stdout.write(
    `${pausedMs.length} flips: writers waited ${median?.toFixed(0)} ms (median), ${worst.toFixed(0)} ms at worst; ` +
      `${mix.sent} requests, ${mix.failures.length} failed; ${mix.acknowledged.length} orders\n`,
  )
  expect(mix.failures).toEqual([])
  expect(mix.acknowledged.length).toBeGreaterThan(50)
  await expectAllInBoth(migrated, mix)
  expect((await migrated.numbersIn('sharded')).length).toBe(before + mix.acknowledged.length)
})

it('gives a page that is submitted on both sides of a switch one order', async () => {
  const page = randomUUID()
  await changeSetting({ monolith: 'own-database' }, ANYBODY, migrated.tools)
  await sleep(1_000)
  const first = await migrated.submit(200, page)
  await changeSetting({ monolith: 'business-layer' }, ANYBODY, migrated.tools)
  await sleep(1_000)
  expect(await migrated.submit(200, page)).toEqual(first)
})

it('compares a share of the reads behind their answers, and counts what differs by service and shard', async () => {
  const userId = 400
  const { orderId } = (await checkout(userId)).body
  await untilTold()
  await changeSetting({ comparePerMille: 1_000 }, ANYBODY, migrated.tools)
  const label = (service: string, outcome: string) =>
    `headroom_compared_reads_total{service="${service}",shard="${shardOf(userId)}",outcome="${outcome}"}`
  /** On a busy machine a look may take longer than it may: it is passed over then. */
  const untilCounted = (counted: string) =>
    expect
      .poll(
        async () => {
          expect((await migrated.system.call({ path: '/v1/app/orders', user: userId })).status).toBe(200)
          return await migrated.services.metricsOf('order')
        },
        { timeout: 60_000, interval: 200 },
      )
      .toContain(counted)
  const setRegion = (region: number) =>
    migrated.system.rows(`UPDATE ${tableName('orders', shardOf(userId))} SET region = ? WHERE order_id = ?`, [
      region,
      orderId,
    ])
  await untilCounted(label('order', 'alike'))
  await setRegion(9)
  await untilCounted(label('order', 'different'))
  expect(await migrated.services.metricsOf('order')).not.toContain(label('payment', 'different'))
  await setRegion(CHECKOUT.region)
  await changeSetting({ comparePerMille: 0 }, ANYBODY, migrated.tools)
})

it('needs the new database for nothing in phase 1: not to take orders, and not to start', {
  timeout: PROOF_LIMIT_MS,
}, async () => {
  const { mysql } = migrated.system.proxies
  const usual = await offered(OUTAGE_MS / 4)
  const memoryBefore = migrated.services.residentMb('order')
  await untilTold()
  mysql.mode = 'stalled'
  try {
    const during = await offered(OUTAGE_MS)
    process.stdout.write(
      `the new database stalled: p95 of a checkout ${p95Of(usual)} ms before, ${p95Of(during)} ms during; ` +
        `memory ${memoryBefore.toFixed(0)} MB before, ${migrated.services.residentMb('order').toFixed(0)} MB after\n`,
    )
    expect(new Set(during.map(({ status }) => status))).toEqual(new Set([201]))
    // Nothing that was placed meanwhile is told, and everything is marked.
    expect(await migrated.gaps()).toBe(during.length)
    migrated.services.kill('order')
    const again = await migrated.services.restart('order')
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${again.port}/healthz`)).status, { timeout: 10_000 })
      .toBe(200)
    expect((await checkout(300)).status).toBe(201)
  } finally {
    mysql.mode = 'normal'
  }
  await untilTold()
})

it('ends a flip in which the order service is killed, and stores what it had taken once', async () => {
  const mix = new OrderMix(migrated)
  const beforeStep = ({ kind }: { readonly kind: string }) => {
    if (kind === 'drain') migrated.services.kill('order')
  }
  await mix.during([2_000, 2_001], async () => {
    await sleep(500)
    await migrated.compared()
    expect(await migrated.move('phase2', { beforeStep })).toMatchObject({ kind: 'moved' })
    await migrated.services.restart('order')
    const before = mix.acknowledged.length
    await expect.poll(() => mix.acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before)
  })
  await expectAllInBoth(migrated, mix)
})
