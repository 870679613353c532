// The seeder against real engines: whole, split, interrupted and refused.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DATASET_TABLE } from '../contracts/dataset.ts'
import { ORDER_INDEX, slicesBetween } from '../contracts/search-index.ts'
import { ALL_SHARDS, asShard, SEEDED_FAMILIES, type Shard, tableName } from '../contracts/shard.ts'
import { createTableSql } from '../contracts/tables.ts'
import { forecastSeed } from './forecast-seed.ts'
import { lookAtStores } from './look-at-stores.ts'
import { checksums, type ScratchStores, scratchStores, seedDeps, seedOptions } from './scratch-stores.fixture.ts'
import { seed } from './seed.ts'
import type { SeedDeps, SeedOptions } from './seed-options.ts'
import { SMALL_PLAN, smallVolume } from './small-volume.fixture.ts'
import { readStoredDataset, SEEDER_TABLES } from './store/dataset-store.ts'
import { moveCheckpoint, readLanes } from './store/lanes.ts'
import { connect, rows } from './store/mysql-connection.ts'
import { createTables, finishTable } from './store/order-tables.ts'
import { dropSlices, searchClient } from './store/search-index.ts'
import { lockShards } from './store/seed-lock.ts'

let scratch: ScratchStores
beforeEach(async () => {
  scratch = await scratchStores('seed')
})
afterEach(() => scratch.remove())

async function documents(): Promise<number> {
  const search = searchClient(scratch.stores.elasticsearchUrl ?? '')
  const { count } = await search.count({ index: ORDER_INDEX })
  await search.close()
  return count
}

async function storedRows(shards: readonly Shard[]): Promise<number> {
  const tables = SEEDED_FAMILIES.flatMap((family) => shards.map((shard) => tableName(family, shard)))
  const counts = tables.map((table) => `(SELECT COUNT(*) FROM ${table})`).join(' + ')
  const [row] = await rows<{ number: string }>(scratch.connection, `SELECT ${counts} AS number`)
  return Number(row?.number)
}

/** Stopped when its tables and its data set are there and no order is. */
function beforeTheFirstOrder(): Pick<SeedDeps, 'signal' | 'startProgress'> {
  const controller = new AbortController()
  const startProgress = () => {
    controller.abort(new Error('interrupted'))
    return { update: () => {}, stop: () => {} }
  }
  return { signal: controller.signal, startProgress }
}

describe('seed', () => {
  it('writes every row once, restores what it switched off, and writes nothing the second time', async () => {
    const said: string[] = []
    const deps = seedDeps(scratch.stores, { say: (line) => void said.push(line) })
    const first = await seed(seedOptions(), deps)
    const { orders, order_items, payments } = first.dataset.rows
    expect(first).toMatchObject({ outcome: 'seeded', finished: true, rowsWritten: orders + order_items + payments })
    expect(await documents()).toBe(orders)
    expect(await readStoredDataset(scratch.connection)).toMatchObject({ state: 'finished', dataset: first.dataset })

    const before = await checksums(scratch.connection)
    const second = await seed(seedOptions(), deps)
    expect(second).toMatchObject({ outcome: 'already-there', finished: true, rowsWritten: 0 })
    expect(said.at(-1)).toMatch(/already there: 0 rows/)
    expect(await checksums(scratch.connection)).toEqual(before)
  })

  it('makes the same tables in one run, in parts by shard, and after interruptions', async () => {
    const shards = ALL_SHARDS.slice(0, 8)
    const options = seedOptions({ shards, fullShards: [5] }, { ...smallVolume(300), fullTableRows: 100_000 })
    const undisturbed = await seed(options, seedDeps(scratch.stores))
    const whole = await checksums(scratch.connection, shards)
    expect(new Set(Object.values(whole)).size).toBe(24)

    await seed({ ...options, reset: true, shards: [0, 1, 2] }, seedDeps(scratch.stores))
    const part = await seed({ ...options, shards: [6, 7] }, seedDeps(scratch.stores))
    expect(part.finished).toBe(false)
    for (const rows of [1, 150_000]) {
      const controller = new AbortController()
      const update = (done: number) => {
        if (done >= rows) controller.abort(new Error('interrupted'))
      }
      const deps = seedDeps(scratch.stores, {
        signal: controller.signal,
        startProgress: () => ({ update, stop: () => {} }),
      })
      await expect(seed(options, deps)).rejects.toThrow('interrupted')
    }
    // Waits for a commit that was under way when its thread was ended.
    await readLanes(scratch.connection, undisturbed.dataset)
    const committed = await storedRows(shards)
    expect(committed).toBeGreaterThan(part.rowsWritten)
    const last = await seed(options, seedDeps(scratch.stores))
    expect(last.rowsWritten).toBe(undisturbed.rowsWritten - committed)
    expect(await checksums(scratch.connection, shards)).toEqual(whole)
  })

  it('continues with the scale that was begun when none is asked for', async () => {
    const begun = await seed(seedOptions({ scale: 0.5, shards: [0, 1] }), seedDeps(scratch.stores))
    const continued = await seed(seedOptions({ scale: null, shards: [0, 1, 2] }), seedDeps(scratch.stores))
    expect(continued.dataset.fingerprint).toBe(begun.dataset.fingerprint)
    expect(continued.outcome).toBe('seeded')
  })

  it.each([
    ['seed', { seed: 2 }],
    ['scale', { scale: 0.5 }],
    ['full shard', { fullShards: [3] }],
  ])('refuses another %s on a half-seeded database, until told to reset', async (_, change) => {
    await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    await expect(seed(seedOptions({ ...change, shards: [0] }), seedDeps(scratch.stores))).rejects.toMatchObject({
      name: 'Refusal',
      what: 'these tables hold another data set, half seeded',
    })
    const reset = await seed(seedOptions({ ...change, shards: [0], reset: true }), seedDeps(scratch.stores))
    expect(reset.outcome).toBe('seeded')
  })

  it('leaves a finished data set of another seed alone when told to fill only what is empty', async () => {
    const first = await seed(seedOptions(), seedDeps(scratch.stores))
    const second = await seed(seedOptions({ seed: 2, ifEmpty: true }), seedDeps(scratch.stores))
    expect(second).toMatchObject({ outcome: 'already-there', rowsWritten: 0 })
    expect(second.dataset.fingerprint).toBe(first.dataset.fingerprint)
  })

  it('refuses to run beside another seeder of the same shards only', async () => {
    const other = await connect(scratch.stores.mysql)
    await lockShards(other, [5])
    await expect(seed(seedOptions({ shards: [4, 5, 6] }), seedDeps(scratch.stores))).rejects.toMatchObject({
      what: 'another seeder is at work on these tables',
      why: ['it holds the lock of shard 5'],
    })
    await expect(seed(seedOptions({ shards: [4, 6] }), seedDeps(scratch.stores))).resolves.toMatchObject({
      outcome: 'seeded',
    })
    other.destroy()
  })

  it('lets two seeders of different shards begin in the same moment', async () => {
    const parts = [ALL_SHARDS.slice(0, 2), ALL_SHARDS.slice(2, 4)]
    const reports = await Promise.all(parts.map((shards) => seed(seedOptions({ shards }), seedDeps(scratch.stores))))
    expect(reports.map(({ outcome }) => outcome)).toEqual(['seeded', 'seeded'])
    const written = reports.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
    expect(await storedRows(ALL_SHARDS.slice(0, 4))).toBe(written)
  })

  it('comes to its end when it was killed between its last row and its end', async () => {
    await seed(seedOptions(), seedDeps(scratch.stores))
    const search = searchClient(scratch.stores.elasticsearchUrl ?? '')
    const settings = async () => Object.values(await search.indices.getSettings({ index: ORDER_INDEX }))[0]?.settings
    await search.indices.putSettings({ index: ORDER_INDEX, settings: { index: { refresh_interval: '-1' } } })
    await scratch.connection.query("UPDATE headroom_dataset SET state = 'seeding'")
    const dry = forecastSeed(seedOptions(), seedDeps(scratch.stores), await lookAtStores(scratch.stores.mysql))
    expect(dry).toMatchObject({ outcome: 'already-there', finished: false })
    await expect(seed(seedOptions(), seedDeps({ ...scratch.stores, elasticsearchUrl: null }))).rejects.toMatchObject({
      what: 'this data set was begun with Elasticsearch, and none is given now',
    })
    expect(await readStoredDataset(scratch.connection)).toMatchObject({ state: 'seeding' })
    const again = await seed(seedOptions(), seedDeps(scratch.stores))
    expect(again).toMatchObject({ outcome: 'already-there', rowsWritten: 0, finished: true })
    expect(await readStoredDataset(scratch.connection)).toMatchObject({ state: 'finished' })
    expect((await settings())?.index?.refresh_interval).toBe('1s')
    await search.close()
  })

  it('brings a killed removal to its end, and seeds', async () => {
    const whole = await seed(seedOptions(), seedDeps(scratch.stores))
    await scratch.connection.query("UPDATE headroom_dataset SET state = 'removing'")
    await scratch.connection.query('DROP TABLE orders_00, payments_17')
    const again = await seed(seedOptions({ seed: 2 }), seedDeps(scratch.stores))
    expect(again).toMatchObject({ outcome: 'seeded', finished: true })
    expect(again.dataset.fingerprint).not.toBe(whole.dataset.fingerprint)
  })

  it('refuses a search index that is gone, replaced, or of orders that MySQL does not hold', async () => {
    await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    const search = searchClient(scratch.stores.elasticsearchUrl ?? '')
    await dropSlices(search)
    const gone = { what: 'the search index is gone, but MySQL holds orders that were in it' }
    await expect(seed(seedOptions({ shards: [1] }), seedDeps(scratch.stores))).rejects.toMatchObject(gone)
    await expect(seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))).rejects.toMatchObject(gone)
    await search.indices.create({ index: 'orders-2026-q1' })
    await expect(seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))).rejects.toMatchObject({
      what: 'the search index was replaced, but MySQL holds orders that were in it',
    })
    await scratch.connection.query(
      'DROP TABLE headroom_dataset, headroom_lanes, orders_00, order_items_00, payments_00',
    )
    await expect(seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))).rejects.toMatchObject({
      what: 'Elasticsearch holds other orders than this database',
    })
    await search.close()
  })

  it('commits no order whose document was refused', async () => {
    const { dataset } = await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    const search = searchClient(scratch.stores.elasticsearchUrl ?? '')
    await dropSlices(search)
    const mappings = { dynamic: 'strict', properties: {}, _meta: { fingerprint: dataset.fingerprint } } as const
    for (const { index } of slicesBetween(dataset.startMs, dataset.endMs)) {
      await search.indices.create({ index, mappings, aliases: { [ORDER_INDEX]: {} } })
    }
    await search.close()
    await expect(seed(seedOptions({ shards: [1] }), seedDeps(scratch.stores))).rejects.toThrow(/refused an order/)
    expect((await readLanes(scratch.connection, dataset)).find(({ shard }) => shard === 1)?.done).toBe(0)
    expect(await rows(scratch.connection, 'SELECT 1 FROM orders_01 LIMIT 1')).toEqual([])
  })

  it('goes on with Elasticsearch as it was begun, with it or without', async () => {
    const without = { ...scratch.stores, elasticsearchUrl: null }
    await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    await expect(seed(seedOptions({ shards: [1] }), seedDeps(without))).rejects.toMatchObject({
      what: 'this data set was begun with Elasticsearch, and none is given now',
    })
    await seed(seedOptions({ shards: [0], reset: true }), seedDeps(without))
    await expect(seed(seedOptions({ shards: [1] }), seedDeps(scratch.stores))).rejects.toMatchObject({
      what: 'this data set was seeded without Elasticsearch',
    })
  })

  it('decides anew about Elasticsearch while no order is committed', async () => {
    const without = { ...scratch.stores, elasticsearchUrl: null }
    // Begun with it, and stopped before the first order.
    await expect(seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores, beforeTheFirstOrder()))).rejects.toThrow()
    expect(await readStoredDataset(scratch.connection)).toMatchObject({ fedToSearch: true })
    await seed(seedOptions({ shards: [0] }), seedDeps(without))
    expect(await readStoredDataset(scratch.connection)).toMatchObject({ fedToSearch: false })
    await expect(seed(seedOptions({ shards: [1] }), seedDeps(scratch.stores))).rejects.toMatchObject({
      what: 'this data set was seeded without Elasticsearch',
    })
  })

  it.each([
    ['with', 'without Elasticsearch'],
    ['without', 'with Elasticsearch, and none is given here'],
  ])('refuses a seeder %s Elasticsearch beside one that begins differently', async (mine, theirs) => {
    const without = { ...scratch.stores, elasticsearchUrl: null }
    const [own, other] = mine === 'with' ? [scratch.stores, without] : [without, scratch.stores]
    await expect(seed(seedOptions({ shards: [0] }), seedDeps(other, beforeTheFirstOrder()))).rejects.toThrow(
      'interrupted',
    )
    const beside = await connect(scratch.stores.mysql)
    await lockShards(beside, [0])
    await expect(seed(seedOptions({ shards: [1] }), seedDeps(own))).rejects.toMatchObject({
      what: `another seeder fills this data set ${theirs}`,
    })
    beside.destroy()
  })

  it('takes checkpoints without a data set for nothing', async () => {
    const first = await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    await scratch.connection.query('DROP TABLE headroom_dataset, orders_00, order_items_00, payments_00')
    const search = searchClient(scratch.stores.elasticsearchUrl ?? '')
    await dropSlices(search)
    await search.close()
    const again = await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    expect(again.rowsWritten).toBe(first.rowsWritten)
  })

  it('drops its record of the data set last, so that a killed removal is recognised', () => {
    expect(SEEDER_TABLES.at(-1)).toBe(DATASET_TABLE)
  })

  it('finishes a table whose indexes a killed seeder left the server to build', async () => {
    await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    await scratch.connection.query('ALTER TABLE orders_00 DROP KEY user_orders')
    const builders = await Promise.all([connect(scratch.stores.mysql), connect(scratch.stores.mysql)])
    await Promise.all(builders.map((connection) => finishTable(connection, 'orders', 0)))
    for (const builder of builders) builder.destroy()
    expect(JSON.stringify(await rows(scratch.connection, 'SHOW CREATE TABLE orders_00'))).toContain('user_orders')
  })

  it('waits for the checkpoint of a killed seeder that is still being committed', async () => {
    const { dataset } = await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    const dying = await connect(scratch.stores.mysql)
    await dying.query('START TRANSACTION')
    await moveCheckpoint(dying, 1, { from: 0, to: 77 })
    const lanes = readLanes(scratch.connection, dataset)
    await dying.query('COMMIT')
    expect((await lanes).find(({ shard }) => shard === 1)?.done).toBe(77)
    dying.destroy()
  })

  it('refuses tables with rows of somebody else', async () => {
    await seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))
    await scratch.connection.query('DROP TABLE headroom_dataset, headroom_lanes')
    await expect(seed(seedOptions({ shards: [0] }), seedDeps(scratch.stores))).rejects.toMatchObject({
      what: 'the tables hold rows that this seeder did not write',
    })
  })

  it('builds its indexes after the rows also in tables that a service made before', async () => {
    const create = createTableSql('orders', asShard(3), { secondaryIndexes: true })
    await scratch.connection.query(create)
    await createTables(scratch.connection, [3], 0)
    const loading = await rows(scratch.connection, 'SHOW CREATE TABLE orders_03')
    expect(JSON.stringify(loading)).not.toContain('user_orders')
    await seed(seedOptions({ shards: [3] }), seedDeps(scratch.stores))
    await createTables(scratch.connection, [3], 0)
    const seeded = await rows(scratch.connection, 'SHOW CREATE TABLE orders_03')
    expect(JSON.stringify(seeded)).toContain('user_orders')
  })

  it('makes orders as wide as the plan says, also in tables that a service made before, and the same ones again', async () => {
    const shards = ALL_SHARDS.slice(3, 5)
    const wide = (extraBytesPerRow: number) =>
      smallVolume(300, { ...SMALL_PLAN, orders: { ...SMALL_PLAN.orders, extraBytesPerRow } })
    await scratch.connection.query(createTableSql('orders', asShard(3), { secondaryIndexes: true }))
    const options = seedOptions({ shards }, wide(200))
    const { dataset } = await seed(options, seedDeps(scratch.stores))
    const [widths] = await rows(
      scratch.connection,
      `SELECT COUNT(*) AS orders, COUNT(DISTINCT filler) AS fillers, MIN(LENGTH(filler)) AS narrowest,
         MAX(LENGTH(filler)) AS widest FROM orders_03`,
    )
    const orders = dataset.shards[3]?.orders
    expect(Object.values(widths ?? {}).map(Number)).toEqual([orders, orders, 200, 200])
    const before = await checksums(scratch.connection, shards)
    await expect(seed(seedOptions({ shards }, wide(0)), seedDeps(scratch.stores))).rejects.toMatchObject({
      what: 'these tables hold another data set, half seeded',
      why: expect.arrayContaining([expect.stringContaining('orders 200 bytes wider')]),
    })
    await seed({ ...options, reset: true }, seedDeps(scratch.stores))
    expect(await checksums(scratch.connection, shards)).toEqual(before)
    await createTables(scratch.connection, shards, 0)
    expect(JSON.stringify(await rows(scratch.connection, 'SHOW CREATE TABLE orders_03'))).not.toContain('filler')
  })

  it('is forecast without a row written: nothing there, half there, whole, another data set', async () => {
    const said: string[] = []
    const forecastNow = async (changes: Partial<SeedOptions> = {}) => {
      said.length = 0
      const deps = seedDeps(scratch.stores, { say: (line) => void said.push(line) })
      return forecastSeed(seedOptions(changes), deps, await lookAtStores(scratch.stores.mysql))
    }
    expect(await forecastNow()).toMatchObject({ outcome: 'dry-run', finished: false, wouldBeRefused: [] })
    expect(said.at(-1)).toContain('nothing is seeded there yet')
    expect(await rows(scratch.connection, 'SHOW TABLES')).toHaveLength(0)

    await seed(seedOptions({ shards: ALL_SHARDS.slice(0, 32) }), seedDeps(scratch.stores))
    expect(await forecastNow()).toMatchObject({ outcome: 'dry-run', finished: false, wouldBeRefused: [] })
    expect(said.join('\n')).toMatch(/are there already; the rest takes/)
    expect(await forecastNow({ seed: 2 })).toMatchObject({
      wouldBeRefused: [{ what: 'these tables hold another data set, half seeded' }],
    })
    expect(await forecastNow({ seed: 2, reset: true })).toMatchObject({ outcome: 'dry-run', wouldBeRefused: [] })

    const { dataset } = await seed(seedOptions(), seedDeps(scratch.stores))
    expect(await forecastNow()).toMatchObject({
      outcome: 'already-there',
      finished: true,
      dataset: { rows: dataset.rows },
    })
  })

  it('refuses too little disk with the numbers', async () => {
    const deps = seedDeps(scratch.stores, { freeDiskBytes: 1e6 })
    await expect(seed(seedOptions(), deps)).rejects.toMatchObject({
      what: 'too little free disk for this data set',
      why: [expect.stringMatching(/GB needed .* 1 MB free/)],
    })
  })
})
