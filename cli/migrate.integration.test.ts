// `npm run migrate` and `npm run compare-stores` as they are typed, on two real databases, beside writers and a mirror.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { composeOrderId, type OrderId, shardOfOrder } from '../contracts/order-id.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { ALL_SHARDS, shardOf, tableName } from '../contracts/shard.ts'
import { closeGaps } from '../sut/domain/order/close-gaps.ts'
import { INSERT_ROWS, rowsOf } from '../sut/storage/legacy-store/legacy-rows.ts'
import type { NewOrder, OrderSnapshot } from '../sut/storage/order-store.ts'
import {
  bornOrder,
  movedTo,
  oldOrder,
  openTestStore,
  snapshotWith,
  type TestStore,
  within,
} from '../sut/storage/two-stores.setup.ts'
import { type EndedCommand, endedCommand } from './ended-command.fixture.ts'

/** A million: by then pages, memory and checkpoints have met what they will meet. */
const IS_PROOF = process.env.HEADROOM_MIGRATION_PROOF === '1'
/** Several pages of an import. */
const OLD_ORDERS = IS_PROOF ? 1_000_000 : 18_000
const KILLED_AT = [0.08, 0.38, 0.69].map((share) => Math.round(share * OLD_ORDERS))
const LOOK_EVERY_MS = IS_PROOF ? 2_000 : 20
const STEP_LIMIT_MS = IS_PROOF ? 3_600_000 : 240_000
/** Kept in memory: those that are changed, spoilt and parked. */
const KEPT_ORDERS = 10_000
const POISON = 3
const ROWS_AT_ONCE = 2_000

let legacy: TestStore
let sharded: TestStore
let old: readonly OrderSnapshot[]
let epoch = 0
const children = new Set<ChildProcess>()

const addresses = () => ({ HEADROOM_MYSQL_URL: sharded.url, HEADROOM_LEGACY_MYSQL_URL: legacy.url })

function run(command: string, ...words: readonly string[]): Promise<EndedCommand> {
  return endedCommand(`cli/${command}.ts`, words, { env: addresses() })
}

/** Killed as a power cut does, once so many orders are there. */
async function importUntil(orders: number): Promise<void> {
  const child = spawn(process.execPath, ['cli/migrate.ts'], {
    env: { ...process.env, ...addresses() },
    stdio: 'ignore',
  })
  children.add(child)
  const ended = once(child, 'exit')
  while (child.exitCode === null && (await importedSoFar()) < orders) await sleep(LOOK_EVERY_MS)
  child.kill('SIGKILL')
  const [code, signal] = await ended
  children.delete(child)
  // One that had come to its end proves nothing about kills.
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
}

async function importedSoFar(): Promise<number> {
  const counts = ALL_SHARDS.map((shard) => `(SELECT COUNT(*) FROM ${tableName('orders', shard)})`).join(' + ')
  const [row] = await sharded.rows<{ counted: string }>(`SELECT ${counts} AS counted`)
  return Number(row?.counted)
}

/** As `npm run switch -- begin` leaves the monolith's table. */
async function fillMonolith(): Promise<readonly OrderSnapshot[]> {
  const kept: OrderSnapshot[] = []
  for (let from = 0; from < OLD_ORDERS; from += ROWS_AT_ONCE) {
    const some = Array.from({ length: ROWS_AT_ONCE }, (_, at) => {
      const nth = from + at
      return oldOrder(snapshotWith(bornOrder(1 + nth), null), 1 + 2 * nth)
    })
    if (kept.length < KEPT_ORDERS) kept.push(...some)
    const rows = some.flatMap(({ order, payments, legacyNo }) => rowsOf(order, payments, legacyNo))
    const items = some.flatMap(({ items, legacyNo }) =>
      items.map((item) => [legacyNo, item.lineNo, item.productId, item.quantity, item.unitPriceCents / 100]),
    )
    await legacy.rows(INSERT_ROWS, [rows])
    await legacy.rows('INSERT INTO t_order_item (order_id, line_no, product_id, quantity, unit_price) VALUES ?', [
      items,
    ])
  }
  return kept
}

/** Placed now, by a service. */
let births = 0
function bornNow(userId: number): NewOrder {
  const born = bornOrder(userId, `now-${births}`)
  const timestampMs = Date.now() + births++
  const orderId = composeOrderId({ timestampMs, shard: shardOf(userId), worker: 41, sequence: 0 })
  const times = { orderId, createdAtMs: timestampMs, updatedAtMs: timestampMs }
  return { ...born, order: { ...born.order, ...times }, payment: { ...born.payment, ...times } }
}

async function mirrorAll(): Promise<void> {
  for (;;) {
    const gaps = await legacy.store.gaps(64, within())
    if (gaps.length === 0) return
    await closeGaps({ from: legacy.store, to: sharded.store }, gaps, within())
  }
}

beforeAll(async () => {
  const engines = inject('engines')
  legacy = await openTestStore('legacy', engines)
  sharded = await openTestStore('sharded', engines, 'owner')
  old = await fillMonolith()
}, STEP_LIMIT_MS)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await legacy?.close()
  await sharded?.close()
})

describe('before phase 1', { timeout: STEP_LIMIT_MS }, () => {
  it('nothing is imported or compared without a migration', async () => {
    for (const command of ['migrate', 'compare-stores']) {
      const { code, json } = await run(command, ...(command === 'migrate' ? [] : ['--full']), '--json')
      expect(code).toBe(EXIT_CODES.usage)
      expect(json.refusal.what).toBe('there is no migration')
    }
  })

  it('an import is refused, as nothing that changes is marked; a try writes nothing', async () => {
    expect((await run('switch', 'begin', '--why', 'a test')).code).toBe(0)
    expect((await run('migrate', '--json')).json.refusal).toMatchObject({ what: 'nothing is imported in legacy' })
    const { code, json } = await run('migrate', '--dry-run', '--json')
    expect(code).toBe(EXIT_CODES.pass)
    expect(json).toMatchObject({ imported: OLD_ORDERS, skippedNewer: 0, parked: 0, verified: null })
    expect(await importedSoFar()).toBe(0)
  })

  it('a comparison has to be told what to compare', async () => {
    const { code, json } = await run('compare-stores', '--json')
    expect(code).toBe(EXIT_CODES.usage)
    expect(json.refusal.why).toEqual(['it was not said what to compare'])
  })
})

describe('in phase 1', { timeout: STEP_LIMIT_MS }, () => {
  beforeAll(async () => {
    expect((await run('switch', 'forward', '--why', 'a test')).code).toBe(0)
    await run('switch', 'set', '--monolith', 'business-layer', '--why', 'a test')
    epoch = (await run('switch', 'status', '--json')).json.epoch
    // As the old code can: closed, its payment captured.
    for (const { order } of old.slice(5_000, 5_000 + POISON)) {
      await legacy.rows('UPDATE t_order SET status = IF(payment_no = 0, 9, 1) WHERE order_id = ?', [order.orderId])
    }
  })

  it('an import that is killed three times beside writers takes over every order, and no older state', async () => {
    const guard = { epoch, markGap: true, tellsOld: false }
    let isOver = false
    let written = 0
    const write = async () => {
      while (!isOver) {
        const born = bornNow(1_000_000 + written)
        expect(await legacy.store.place(born, guard, within())).toBe('stored')
        const changed = old[(written * 97) % 5_000]!
        const before = { order: changed.order, items: changed.items, payment: changed.payments[0]! }
        // The second time round it was paid already.
        await legacy.store.change(before, movedTo(before, 'paid'), guard, within())
        written++
        await mirrorAll()
      }
    }
    const writing = write()
    for (const orders of KILLED_AT) await importUntil(orders)
    const { code, json } = await run('migrate', '--json')
    isOver = true
    await writing
    expect({ code, verified: json.verified, parked: json.parkedOrders.length }).toEqual({
      code: EXIT_CODES.pass,
      verified: true,
      parked: POISON,
    })
    expect(json.imported + json.skippedNewer + json.parked).toBeGreaterThanOrEqual(OLD_ORDERS)
    expect(json.parkedOrders[0].reason).toBe('it is cancelled, its payment captured')
    await mirrorAll()
    const compared = await run('compare-stores', '--full', '--json')
    expect(compared).toMatchObject({
      code: EXIT_CODES.pass,
      json: { differences: [], differing: 0, missing: 0, extra: 0, lag: 0, parked: POISON, complete: true },
    })
    expect(compared.json.compared).toBe(OLD_ORDERS + written)
    expect(compared.json.control).toMatchObject({ legacy: { differences: 0 }, sharded: { differences: 0 } })
  })

  it('another import is refused while one is under way', async () => {
    const holder = await sharded.connect()
    try {
      await holder.query("SELECT GET_LOCK(CONCAT('headroom-import/', LEFT(DATABASE(), 40)), 0)")
      const { code, json } = await run('migrate', '--json')
      expect({ code, what: json.refusal.what }).toEqual({
        code: EXIT_CODES.usage,
        what: 'another import is under way',
      })
    } finally {
      await holder.end()
    }
  })

  it('an order without an id is left out of no verified import and no full comparison', async () => {
    // As `begin` leaves the column where the table was in use.
    await legacy.rows('ALTER TABLE t_order MODIFY order_id BIGINT NULL')
    await legacy.rows(`INSERT INTO t_order (kind, user_id, status, channel, region, item_count, amount, create_time, update_time)
      VALUES (1, 7, 0, 0, 1, 1, 1.00, '2026-01-01', '2026-01-01')`)
    try {
      const { code, json } = await run('migrate', '--json')
      expect({ code, verified: json.verified, rowsWithoutId: json.rowsWithoutId }).toEqual({
        code: EXIT_CODES.verificationFailed,
        verified: false,
        rowsWithoutId: 1,
      })
      expect((await run('compare-stores', '--full', '--json')).json.refusal).toMatchObject({
        what: 'nothing was compared',
        why: [expect.stringContaining('1 rows of t_order have no order id')],
      })
    } finally {
      await legacy.rows('DELETE FROM t_order WHERE order_id IS NULL')
      await legacy.rows('ALTER TABLE t_order MODIFY order_id BIGINT NOT NULL')
    }
  })

  it('a second import finds everything there', async () => {
    const { code, json } = await run('migrate', '--json')
    expect({ code, imported: json.imported, verified: json.verified }).toEqual({ code: 0, imported: 0, verified: true })
  })

  it('a full comparison without a difference opens the way into phase 2, once what is parked is corrected', async () => {
    const refused = (await run('switch', 'forward', '--dry-run', '--json')).json.refused
    expect(refused.kind).toBe('parked')
    for (const { order } of old.slice(5_000, 5_000 + POISON)) {
      await legacy.rows('UPDATE t_order SET status = 9 WHERE order_id = ?', [order.orderId])
    }
    const { json } = await run('migrate', '--json')
    expect(json).toMatchObject({ imported: POISON, parked: 0, parkedOrders: [], verified: true })
    expect((await run('compare-stores', '--full', '--json')).json).toMatchObject({ differing: 0, parked: 0 })
    expect((await run('switch', 'forward', '--dry-run', '--json')).json).toMatchObject({ to: 'phase2', refused: null })
  })

  it('30 planted differences are all found, named without a value, and repaired', async () => {
    const planted = await plantThirty()
    expect(planted.size).toBe(30)
    const { code, json } = await run('compare-stores', '--full', '--json')
    expect(code).toBe(EXIT_CODES.verificationFailed)
    const found = new Map<string, string[]>()
    for (const { orderId, field } of json.differences) found.set(orderId, [...(found.get(orderId) ?? []), field])
    expect([...found.keys()].toSorted()).toEqual([...planted.keys()].toSorted())
    for (const [orderId, field] of planted) expect(found.get(orderId)).toContain(field)
    expect(json).toMatchObject({ differing: 30, missing: 3, extra: 2, lag: 0 })
    expect(Object.keys(json.differences[0]).toSorted()).toEqual(['field', 'kind', 'orderId'])
    expect((await run('switch', 'forward', '--dry-run', '--json')).json.refused.kind).toBe('different')

    const repaired = await run('compare-stores', '--full', '--repair', '--json')
    expect(repaired).toMatchObject({
      code: EXIT_CODES.verificationFailed,
      json: { repaired: 28, differing: 2, extra: 2, missing: 0 },
    })
    // Counts and amounts alone tell of orders that nobody placed.
    const verified = await run('migrate', '--json')
    expect(verified).toMatchObject({ code: EXIT_CODES.verificationFailed, json: { verified: false } })
    const extra = repaired.json.differences.map(({ orderId }: { orderId: OrderId }) => shardOfOrder(orderId))
    expect(verified.json.shardsThatDiffer.map(({ shard }: { shard: number }) => shard).toSorted()).toEqual(
      extra.toSorted(),
    )
    for (const { orderId } of repaired.json.differences) {
      for (const family of ['orders', 'order_items', 'payments', 'idempotency_keys'] as const) {
        await sharded.rows(`DELETE FROM ${tableName(family, shardOfOrder(orderId))} WHERE order_id = ?`, [orderId])
      }
    }
    expect((await run('compare-stores', '--full', '--json')).json).toMatchObject({ differing: 0, lag: 0 })
  })

  it('new orders are compared as they come', async () => {
    const guard = { epoch, markGap: true, tellsOld: false }
    const orders = Array.from({ length: 20 }, (_, at) => bornNow(95_000 + at))
    for (const order of orders) await legacy.store.place(order, guard, within())
    await mirrorAll()
    const spoilt = orders[3]!.order
    await sharded.rows(`UPDATE ${tableName('orders', shardOf(spoilt.userId))} SET region = 9 WHERE order_id = ?`, [
      spoilt.orderId,
    ])
    // On a busy machine an order may take longer than it may: it is passed over then, and seen by the next run.
    let ended: EndedCommand
    do ended = await run('compare-stores', '--live', '1000', '--duration', '3s', '--json')
    while (ended.json.differing === 0 && ended.json.skipped > 0)
    expect(ended.code).toBe(EXIT_CODES.verificationFailed)
    expect(ended.json.differences).toEqual([{ orderId: spoilt.orderId, field: 'order.region', kind: 'value' }])
    expect(ended.json.compared + ended.json.skipped).toBeGreaterThanOrEqual(20)
  })
})

/** Order → the field that is to be found. In the store that follows, past all code: what a bug or a hand would leave. */
async function plantThirty(): Promise<ReadonlyMap<OrderId, string>> {
  const planted = new Map<OrderId, string>()
  const inShard = (family: 'orders' | 'order_items' | 'payments' | 'idempotency_keys', { order }: OrderSnapshot) =>
    tableName(family, shardOf(order.userId))
  let next = 6_000
  /** Whose time does not end at a full second. */
  const taken = (): OrderSnapshot => {
    while (old[next]!.order.updatedAtMs % 1_000 === 0) next++
    return old[next++]!
  }
  const change = async (family: 'orders' | 'order_items' | 'payments', set: string, field: string) => {
    const snapshot = taken()
    await sharded.rows(`UPDATE ${inShard(family, snapshot)} SET ${set} WHERE order_id = ? LIMIT 1`, [
      snapshot.order.orderId,
    ])
    planted.set(snapshot.order.orderId, field)
  }
  const rounded = (column: string) => `${column} = ${column} DIV 1000 * 1000`
  const elsewhere = (column: string) => `${column} = ${column} + 28800000`
  // Rounded milliseconds, and another time zone.
  for (const column of ['created_at_ms', 'updated_at_ms']) {
    const field = column === 'created_at_ms' ? 'createdAtMs' : 'updatedAtMs'
    await change('orders', rounded(column), `order.${field}`)
    await change('payments', rounded(column), `payments[0].${field}`)
    await change('orders', elsewhere(column), `order.${field}`)
    await change('payments', elsewhere(column), `payments[0].${field}`)
  }
  for (const column of ['create_time', 'update_time']) {
    for (const paymentNo of [0, 1]) {
      const { orderId } = taken().order
      await legacy.rows(
        `UPDATE t_order SET ${column} = ${column} + INTERVAL 8 HOUR WHERE order_id = ? AND payment_no = ?`,
        [orderId, paymentNo],
      )
      const field = column === 'create_time' ? 'createdAtMs' : 'updatedAtMs'
      planted.set(orderId, `${paymentNo === 0 ? 'order' : 'payments[0]'}.${field}`)
    }
  }
  // Values, as the old code changes them: no version moves.
  await change('orders', 'amount_cents = amount_cents + 1', 'order.amountCents')
  await change('orders', 'region = 0', 'order.region')
  await change('orders', 'version = version - 1', 'order.version')
  await change('order_items', 'quantity = 0', 'items[0].quantity')
  await change('order_items', 'unit_price_cents = -unit_price_cents', 'items[0].unitPriceCents')
  await change('payments', 'method = 0', 'payments[0].method')
  const paid = taken().order
  await legacy.rows('UPDATE t_order SET status = 1 WHERE order_id = ?', [paid.orderId])
  planted.set(paid.orderId, 'order.status')
  const short = taken()
  await sharded.rows(`DELETE FROM ${inShard('order_items', short)} WHERE order_id = ? AND line_no = 2`, [
    short.order.orderId,
  ])
  planted.set(short.order.orderId, 'items.length')
  // Keys: none where there is one, a blank at the end, and other characters.
  const keyed = [bornNow(96_001), bornNow(96_002), bornNow(96_003)]
  for (const order of keyed) await legacy.store.place(order, { epoch, markGap: true, tellsOld: false }, within())
  await mirrorAll()
  const requests = [null, `${'a'.repeat(15)} `, '😀😀😀😀']
  for (const [at, { order, key }] of keyed.entries()) {
    const table = tableName('idempotency_keys', shardOf(order.userId))
    const request = requests[at] ?? null
    await (request === null
      ? sharded.rows(`DELETE FROM ${table} WHERE order_id = ?`, [order.orderId])
      : sharded.rows(`UPDATE ${table} SET request_hash = ? WHERE order_id = ?`, [Buffer.from(request), order.orderId]))
    expect(key.requestHash).toHaveLength(16)
    planted.set(order.orderId, request === null ? 'key' : 'key.requestHash')
  }
  // Missing and extra ones: whole, and an order without its rows.
  for (const families of [
    ['orders', 'order_items', 'payments'],
    ['orders', 'order_items', 'payments'],
    ['orders', 'payments'],
  ] as const) {
    const gone = taken()
    for (const family of families) {
      await sharded.rows(`DELETE FROM ${inShard(family, gone)} WHERE order_id = ?`, [gone.order.orderId])
    }
    planted.set(gone.order.orderId, 'order')
  }
  const orphan = taken()
  await sharded.rows(`DELETE FROM ${inShard('orders', orphan)} WHERE order_id = ?`, [orphan.order.orderId])
  planted.set(orphan.order.orderId, 'rows')
  for (const userId of [97_001, 97_002]) {
    const extra = bornOrder(userId)
    await sharded.store.absorb([snapshotWith(extra, extra.key)], within())
    planted.set(extra.order.orderId, 'order')
  }
  // A version that the old code left behind: newer in the monolith's table, and marked nowhere.
  const behind = taken().order
  await legacy.rows('UPDATE t_order SET status = 1, version = version + 1 WHERE order_id = ?', [behind.orderId])
  planted.set(behind.orderId, 'order.version')
  return planted
}
