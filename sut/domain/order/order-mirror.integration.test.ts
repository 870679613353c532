// Both stores, a board, and the mirror between them: an order that one decides is in the other, whichever way, and what goes
// wrong there is nobody's failed request.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { MAX_NUMBERED_SEQUENCE } from '../../../contracts/legacy-number.ts'
import { type OrderId, shardOfOrder } from '../../../contracts/order-id.ts'
import { PHASE_RULES, type Phase, type Switches } from '../../../contracts/switches.ts'
import type { OrderStore } from '../../storage/order-store.ts'
import { openTestStore, type TestStore, within } from '../../storage/two-stores.setup.ts'
import type { SwitchBoard } from '../../switches/switch-board.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { changeStatus } from './change-status.ts'
import { closeGaps } from './close-gaps.ts'
import { MirrorMetrics } from './mirror-metrics.ts'
import { OrderIdGenerator } from './order-id-generator.ts'
import { OrderMirror } from './order-mirror.ts'
import { pausedWrites } from './paused-writes.ts'
import { OrderPlacement } from './place-order.ts'
import { type OrderIds, SwitchedStores } from './switched-stores.ts'

const BODY = {
  requestHash: 'ab'.repeat(32),
  channel: 'app',
  region: 1,
  paymentMethod: 'card',
  items: [{ lineNo: 1, productId: 1, quantity: 2, unitPriceCents: 150 }],
} as const

let stores: { readonly legacy: TestStore; readonly sharded: TestStore }
let epoch = 0
let users = 0
let registry: Metrics
let mirror: OrderMirror
let placement: OrderPlacement
let switched: SwitchedStores
let switches: Switches

const generator = new OrderIdGenerator(40, 0, MAX_NUMBERED_SEQUENCE)
const ids: OrderIds = {
  next: async (shard) => {
    for (;;) {
      const answer = generator.next(shard, Date.now(), Number.MAX_SAFE_INTEGER)
      if (answer.kind === 'id') return answer
    }
  },
}
const board: SwitchBoard = {
  now: () => switches,
  reopened: async (afterEpoch) => {
    while (!switches.open || switches.epoch <= afterEpoch) await sleep(5)
    return switches
  },
}

/** As a flip leaves it: one store open, for a new epoch. */
async function flipTo(phase: Phase, mode: Switches['mirror']): Promise<void> {
  epoch++
  const { authority } = PHASE_RULES[phase]
  await stores.legacy.openFor(authority === 'legacy' ? epoch : null)
  await stores.sharded.openFor(authority === 'sharded' ? epoch : null)
  switches = {
    epoch,
    phase,
    catalogue: phase,
    open: true,
    mirror: mode,
    monolith: 'business-layer',
    gateway: 'monolith',
    grayPercent: 0,
    comparePerMille: 0,
    isFinal: false,
  }
}

/** In the order that a flip keeps: closed, every writer waited for, drained, opened elsewhere. */
async function drainTo(phase: Phase, mode: Switches['mirror']): Promise<void> {
  const { authority, mirror: following } = PHASE_RULES[switches.phase]
  switches = { ...switches, open: false }
  const [from, to] = [stores[authority], stores[following ?? authority]]
  await from.openFor(null)
  await closeGaps({ from: from.store, to: to.store }, await gaps(from), within())
  await flipTo(phase, mode)
}

function start(sides: { readonly legacy: OrderStore; readonly sharded: OrderStore }): void {
  registry = new Metrics()
  const both = { legacy: { store: sides.legacy, ids }, sharded: { store: sides.sharded, ids } }
  const metrics = new MirrorMetrics(registry)
  // On a busy machine a budget says nothing.
  const inlineBudgetMs = 20_000
  mirror = new OrderMirror({ sides: both, board, metrics, logger: createLogger('test', 'silent'), inlineBudgetMs })
  switched = new SwitchedStores({ sides: both, board, follower: mirror, paused: pausedWrites(registry) })
  placement = new OrderPlacement(switched)
}

const newUser = () => 5_000 + 67 * users++
const place = async (userId = newUser(), idempotencyKey = `key-${userId}-${users}`) => {
  const { orderId } = await placement.place({ ...BODY, userId, idempotencyKey }, within())
  return { orderId: orderId as OrderId, userId }
}
const pay = (order: { orderId: OrderId; userId: number }) =>
  changeStatus(switched, { ...order, event: 'pay' }, Date.now, within())
const whole = async (store: TestStore, ...orderIds: readonly OrderId[]) =>
  (await store.store.snapshots(orderIds, within())).whole.toSorted((one, other) =>
    one.order.orderId < other.order.orderId ? -1 : 1,
  )
const gaps = (store: TestStore) => store.store.gaps(1_000, within())
const metric = async (name: string) =>
  Number((await registry.registry.metrics()).match(new RegExp(`^${name} (\\S+)`, 'm'))?.[1])

beforeAll(async () => {
  const engines = inject('engines')
  stores = { legacy: await openTestStore('legacy', engines), sharded: await openTestStore('sharded', engines) }
})
beforeEach(async () => {
  for (const store of [stores.legacy, stores.sharded]) await store.rows('DELETE FROM order_gaps')
  start({ legacy: stores.legacy.store, sharded: stores.sharded.store })
})
afterAll(async () => {
  await stores?.legacy.close()
  await stores?.sharded.close()
})

it.each(['phase1', 'phase2'] as const)(
  'inline, in %s: an order and its change are in both stores when they are answered',
  async (phase) => {
    await flipTo(phase, 'inline')
    const order = await place()
    expect(await whole(stores.legacy, order.orderId)).toEqual(await whole(stores.sharded, order.orderId))
    await pay(order)
    const [paid] = await whole(stores.legacy, order.orderId)
    expect(paid).toMatchObject({ order: { status: 'paid', version: 2 }, payments: [{ status: 'captured' }] })
    expect(await whole(stores.sharded, order.orderId)).toEqual([paid])
    expect(await gaps(phase === 'phase1' ? stores.legacy : stores.sharded)).toEqual([])
    expect(await metric('headroom_mirror_inline_orders_total')).toBe(2)
  },
)

it.each(['phase1', 'phase2'] as const)(
  'batched, in %s: every order is marked until a round has told it over',
  async (phase) => {
    await flipTo(phase, 'batched')
    const [authority, other] = phase === 'phase1' ? [stores.legacy, stores.sharded] : [stores.sharded, stores.legacy]
    const orders = await Promise.all(Array.from({ length: 100 }, () => place()))
    for (const order of orders.slice(0, 10)) await pay(order)
    const orderIds = orders.map(({ orderId }) => orderId)
    expect(await gaps(authority)).toHaveLength(100)
    expect(await whole(other, ...orderIds)).toEqual([])
    expect([await mirror.round(), await mirror.round(), await mirror.round()]).toEqual([64, 36, 0])
    expect(await gaps(authority)).toEqual([])
    expect(await whole(other, ...orderIds)).toEqual(await whole(authority, ...orderIds))
    expect(await whole(other, ...orderIds)).toHaveLength(100)
  },
)

it('off: nothing is told, everything is marked, and the age of the oldest mark is known', async () => {
  await flipTo('phase2', 'off')
  const order = await place()
  await stores.sharded.rows('UPDATE order_gaps SET since_ms = since_ms - 60000')
  expect(await mirror.round()).toBe(0)
  expect(await gaps(stores.sharded)).toMatchObject([{ orderId: order.orderId, version: 1 }])
  expect(await metric(`headroom_mirror_gaps\\{shard="${shardOfOrder(order.orderId)}"\\}`)).toBe(1)
  expect(await metric('headroom_mirror_oldest_gap_seconds')).toBeGreaterThanOrEqual(60)
})

/** What its user sends again: another is at it, or more are there than a shard takes at once. */
const SENT_AGAIN = ['idempotency-key-in-flight', 'overloaded']

/** Each its own process: none knows what another has in flight. */
function sending(userId: number, idempotencyKey: string) {
  return async () => {
    for (;;) {
      const sent = new OrderPlacement(switched).place({ ...BODY, userId, idempotencyKey }, within())
      const answer = await sent.catch((error) => error)
      if (!SENT_AGAIN.includes(answer.code)) return answer
      await sleep(5)
    }
  }
}

/** Twenty-five on their way when it begins, and twenty-five while it goes on. */
async function sentOverFlip<T>(send: () => Promise<T>): Promise<readonly T[]> {
  const early = Array.from({ length: 25 }, send)
  const flipping = drainTo('phase2', 'inline')
  const late = Array.from({ length: 25 }, send)
  await flipping
  return await Promise.all([...early, ...late])
}

async function expectOneOrder(userId: number, answers: readonly { readonly orderId: string }[]): Promise<void> {
  const orderId = answers[0]?.orderId
  expect(answers.map((answer) => answer.orderId)).toEqual(answers.map(() => orderId))
  for (const { store } of [stores.legacy, stores.sharded]) {
    expect((await store.list({ userId, limit: 10 }, within())).map((order) => order.orderId)).toEqual([orderId])
  }
}

it('a key that is sent before, during and after a flip is one order in both stores', async () => {
  await flipTo('phase1', 'inline')
  const userId = newUser()
  const send = sending(userId, 'over the flip')
  await expectOneOrder(userId, [await send(), ...(await sentOverFlip(send)), await send()])
})

it('a key that is first sent over a flip, fifty times at once, is one order in both stores', async () => {
  await flipTo('phase1', 'inline')
  const userId = newUser()
  await expectOneOrder(userId, await sentOverFlip(sending(userId, 'fifty at once')))
})

it('a change between reading and telling stays marked, and is told by the next round', async () => {
  await flipTo('phase1', 'batched')
  const order = await place()
  const { legacy, sharded } = stores
  // As if the payment came just when the round had read the order.
  const from: OrderStore = {
    ...legacy.store,
    snapshots: async (orderIds, context) => {
      const read = await legacy.store.snapshots(orderIds, context)
      await pay(order)
      return read
    },
  }
  await closeGaps({ from, to: sharded.store }, await gaps(legacy), within())
  expect(await whole(sharded, order.orderId)).toMatchObject([{ order: { status: 'placed' } }])
  expect(await gaps(legacy)).toMatchObject([{ orderId: order.orderId, version: 2 }])
  await mirror.round()
  expect(await gaps(legacy)).toEqual([])
  expect(await whole(sharded, order.orderId)).toEqual(await whole(legacy, order.orderId))
})

it('a store that is gone costs no request its answer, and is caught up with when it is back', async () => {
  await flipTo('phase1', 'inline')
  let isGone = true
  const reachable = stores.sharded.store
  start({
    legacy: stores.legacy.store,
    sharded: {
      ...reachable,
      absorb: (snapshots, context) =>
        isGone ? Promise.reject(new Error('black hole')) : reachable.absorb(snapshots, context),
    },
  })
  const orders = [await place(), await place()]
  expect(await metric('headroom_mirror_inline_failures_total')).toBe(2)
  await stores.legacy.rows('UPDATE order_gaps SET since_ms = since_ms - 5000')
  await expect(mirror.round()).rejects.toThrow('black hole')
  expect(await gaps(stores.legacy)).toHaveLength(2)
  isGone = false
  expect(await mirror.round()).toBe(2)
  const orderIds = orders.map(({ orderId }) => orderId)
  expect(await whole(stores.sharded, ...orderIds)).toEqual(await whole(stores.legacy, ...orderIds))
})

it('an order that cannot be told is parked with its reason, and the others are told', async () => {
  await flipTo('phase1', 'batched')
  const [poison, spoilt, sound] = [await place(), await place(), await place()]
  const { legacy, sharded } = stores
  // As the old code can: the payment captured, the order closed.
  await legacy.rows('UPDATE t_order SET status = IF(payment_no = 0, 9, 1) WHERE order_id = ?', [poison.orderId])
  await legacy.rows('UPDATE t_order SET status = 7 WHERE order_id = ?', [spoilt.orderId])
  expect(await mirror.round()).toBe(3)
  expect(await mirror.round()).toBe(0)
  expect(await whole(sharded, poison.orderId, spoilt.orderId, sound.orderId)).toHaveLength(1)
  const parked = await legacy.store.parked(10, within())
  expect(parked.map(({ orderId, reason }) => [orderId, reason]).toSorted()).toEqual(
    [
      [poison.orderId, 'it is cancelled, its payment captured'],
      [spoilt.orderId, 'status 7 is not one of a product order'],
    ].toSorted(),
  )
  expect(await legacy.store.backlog(within())).toMatchObject({ gaps: 0, parked: 2 })
  expect(await metric('headroom_mirror_parked_total')).toBe(2)
})

it('the loop tells by itself, wakes for what is stored here, and stops', async () => {
  await flipTo('phase2', 'batched')
  mirror.start()
  const order = await place()
  await expect.poll(async () => (await whole(stores.legacy, order.orderId)).length, { timeout: 20_000 }).toBe(1)
  await expect.poll(async () => (await gaps(stores.sharded)).length, { timeout: 20_000 }).toBe(0)
  await mirror.stop()
  const later = await place()
  expect(await gaps(stores.sharded)).toMatchObject([{ orderId: later.orderId }])
})
