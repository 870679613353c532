// The traps of LOAD DATA LOCAL INFILE: whatever goes wrong, the chunk is not there afterwards.

import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countRows, draftDataset } from '../build-dataset.ts'
import { fixedText, put } from '../rows/fixed-text.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { type RowWriter, rowsOf, rowWriter } from '../rows/row-formats.ts'
import { type ScratchStores, scratchStores } from '../scratch-stores.fixture.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { connect, rows } from '../store/mysql-connection.ts'
import { createTables } from '../store/order-tables.ts'
import { ChunkRows, type OrderFeed } from './chunk-rows.ts'
import { type Chunk, loadChunk, prepareSession } from './mysql-loader.ts'

const SHARD = 7
const dataset = countRows(draftDataset(smallVolume(2_000), { seed: 3, scale: 1, fullShards: [SHARD] }), SMALL_PLAN)

let scratch: ScratchStores
let connection: Connection
beforeAll(async () => {
  scratch = await scratchStores('loader')
  connection = await connect(scratch.stores.mysql)
  await prepareSession(connection)
  await createTables(connection, [SHARD])
})
afterAll(async () => {
  connection.destroy()
  await scratch.remove()
})
beforeEach(() => connection.query('DELETE FROM orders_07'))

const plain = rowWriter('orders', 'tsv')

function chunk(
  from: number,
  to: number,
  changes: { write?: RowWriter; feed?: OrderFeed; beforeCommit?: () => Promise<void> } = {},
): Chunk {
  return {
    family: 'orders',
    shard: SHARD,
    rows: new ChunkRows({
      cursor: new OrderCursor(dataset, SMALL_PLAN, SHARD),
      write: changes.write ?? plain,
      rowsOf: (order) => rowsOf('orders', order),
      from,
      to,
      feed: changes.feed,
    }),
    beforeCommit: changes.beforeCommit ?? (async () => {}),
  }
}

/** Seen from outside the transaction. */
async function stored(): Promise<number> {
  const [row] = await rows<{ number: string }>(scratch.connection, 'SELECT COUNT(*) AS number FROM orders_07')
  return Number(row?.number)
}

describe('loadChunk', () => {
  it('commits a chunk, row for row', async () => {
    expect(await loadChunk(connection, chunk(0, 20_000))).toBe(20_000)
    expect(await stored()).toBe(20_000)
  })

  it.each([0, 500])('rolls back a chunk with a row that is already there (%d rows before it)', async (before) => {
    if (before > 0) await loadChunk(connection, chunk(0, before))
    else await loadChunk(connection, chunk(400, 401))
    const there = await stored()
    await expect(loadChunk(connection, chunk(Math.max(0, before - 1), 1_000))).rejects.toMatchObject({
      name: 'Refusal',
    })
    expect(await stored()).toBe(there)
  })

  it('rolls back a chunk with the same row twice', async () => {
    const twice: RowWriter = (order, target, at) => {
      const end = plain(order, target, at)
      return order.row === 50 ? plain(order, target, end) : end
    }
    await expect(loadChunk(connection, chunk(0, 100, { write: twice }))).rejects.toMatchObject({ name: 'Refusal' })
    expect(await stored()).toBe(0)
  })

  it.each([
    ['out of range', '99999999999999999999'],
    ['not a number', 'abc'],
    ['missing columns', ''],
  ])('rolls back a chunk with a value %s', async (_, value) => {
    const broken: RowWriter = (order, target, at) =>
      order.row === 50 ? put(target, at, fixedText(`${order.orderId}\t${value}\n`)) : plain(order, target, at)
    await expect(loadChunk(connection, chunk(0, 100, { write: broken }))).rejects.toMatchObject({ name: 'Refusal' })
    expect(await stored()).toBe(0)
  })

  it('rolls back when the row stream throws in mid-chunk, although the server saw a normal end of file', async () => {
    const failing: RowWriter = (order, target, at) => {
      if (order.row === 15_000) throw new Error('generator failed')
      return plain(order, target, at)
    }
    await expect(loadChunk(connection, chunk(0, 20_000, { write: failing }))).rejects.toThrow('generator failed')
    expect(await stored()).toBe(0)
  })

  it('rolls back when the search engine fails in mid-chunk', async () => {
    const feed: OrderFeed = {
      isFull: true,
      append: () => {},
      handOver: () => Promise.reject(new Error('search is gone')),
    }
    await expect(loadChunk(connection, chunk(0, 100, { feed }))).rejects.toThrow('search is gone')
    expect(await stored()).toBe(0)
  })

  it('rolls back when the checkpoint cannot be written', async () => {
    const beforeCommit = () => Promise.reject(new Error('somebody moved it'))
    await expect(loadChunk(connection, chunk(0, 100, { beforeCommit }))).rejects.toThrow('somebody moved it')
    expect(await stored()).toBe(0)
  })

  it('says that the database is gone when the connection dies, and leaves nothing', async () => {
    const victim = await connect(scratch.stores.mysql)
    await prepareSession(victim)
    const beforeCommit = () => scratch.connection.query(`KILL ${victim.threadId}`).then(() => {})
    await expect(loadChunk(victim, chunk(0, 100, { beforeCommit }))).rejects.toMatchObject({
      what: 'the order database is gone',
    })
    expect(await stored()).toBe(0)
  })

  it('can be used again after a failure', async () => {
    await expect(
      loadChunk(connection, chunk(0, 10, { beforeCommit: () => Promise.reject(new Error('no')) })),
    ).rejects.toThrow()
    expect(await loadChunk(connection, chunk(0, 10))).toBe(10)
  })
})
