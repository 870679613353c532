// A planted fault of every kind, and verification finds it: this one, and with its sample. See planted-faults.fixture.ts.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeOrderId, MAX_TIMESTAMP_MS, type OrderId, parseOrderId } from '../../contracts/order-id.ts'
import { ORDER_INDEX, ORDER_INDEX_SETTINGS, sliceOfOrder } from '../../contracts/search-index.ts'
import { seededOrder } from '../../contracts/seeded-order.ts'
import { asShard } from '../../contracts/shard.ts'
import { countItems } from '../rows/count-items.ts'
import { type ScratchStores, scratchStores, seedDeps, seedOptions } from '../scratch-stores.fixture.ts'
import { seed } from '../seed.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { readStoredDataset } from '../store/dataset-store.ts'
import { rows } from '../store/mysql-connection.ts'
import { dropSlices, searchClient } from '../store/search-index.ts'
import { EXTRA_BYTES, PLANTS } from './planted-faults.fixture.ts'
import { MAX_HITS } from './search-window.ts'
import { type VerifyReport, verify } from './verify.ts'

let scratch: ScratchStores
let search: ReturnType<typeof searchClient>
/** Row 100 of shard 5. */
let id: string

beforeAll(async () => {
  scratch = await scratchStores('verify')
  search = searchClient(scratch.stores.elasticsearchUrl ?? '')
  // Wide, so that what makes rows wide is verified too.
  const plan = { ...SMALL_PLAN, orders: { ...SMALL_PLAN.orders, extraBytesPerRow: EXTRA_BYTES } }
  const { dataset } = await seed(seedOptions({}, smallVolume(300, plan)), seedDeps(scratch.stores))
  id = seededOrder(dataset, asShard(5), 100).orderId
})
afterAll(async () => {
  await search.close()
  await scratch.remove()
})

async function report(shards: readonly number[] = [5, 6]): Promise<VerifyReport> {
  const { stores, startProgress, say } = seedDeps(scratch.stores)
  const journalFile = join(tmpdir(), `headroom-verify-${process.pid}.ndjson`)
  const signal = new AbortController().signal
  return verify(
    { plan: SMALL_PLAN, planHash: 'small', shards },
    { stores, cores: 2, journalFile, signal, say, startProgress },
  )
}

const documentOf = (order_id: string, created_at_ms: number) => ({
  order_id,
  user_id: 69,
  status: 0,
  channel: 0,
  region: 0,
  amount_cents: 1,
  created_at_ms,
})

async function index(documents: readonly { readonly id: string; readonly document: object }[]): Promise<void> {
  const operations = documents.flatMap(({ id, document }) => [
    { index: { _index: sliceOfOrder(id as OrderId), _id: id } },
    document,
  ])
  const { errors } = await search.bulk({ refresh: true, operations })
  expect(errors).toBe(false)
}

async function removeFromIndex(ids: readonly string[]): Promise<void> {
  const operations = ids.map((id) => ({ delete: { _index: sliceOfOrder(id as OrderId), _id: id } }))
  await search.bulk({ refresh: true, operations })
}

describe('verify', () => {
  it('finds nothing wrong with what the seeder wrote', async () => {
    const { ok, findings, searchCompared, liveOrders, tables } = await report([...Array(64).keys()])
    expect(findings).toEqual([])
    expect({ ok, searchCompared, liveOrders }).toEqual({ ok: true, searchCompared: true, liveOrders: 0 })
    expect(tables).toHaveLength(256)
  })

  it('counts the rows of the shards it looked at', async () => {
    const { dataset, seededRows, shards } = await report([5])
    const orders = dataset.shards[5]?.orders ?? 0
    expect(shards).toEqual([5])
    expect(seededRows).toBe(2 * orders + countItems(SMALL_PLAN, dataset.seed, 5, 0, orders))
  })

  it('says that there are too few users to judge them', async () => {
    expect((await report()).skew?.userCv).toEqual({ notJudged: 'no table has 500 users or more' })
  })

  it('finds nothing wrong with a seeded order that a running service has cancelled', async () => {
    const set = (timeMs: string) =>
      ['orders_05', 'payments_05'].map(
        (table) => `UPDATE ${table} SET updated_at_ms = ${timeMs} WHERE status = ${table === 'orders_05' ? 4 : 2}`,
      )
    const kept = await rows<{ id: string; timeMs: string }>(
      scratch.connection,
      'SELECT order_id AS id, updated_at_ms AS timeMs FROM orders_05 WHERE status = 4',
    )
    for (const statement of set(`${Date.now()}`)) await scratch.connection.query(statement)
    const { findings } = await report()
    for (const { id, timeMs } of kept) {
      for (const statement of set(timeMs)) await scratch.connection.query(`${statement} AND order_id = ${id}`)
    }
    expect(kept.length).toBeGreaterThan(0)
    expect(findings).toEqual([])
  })

  it.each(Object.entries(PLANTS))('finds %s', async (_, { check, what, sql, undo, sample }) => {
    for (const statement of sql(id)) await scratch.connection.query(statement)
    const { ok, findings } = await report()
    for (const statement of undo(id)) await scratch.connection.query(statement)
    expect(ok).toBe(false)
    const found = findings.find((finding) => finding.check === check && what.test(finding.what))
    expect(found, JSON.stringify(findings)).toBeDefined()
    if (sample) expect(found?.samples.join()).toContain(sample(id))
  })

  it('finds nothing but the lost table where no shard is whole', async () => {
    await scratch.connection.query('RENAME TABLE orders_05 TO kept')
    const { findings, skew, tables, searchCompared } = await report([5])
    await scratch.connection.query('RENAME TABLE kept TO orders_05')
    expect(findings).toEqual([expect.objectContaining({ check: 'schema', samples: ['orders_05'] })])
    expect({ skew, tables, searchCompared }).toEqual({ skew: null, tables: [], searchCompared: false })
  })

  it('finds an index without the settings of the running system', async () => {
    const { refresh_interval, number_of_replicas } = ORDER_INDEX_SETTINGS
    const set = (index: { refresh_interval: string; number_of_replicas: number }) =>
      search.indices.putSettings({ index: ORDER_INDEX, settings: { index } })
    await set({ refresh_interval: '-1', number_of_replicas: number_of_replicas + 1 })
    const { findings } = await report()
    await set({ refresh_interval, number_of_replicas })
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'schema',
        where: ORDER_INDEX,
        samples: ['refresh_interval -1 instead of 1s', 'number_of_replicas 1 instead of 0'],
      }),
    ])
  })

  it('finds what running services did not index, though it is more than one search answer holds', async () => {
    const { endMs } = (await readStoredDataset(scratch.connection))?.dataset ?? { endMs: 0 }
    const live = Array.from({ length: MAX_HITS + 50 }, (_, at) => {
      const timestampMs = endMs + 86_400_000 + at
      const orderId = composeOrderId({ timestampMs, shard: asShard(5), worker: 9, sequence: 0 })
      return [orderId, 69, 0, 0, 0, 1, 100, timestampMs, timestampMs, 1]
    })
    await scratch.connection.query('INSERT INTO orders_05 VALUES ?', [live])
    const { findings, liveOrders } = await report()
    await scratch.connection.query('DELETE FROM orders_05 WHERE (order_id >> 10) & 63 = 9')
    expect(liveOrders).toBe(live.length)
    expect(findings).toContainEqual(
      expect.objectContaining({ what: 'orders missing from the index', count: live.length }),
    )
  })

  it('finds documents without an order, though they are more than one search answer holds', async () => {
    const { startMs } = (await readStoredDataset(scratch.connection))?.dataset ?? { startMs: 0 }
    const ids = Array.from({ length: MAX_HITS + 50 }, (_, at) =>
      composeOrderId({ timestampMs: startMs - 86_400_000 + at, shard: asShard(5), worker: 9, sequence: 0 }),
    )
    await index(ids.map((id) => ({ id, document: documentOf(id, parseOrderId(id).timestampMs) })))
    const { findings } = await report()
    await removeFromIndex(ids)
    expect(findings).toEqual([expect.objectContaining({ what: 'documents without an order', count: ids.length })])
  })

  it('finds documents at times that no order has, and without a time', async () => {
    const { created_at_ms: _, ...timeless } = documentOf('3', 0)
    await index([
      { id: '1', document: documentOf('1', -1) },
      { id: '2', document: documentOf('2', MAX_TIMESTAMP_MS + 1) },
      { id: '3', document: timeless },
    ])
    const { findings } = await report()
    await removeFromIndex(['1', '2', '3'])
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'search-index',
        what: 'documents without a time that an order can have',
        count: 3,
        samples: expect.arrayContaining(['document 1', 'document 2', 'document 3']),
      }),
    ])
  })

  it('finds a lost document, and one without an order', async () => {
    const stranger = (BigInt(id) + 4194304n * 3n).toString()
    await search.delete({ index: sliceOfOrder(id as OrderId), id, refresh: true })
    await index([{ id: stranger, document: documentOf(stranger, parseOrderId(stranger).timestampMs) }])
    const { findings } = await report()
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'search-index',
        what: 'orders missing from the index',
        samples: [`order ${id}`],
      }),
      expect.objectContaining({
        check: 'search-index',
        what: 'documents without an order',
        samples: [`document ${stranger}`],
      }),
    ])
  })

  it('continues a stopped verification and keeps what it had found', async () => {
    const { stores, startProgress } = seedDeps(scratch.stores)
    const journalFile = join(tmpdir(), `headroom-verify-stopped-${process.pid}.ndjson`)
    const controller = new AbortController()
    const said: string[] = []
    const run = (signal: AbortSignal, progress = startProgress) =>
      verify(
        { plan: SMALL_PLAN, planHash: 'small', shards: [...Array(64).keys()] },
        { stores, cores: 2, journalFile, signal, say: (line) => void said.push(line), startProgress: progress },
      )
    let updates = 0
    const stopAfter = () => ({
      update: () => {
        if (++updates === 40) controller.abort(new Error('stopped'))
      },
      stop: () => {},
    })
    await expect(run(controller.signal, stopAfter)).rejects.toThrow('stopped')
    await run(new AbortController().signal)
    expect(said.join()).toMatch(/Continuing: 4\d of/)
  })

  it('finds that the index is gone', async () => {
    await dropSlices(search)
    const { ok, findings, searchCompared } = await report()
    expect({ ok, searchCompared }).toEqual({ ok: false, searchCompared: false })
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'search-index', what: 'there is no search index' }),
    )
  })

  it('refuses a database that was never seeded, and another plan', async () => {
    await expect(
      verify(
        { plan: SMALL_PLAN, planHash: 'other', shards: [0] },
        { ...seedDeps(scratch.stores), journalFile: join(tmpdir(), 'unused') },
      ),
    ).rejects.toMatchObject({ what: 'the data set was seeded from another plan' })
    await scratch.connection.query('DELETE FROM headroom_dataset')
    await expect(report()).rejects.toMatchObject({ what: 'there is no seeded data set to verify' })
  })
})
