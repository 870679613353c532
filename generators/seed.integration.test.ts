// The seeder against real engines: whole, split, interrupted and refused.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ORDER_INDEX } from '../contracts/search-index.ts'
import { ALL_SHARDS, asShard } from '../contracts/shard.ts'
import { createTableSql } from '../contracts/tables.ts'
import { checksums, type ScratchStores, scratchStores, seedDeps, seedOptions } from './scratch-stores.fixture.ts'
import { seed } from './seed.ts'
import { smallVolume } from './small-volume.fixture.ts'
import { readStoredDataset } from './store/dataset-store.ts'
import { connect, rows } from './store/mysql-connection.ts'
import { createTables } from './store/order-tables.ts'
import { searchClient } from './store/search-index.ts'
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
    const options = seedOptions({ shards, fullShards: [5] }, { ...smallVolume(300), fullTableRows: 150_000 })
    await seed(options, seedDeps(scratch.stores))
    const whole = await checksums(scratch.connection, shards)
    expect(new Set(Object.values(whole)).size).toBe(24)

    await seed({ ...options, reset: true, shards: [0, 1, 2] }, seedDeps(scratch.stores))
    const part = await seed({ ...options, shards: [6, 7] }, seedDeps(scratch.stores))
    expect(part.finished).toBe(false)
    for (const rows of [1, 200_000]) {
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
    await seed(options, seedDeps(scratch.stores))
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
    await createTables(scratch.connection, [3])
    const loading = await rows(scratch.connection, 'SHOW CREATE TABLE orders_03')
    expect(JSON.stringify(loading)).not.toContain('user_orders')
    await seed(seedOptions({ shards: [3] }), seedDeps(scratch.stores))
    await createTables(scratch.connection, [3])
    const seeded = await rows(scratch.connection, 'SHOW CREATE TABLE orders_03')
    expect(JSON.stringify(seeded)).toContain('user_orders')
  })

  it('shows and writes nothing on a dry run', async () => {
    const report = await seed(seedOptions({ dryRun: true }), seedDeps(scratch.stores))
    expect(report).toMatchObject({ outcome: 'dry-run', rowsWritten: 0 })
    expect(await rows(scratch.connection, 'SHOW TABLES')).toHaveLength(0)
  })

  it('refuses too little disk with the numbers', async () => {
    const deps = seedDeps(scratch.stores, { freeDiskBytes: 1e6 })
    await expect(seed(seedOptions(), deps)).rejects.toMatchObject({
      what: 'too little free disk for this data set',
      why: [expect.stringMatching(/GB needed .* 0\.0 GB free/)],
    })
  })
})
