import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { shardOfOrder } from '../../contracts/order-id.ts'
import { NO_MIGRATION, type Switches } from '../../contracts/switches.ts'
import type { OrderSnapshot, OrderStore } from '../storage/order-store.ts'
import { bornOrder, movedTo, snapshotWith, within } from '../storage/two-stores.setup.ts'
import { createLogger } from '../telemetry/logger.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { ComparedReadMetrics, outcomeFor } from './compared-read-metrics.ts'
import { ComparedReads } from './compared-reads.ts'
import { RememberedStore } from './remembered-store.fixture.ts'

const BORN = bornOrder(7)
const { orderId } = BORN.order
const FIRST = snapshotWith(BORN, BORN.key)
const OTHER_AMOUNT = { ...FIRST, order: { ...FIRST.order, amountCents: 1 } }
const PHASE1: Switches = { ...NO_MIGRATION, epoch: 5, phase: 'phase1', mirror: 'batched', comparePerMille: 1_000 }
/** On a busy machine a limit says nothing. */
const LONG_MS = 60_000

let legacy: RememberedStore
let sharded: RememberedStore
let metrics: Metrics
let now: Switches
let reads: ComparedReads
let drawn: number

beforeEach(() => {
  legacy = new RememberedStore()
  sharded = new RememberedStore()
  now = PHASE1
  drawn = 0
  start(LONG_MS)
})
afterEach(() => reads.stop())

function start(limitMs: number): void {
  metrics = new Metrics()
  reads = new ComparedReads({
    stores: { legacy: legacy.store, sharded: sharded.store },
    board: { now: () => now },
    metrics: new ComparedReadMetrics(metrics),
    logger: createLogger('test', 'silent'),
    random: () => drawn,
    limitMs,
  })
}

/** As the store answers that requests ask, on other connections. */
const readable = (...found: readonly OrderSnapshot[]) => {
  const wholes = found.map(({ order, items, payments }) => ({ order, items, payment: payments[0]! }))
  const known: Partial<OrderStore> = {
    find: async (key) => wholes.find(({ order }) => order.orderId === key.orderId) ?? null,
    list: async () => wholes.map(({ order }) => order),
    byIds: async () => wholes.map(({ order }) => order),
    numberedPage: async () => ({ total: found.length, orders: wholes.map((whole) => ({ ...whole, legacyNo: 1 })) }),
  }
  return known as OrderStore
}

const find = (of: OrderSnapshot = FIRST, under = now) =>
  reads.readerOf(readable(of), under).find({ orderId: of.order.orderId, userId: of.order.userId }, within())

const LINE = /^headroom_compared_reads_total\{service="(\w+)",shard="(\d+)",outcome="(\w+)"\} (\d+)$/gm

async function counted(): Promise<Readonly<Record<string, number>>> {
  const lines = [...(await metrics.registry.metrics()).matchAll(LINE)]
  return Object.fromEntries(
    lines.map(([, service, shard, outcome, orders]) => [`${service} ${shard} ${outcome}`, Number(orders)]),
  )
}
const eventually = (expected: Readonly<Record<string, number>>) =>
  expect.poll(counted, { timeout: 60_000, interval: 5 }).toEqual(expected)

describe('a read', () => {
  it('of an order that both stores have alike is counted as that, for its shard', async () => {
    legacy.put(FIRST)
    sharded.put(FIRST)
    await find()
    await eventually({ 'order 7 alike': 1, 'payment 7 alike': 1 })
    expect(shardOfOrder(orderId)).toBe(7)
  })

  it('that is a list, a page or a search has each of its orders compared', async () => {
    const second = snapshotWith(bornOrder(8), null)
    legacy.put(FIRST, second)
    sharded.put(FIRST, second)
    const reader = reads.readerOf(readable(FIRST, second), now)
    await reader.list({ userId: 7, limit: 10 }, within())
    await reader.byIds([orderId], within())
    await reader.numberedPage({ userId: 7, limit: 10, offset: 0 }, within())
    await eventually({
      'order 7 alike': 3,
      'order 8 alike': 3,
      'payment 7 alike': 3,
      'payment 8 alike': 3,
    })
  })

  it('is a difference of the service whose field it is', async () => {
    legacy.put(FIRST)
    sharded.put(OTHER_AMOUNT)
    await find()
    await eventually({ 'order 7 different': 1, 'payment 7 alike': 1 })
  })

  it('of an order that the other store does not have is told apart from a field', async () => {
    legacy.put(FIRST)
    await find()
    await eventually({ 'order 7 missing': 1, 'payment 7 missing': 1 })
  })

  it('of an order that is still to be told is lag, and no difference', async () => {
    const paid = snapshotWith(movedTo(BORN, 'paid'), BORN.key)
    legacy.put(paid)
    legacy.marks.set(orderId, { orderId, version: 2, parkedReason: null })
    sharded.put(FIRST)
    await find(paid)
    await eventually({ 'order 7 lag': 1, 'payment 7 lag': 1 })
  })

  it('asks in phase 2 the sharded store what is right', async () => {
    now = { ...PHASE1, phase: 'phase2' }
    sharded.put(FIRST)
    await find()
    await eventually({ 'order 7 missing': 1, 'payment 7 missing': 1 })
  })
})

describe('a request', () => {
  it('has its answer before anything is asked of either store', async () => {
    legacy.put(FIRST)
    let looks = 0
    legacy.beforeLook = () => {
      looks++
    }
    expect(await find()).toMatchObject({ order: FIRST.order })
    expect(looks).toBe(0)
    await expect.poll(() => looks, { timeout: 60_000 }).toBeGreaterThan(0)
  })

  it('is given the very store where its read is not drawn, nobody is to compare, or no store follows', () => {
    const store = readable()
    const share = { ...PHASE1, comparePerMille: 5 }
    drawn = 0.004_9
    expect(reads.readerOf(store, share)).not.toBe(store)
    drawn = 0.005
    expect(reads.readerOf(store, share)).toBe(store)
    drawn = 0
    expect(reads.readerOf(store, { ...PHASE1, comparePerMille: 0 })).toBe(store)
    for (const phase of ['legacy', 'done'] as const) expect(reads.readerOf(store, { ...PHASE1, phase })).toBe(store)
  })

  it('is not held up or failed by a comparison that cannot be made', async () => {
    legacy.beforeLook = () => {
      throw new Error('black hole')
    }
    expect(await find()).toMatchObject({ order: FIRST.order })
    await eventually({ 'order 7 skipped': 1, 'payment 7 skipped': 1 })
  })
})

describe('passed over is', () => {
  it('what came while a flip moved the authority: nothing is said of it', async () => {
    legacy.put(FIRST)
    sharded.put(OTHER_AMOUNT)
    const under = now
    legacy.afterLook = () => {
      now = { ...now, epoch: 6, phase: 'phase2' }
    }
    await find(FIRST, under)
    await eventually({ 'order 7 skipped': 1, 'payment 7 skipped': 1 })
  })

  it('what takes longer than it may', async () => {
    start(1)
    legacy.put(FIRST)
    sharded.put(OTHER_AMOUNT)
    await find()
    await eventually({ 'order 7 skipped': 1, 'payment 7 skipped': 1 })
  })

  it('what comes when as many wait as may', async () => {
    legacy.put(FIRST)
    sharded.put(FIRST)
    for (let nth = 0; nth < 70; nth++) await find()
    expect(await counted()).toEqual({ 'order 7 skipped': 6, 'payment 7 skipped': 6 })
    await eventually({ 'order 7 alike': 64, 'order 7 skipped': 6, 'payment 7 alike': 64, 'payment 7 skipped': 6 })
  })

  it('everything once the process stops', async () => {
    legacy.put(FIRST)
    await reads.stop()
    await find()
    await turn()
    expect(await counted()).toEqual({})
  })
})

it('a difference belongs to payments, to the order, or to both', () => {
  const different = (...fields: readonly string[]) => ({
    kind: 'different' as const,
    findings: fields.map((field) => ({ orderId, field, kind: 'value' as const })),
  })
  const outcomes = (...fields: readonly string[]) =>
    (['order', 'payment'] as const).map((service) => outcomeFor(service, different(...fields)))
  expect(outcomes('order.status')).toEqual(['different', 'alike'])
  expect(outcomes('payments[0].status')).toEqual(['alike', 'different'])
  expect(outcomes('order.status', 'payments[0].status')).toEqual(['different', 'different'])
})
