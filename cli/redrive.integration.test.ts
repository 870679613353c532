// `npm run redrive` as it is typed, on real databases: of every kind of parked rows, those that wait for a person.

import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { GAPS_TABLE, MESSAGES_TABLE } from '../contracts/migration-tables.ts'
import { UNREADABLE_STREAM } from '../contracts/order-event.ts'
import type { OrderId } from '../contracts/order-id.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { NOT_BEGUN, STORE_NAMES, type StoreName } from '../contracts/switches.ts'
import { PARKED_TABLE } from '../contracts/tables.ts'
import { hasMessages } from '../sut/storage/message-table.ts'
import { bornOrder, openTestStore, type TestStore, within } from '../sut/storage/two-stores.setup.ts'
import { StoreLedger } from '../sut/switches/store-ledger.ts'
import { type EndedCommand, endedCommand } from './ended-command.fixture.ts'

const EPOCH = 5
const NOBODY_LISTENS = 'mysql://headroom:none@127.0.0.1:1/headroom_legacy'
const engines = inject('engines')

let stores: Readonly<Record<StoreName, TestStore>>
let events = 1

beforeAll(async () => {
  stores = {
    legacy: await openTestStore('legacy', engines),
    sharded: await openTestStore('sharded', engines, 'owner'),
  }
})
afterAll(async () => {
  for (const store of Object.values(stores ?? {})) await store.close()
})

function redrive(words: readonly string[] = [], legacyUrl = stores.legacy.url): Promise<EndedCommand> {
  const env = {
    HEADROOM_MYSQL_URL: stores.sharded.url,
    HEADROOM_LEGACY_MYSQL_URL: legacyUrl,
    HEADROOM_STREAMS_REDIS_URL: engines.streams.url,
  }
  return endedCommand('cli/redrive.ts', ['--json', ...words], { env })
}

/** null: given up, and left for a person. */
function parkEvent(store: StoreName, reason: string, nextTryAtMs: number | null): Promise<unknown> {
  const columns = 'shard, event_id, order_id, version, document, created_at_ms, reason, attempts, next_try_at_ms'
  const values = [0, events++, 64, 1, '{}', 1, reason, 12, nextTryAtMs]
  return stores[store].rows(`INSERT INTO ${PARKED_TABLE} (${columns}) VALUES (?)`, [values])
}

/** Of each event, when it is tried again. */
const nextTries = async (store: StoreName) =>
  (
    await stores[store].rows<{ next_try_at_ms: string | null }>(
      `SELECT next_try_at_ms FROM ${PARKED_TABLE} ORDER BY event_id`,
    )
  ).map(({ next_try_at_ms }) => next_try_at_ms)
const reasonsIn = async (store: StoreName, table: string) =>
  (await stores[store].rows<{ parked_reason: string | null }>(`SELECT parked_reason FROM ${table}`)).map(
    ({ parked_reason }) => parked_reason,
  )
const hasSomethingToTell = (store: StoreName) => {
  const [server] = stores[store].pool.messages
  return hasMessages({ store, lane: server!.lane }, within())
}

/** A change of the authority that the other store could not take, and of which nobody could be told. */
async function parkOrder(): Promise<OrderId> {
  const born = bornOrder(9_000)
  const { orderId } = born.order
  await stores.legacy.openFor(EPOCH)
  const guard = { epoch: EPOCH, markGap: true, tellsOld: true }
  expect(await stores.legacy.store.place(born, guard, within())).toBe('stored')
  await stores.legacy.store.park([{ orderId, version: 1, reason: 'it was spoilt' }], within())
  await stores.legacy.rows(`UPDATE ${MESSAGES_TABLE} SET parked_reason = 'it has no number'`)
  return orderId
}

describe('without a monolith', () => {
  it('shows what the search index did not take, and hands over what it had given up', async () => {
    await parkEvent('sharded', 'no such field', null)
    await parkEvent('sharded', 'busy', 9_000_000_000_000)
    const dry = await redrive(['--dry-run'])
    expect(dry.code).toBe(EXIT_CODES.pass)
    expect(dry.json.redriven).toEqual({ 'search-event': 0, message: 0, order: 0 })
    expect(dry.json.parked).toHaveLength(2)
    expect(dry.json.parked).toContainEqual({
      kind: 'search-event',
      store: 'sharded',
      reason: 'no such field',
      count: 1,
      state: 'for-a-person',
    })
    expect(await nextTries('sharded')).toEqual([null, '9000000000000'])
    const done = await redrive()
    expect(done.json).toMatchObject({ redriven: { 'search-event': 1 }, unreadableEvents: 0, silent: [] })
    expect(done.text).toContain('1 event for the search index, tried again in any case: busy')
    expect(done.text).toContain('1 event for the search index will be tried again by the indexer')
    expect(await nextTries('sharded')).toEqual(['0', '9000000000000'])
    await stores.sharded.rows(`DELETE FROM ${PARKED_TABLE}`)
    expect((await redrive()).text).toContain('nothing is parked')
  })
})

describe('beside a monolith', () => {
  beforeAll(async () => {
    for (const name of STORE_NAMES) {
      const ledger = new StoreLedger(name, stores[name].pool.leases)
      await ledger.prepareTables()
      await ledger.begin({ ...NOT_BEGUN, epoch: EPOCH, phase: 'phase1', isFinal: false, revision: 1 })
    }
  })

  it('has messages and orders told again, and events of the monolith’s database tried again', async () => {
    const orderId = await parkOrder()
    await parkEvent('legacy', 'no such field', null)
    // The sharded store follows now: nobody tells what it had marked when it decided.
    const leftBehind = 'INSERT INTO order_gaps (order_id, version, since_ms, parked_reason) VALUES (?, 1, 1, ?)'
    await stores.sharded.rows(leftBehind, [orderId, 'it has no payment'])
    expect([await hasSomethingToTell('legacy'), await stores.legacy.store.gaps(10, within())]).toEqual([false, []])

    const { code, json } = await redrive()
    expect(code).toBe(EXIT_CODES.pass)
    const shown = json.parked.map(({ kind, store, state }: Record<string, string>) => `${kind} ${store} ${state}`)
    expect(shown.toSorted()).toEqual([
      'message legacy for-a-person',
      'order legacy for-a-person',
      'order sharded left-behind',
      'search-event legacy for-a-person',
    ])
    expect(json.redriven).toEqual({ 'search-event': 1, message: 1, order: 1 })
    expect(await hasSomethingToTell('legacy')).toBe(true)
    expect(await stores.legacy.store.gaps(10, within())).toMatchObject([{ orderId, version: 1 }])
    expect(await nextTries('legacy')).toEqual(['0'])
    expect(await reasonsIn('sharded', GAPS_TABLE)).toEqual(['it has no payment'])
  })

  it('counts what readers of the event stream put aside, and says that another try would not help', async () => {
    const redis = new Redis(engines.streams.url)
    try {
      const id = await redis.xadd(UNREADABLE_STREAM, '*', 'group', 'order-cache', 'id', '1-1', 'event', '{')
      const { json, text } = await redrive(['--dry-run'])
      expect(json.unreadableEvents).toBe(await redis.xlen(UNREADABLE_STREAM))
      expect(text).toContain('another try would not help')
      await redis.xdel(UNREADABLE_STREAM, id!)
    } finally {
      await redis.quit()
    }
  })

  it('does the rest while the monolith’s database is away, and says so', async () => {
    await parkEvent('sharded', 'no such field', null)
    const { code, json, text } = await redrive([], NOBODY_LISTENS)
    expect(code).toBe(EXIT_CODES.pass)
    expect(json).toMatchObject({ redriven: { 'search-event': 1 }, silent: ['legacy'] })
    expect(text).toContain("the monolith's database does not answer")
    expect(await nextTries('sharded')).toEqual(['0'])
  })
})
