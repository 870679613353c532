// Messages of orders from the real stores to real Redis streams: once, in order, across a flip, and when parts are away.

import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { LEGACY_STREAM, type LegacyMessage } from '../../../contracts/legacy-message.ts'
import { legacyNumberOf } from '../../../contracts/legacy-number.ts'
import { LEGACY_STATUS } from '../../../contracts/legacy-tables.ts'
import { EVENT_STREAM, type OrderEvent, orderEventIn } from '../../../contracts/order-event.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import { oneServer } from '../../../contracts/shard-map.ts'
import { NO_MIGRATION, type Phase, STORE_NAMES, type StoreName } from '../../../contracts/switches.ts'
import { type FaultProxy, throughProxy } from '../../fault-proxy.setup.ts'
import type { MessageOutbox } from '../../storage/message-table.ts'
import { MysqlPool } from '../../storage/mysql-pool.ts'
import type { NewOrder } from '../../storage/order-store.ts'
import { OrderStreams } from '../../storage/order-streams.ts'
import {
  bornOrder,
  movedTo,
  oldOrder,
  openTestStore,
  snapshotWith,
  type TestStore,
  within,
} from '../../storage/two-stores.setup.ts'
import type { WholeOrder } from '../../storage/whole-order.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { MessageMetrics } from './message-metrics.ts'
import { MessageRelay } from './message-relay.ts'

const EPOCH = 5
const GUARD = { epoch: EPOCH, markGap: false, tellsOld: true }
const engines = inject('engines')

let stores: Readonly<Record<StoreName, TestStore>>
let redis: Redis
let proxy: FaultProxy
let streams: OrderStreams
let relay: MessageRelay
let phase: Phase = 'phase1'
let users = 7_000

beforeAll(async () => {
  stores = {
    legacy: await openTestStore('legacy', engines),
    sharded: await openTestStore('sharded', engines, 'owner'),
  }
  for (const store of Object.values(stores)) await store.openFor(EPOCH)
  redis = new Redis(engines.streams.url)
  const way = await throughProxy(engines.streams.url)
  proxy = way.proxy
  streams = new OrderStreams(way.url)
  while (!(await answers(streams))) await sleep(20)
  relay = relayTo(streams)
})
beforeEach(() => {
  phase = 'phase1'
})
afterAll(async () => {
  streams?.close()
  await proxy?.close()
  await redis?.quit()
  for (const store of Object.values(stores ?? {})) await store.close()
})

function answers(target: OrderStreams): Promise<boolean> {
  return target.ping().then(
    () => true,
    () => false,
  )
}

function relayTo(target: Pick<OrderStreams, 'publish'>, own = stores): MessageRelay {
  const outboxes = STORE_NAMES.flatMap((store): readonly MessageOutbox[] =>
    own[store].pool.messages.map(({ lane }) => ({ store, lane })),
  )
  return new MessageRelay({
    outboxes,
    board: { now: () => ({ ...NO_MIGRATION, epoch: EPOCH, phase, isFinal: false }) },
    streams: target,
    metrics: new MessageMetrics(new Metrics()),
    logger: createLogger('test', 'silent'),
  })
}

const poolOf = (url: string) =>
  new MysqlPool({ map: oneServer({ url }), poolSize: 2, statementLimitMs: 5_000 }, new Metrics())

async function entriesOf<T>(stream: string, field: string, read: (text: string) => T): Promise<readonly T[]> {
  const entries = await redis.xrange(stream, '-', '+')
  return entries.map(([, fields]) => read(fields[fields.indexOf(field) + 1] ?? ''))
}

const eventsOf = async (...ids: readonly OrderId[]) =>
  (await entriesOf(EVENT_STREAM, 'event', orderEventIn)).filter(
    (event): event is OrderEvent => event !== undefined && ids.includes(event.orderId),
  )
const versionsOf = async (orderId: OrderId) => (await eventsOf(orderId)).map(({ version }) => version)
const messagesOf = async (orderNo: number | null) =>
  (await entriesOf(LEGACY_STREAM, 'message', (text) => JSON.parse(text) as LegacyMessage)).filter(
    (message) => message.orderNo === orderNo,
  )
const waiting = async (store: StoreName) =>
  (await stores[store].rows<{ parked_reason: string | null }>('SELECT parked_reason FROM order_messages')).map(
    ({ parked_reason }) => parked_reason,
  )
const placed = async (store: StoreName): Promise<NewOrder> => {
  const born = bornOrder(users++)
  expect(await stores[store].store.place(born, GUARD, within())).toBe('stored')
  return born
}
const change = async (store: StoreName, before: WholeOrder, status: 'paid' | 'cancelled' | 'shipped') => {
  const after = movedTo(before, status)
  expect(await stores[store].store.change(before, after, GUARD, within())).toBe('stored')
  return after
}

it.each(STORE_NAMES)('tells of every change in the %s store once, in both formats', async (store) => {
  const born = await placed(store)
  const { orderId, userId } = born.order
  await change(store, await change(store, born, 'paid'), 'shipped')
  expect(await relay.round()).toBe(3)
  expect(await relay.round()).toBe(0)
  const events = await eventsOf(orderId)
  expect(events.map(({ version, status }) => [version, status])).toEqual([
    [1, 'placed'],
    [2, 'paid'],
    [3, 'shipped'],
  ])
  expect(events[0]).toMatchObject({ userId, amountCents: born.order.amountCents, atMs: born.order.updatedAtMs })
  // The old format has no word for what the monolith never told.
  expect(await messagesOf(legacyNumberOf(orderId))).toMatchObject([
    { event: 'ORDER_CREATED', userId, status: LEGACY_STATUS.open },
    { event: 'ORDER_PAID', userId, status: LEGACY_STATUS.paid },
  ])
  expect(await waiting(store)).toEqual([])
})

it('stores a message with its change or not at all', async () => {
  const born = await placed('legacy')
  const after = movedTo(born, 'paid')
  const stale = { ...born, order: { ...born.order, version: 7 } }
  expect(await stores.legacy.store.change(stale, after, GUARD, within())).toBe('overtaken')
  await stores.legacy.openFor(EPOCH + 1)
  expect(await stores.legacy.store.change(born, after, GUARD, within())).toBe('fenced')
  await stores.legacy.openFor(EPOCH)
  expect(await stores.legacy.store.change(born, after, { ...GUARD, tellsOld: false }, within())).toBe('stored')
  await relay.round()
  expect(await versionsOf(born.order.orderId)).toEqual([1])
})

it.each(STORE_NAMES)('calls an order that the monolith bore by its old number, from the %s store', async (store) => {
  const snapshot = oldOrder(snapshotWith(bornOrder(users++), null), 4_000 + users)
  await stores[store].openFor(null)
  await stores[store].store.absorb([snapshot], within())
  await stores[store].openFor(EPOCH)
  const [payment] = snapshot.payments
  await change(store, { order: snapshot.order, items: snapshot.items, payment: payment! }, 'paid')
  await relay.round()
  expect(await messagesOf(snapshot.legacyNo)).toMatchObject([{ event: 'ORDER_PAID' }])
})

it('tells what the store that was left still has to say before what the other one says', async () => {
  const born = await placed('legacy')
  const paid = movedTo(born, 'paid')
  await stores.sharded.openFor(null)
  await stores.sharded.store.absorb([snapshotWith(born, born.key)], within())
  await stores.sharded.openFor(EPOCH)
  expect(await stores.sharded.store.change(born, paid, GUARD, within())).toBe('stored')
  phase = 'phase2'
  await relay.round()
  expect(await versionsOf(born.order.orderId)).toEqual([1, 2])
})

it('keeps everything while Redis is away, and then tells it in order', async () => {
  const born = await placed('sharded')
  phase = 'phase2'
  proxy.mode = 'down'
  await expect(relay.round()).rejects.toThrow('did not take')
  await change('sharded', born, 'cancelled')
  await expect(relay.round()).rejects.toThrow('did not take')
  expect(await waiting('sharded')).toEqual([null, null])
  proxy.mode = 'normal'
  await expect.poll(() => relay.round().catch(() => 0), { timeout: 10_000 }).toBe(2)
  expect(await versionsOf(born.order.orderId)).toEqual([1, 2])
})

it('tells again what it may have told, after a crash between the streams and the store', async () => {
  const born = await placed('legacy')
  const dying = relayTo({
    publish: async (events) => {
      await streams.publish(events)
      throw new Error('killed')
    },
  })
  await expect(dying.round()).rejects.toThrow()
  await relay.round()
  expect(await versionsOf(born.order.orderId)).toEqual([1, 1])
})

it('tells once of each change when two tell at the same time', async () => {
  const orders = await Promise.all(Array.from({ length: 20 }, () => placed('legacy')))
  const pool = poolOf(stores.legacy.url)
  let second: Promise<unknown> = Promise.resolve()
  const first = relayTo(
    {
      publish: async (events) => {
        second = relay.round()
        // Which waits for us, or would be through long before.
        await Promise.race([second, sleep(300)])
        await streams.publish(events)
      },
    },
    { ...stores, legacy: { ...stores.legacy, pool } },
  )
  try {
    await first.round()
    await second
  } finally {
    await pool.close()
  }
  const ids = orders.map(({ order }) => order.orderId)
  expect((await eventsOf(...ids)).map(({ orderId }) => orderId).toSorted()).toEqual(ids.toSorted())
})

it('parks what can be told to nobody, with the reason, and tells the rest', async () => {
  const born = await placed('legacy')
  // Of the seeder's worker, and in no table of numbers.
  const unknown = String(BigInt(born.order.orderId) & ~(63n << 10n))
  const document = JSON.stringify({ user_id: 1, status: 0, amount_cents: 1 })
  const sql = 'INSERT INTO order_messages (order_id, version, document, at_ms) VALUES (?, 1, ?, 1)'
  await stores.legacy.rows(sql, [unknown, document])
  await stores.legacy.rows(sql, [born.order.orderId, JSON.stringify({ user_id: 1, status: 99, amount_cents: 1 })])
  const next = await placed('legacy')
  expect(await relay.round()).toBe(2)
  expect(await versionsOf(next.order.orderId)).toEqual([1])
  expect(await waiting('legacy')).toEqual(['the order has no number for the old format', 'there is no status 99'])
  expect(await relay.round()).toBe(0)
  await stores.legacy.rows('DELETE FROM order_messages')
})

it('is not held up by a store that does not decide and does not answer', async () => {
  const way = await throughProxy(stores.sharded.url)
  const pool = poolOf(way.url)
  const patient = relayTo(streams, { ...stores, sharded: { ...stores.sharded, pool } })
  way.proxy.mode = 'stalled'
  try {
    const born = await placed('legacy')
    expect(await patient.round()).toBe(1)
    const next = await placed('legacy')
    expect(await patient.round()).toBe(1)
    expect([await versionsOf(born.order.orderId), await versionsOf(next.order.orderId)]).toEqual([[1], [1]])
  } finally {
    way.proxy.mode = 'normal'
    await pool.close()
    await way.proxy.close()
  }
})
