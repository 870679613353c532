// The traps of LOAD DATA LOCAL INFILE: whatever goes wrong, the chunk is not there afterwards.

import { type AddressInfo, createConnection, createServer } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asShard, SEEDED_FAMILIES, type SeededFamily, tableName } from '../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { fixedText, put } from '../rows/fixed-text.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { type RowWriter, rowWriters, sentColumns } from '../rows/row-formats.ts'
import { type ScratchStores, scratchStores } from '../scratch-stores.fixture.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { connect, rows } from '../store/mysql-connection.ts'
import { createTables } from '../store/order-tables.ts'
import { ChunkRows } from './chunk-rows.ts'
import { loadChunk, prepareSession } from './mysql-loader.ts'

const SHARD = asShard(7)
const TABLES = SEEDED_FAMILIES.map((family) => tableName(family, SHARD))
const dataset = countRows(draftDataset(smallVolume(2_000), { seed: 3, scale: 1, fullShards: [SHARD] }), SMALL_PLAN)

let scratch: ScratchStores
let connection: Connection
beforeAll(async () => {
  scratch = await scratchStores('loader')
  connection = await connect(scratch.stores.mysql)
  await prepareSession(connection)
  await createTables(connection, [SHARD], 0)
})
afterAll(async () => {
  connection.destroy()
  await scratch.remove()
})
beforeEach(async () => {
  for (const table of TABLES) await connection.query(`DELETE FROM ${table}`)
})

const writers = rowWriters('load')
const cursor = new OrderCursor(dataset, SMALL_PLAN, SHARD)
const ROLLED_BACK = { name: 'Refusal', what: expect.stringMatching(/rolled back/) }

interface Changes {
  readonly writers?: Partial<Record<SeededFamily, RowWriter>>
  readonly beforeCommit?: () => Promise<void>
}

/** Loads orders [from, to). */
async function load(from: number, to: number, changes: Changes = {}, on = connection): Promise<ChunkRows> {
  const chunk = new ChunkRows({ ...writers, ...changes.writers })
  await chunk.fill(cursor, { from, to })
  await loadChunk(on, { shard: SHARD, tables: chunk.tables, beforeCommit: changes.beforeCommit ?? (async () => {}) })
  return chunk
}

/** Rows of all three tables, seen from outside the transaction. */
async function stored(): Promise<number> {
  const counts = TABLES.map((table) => `(SELECT COUNT(*) FROM ${table})`)
  const [row] = await rows<{ number: string }>(scratch.connection, `SELECT ${counts.join(' + ')} AS number`)
  return Number(row?.number)
}

describe('loadChunk', () => {
  it('commits a chunk, row for row', async () => {
    const { rows: sent } = await load(0, 20_000)
    expect(await stored()).toBe(sent)
    expect(sent).toBeGreaterThan(60_000)
  })

  it.each(SEEDED_FAMILIES)('stores in %s the rows that files of the same orders hold', async (family) => {
    await load(0, 3_000)
    const files = new ChunkRows(rowWriters('tsv'))
    await files.fill(cursor, { from: 0, to: 3_000 })
    const lines = (await text(files.tables[family].stream())).split('\n').slice(0, -1)
    const table = tableName(family, SHARD)
    const columns = TABLE_SHAPES[family].columns.map(({ name }) => name)
    const found = await rows<{ line: string }>(
      scratch.connection,
      `SELECT CONCAT_WS('\t', ${columns.join(', ')}) AS line FROM ${table} ORDER BY ${TABLE_SHAPES[family].primaryKey.join(', ')}`,
    )
    expect(found.map(({ line }) => line)).toEqual(lines)
  })

  it.each([0, 500])('rolls back a chunk with a row that is already there (%d rows before it)', async (before) => {
    if (before > 0) await load(0, before)
    else await load(400, 401)
    const there = await stored()
    await expect(load(Math.max(0, before - 1), 1_000)).rejects.toMatchObject(ROLLED_BACK)
    expect(await stored()).toBe(there)
  })

  it.each(SEEDED_FAMILIES)('rolls back all tables for a row of %s that is there twice', async (family) => {
    const write = writers[family]
    const twice: RowWriter = (order, target, at) => {
      const end = write(order, target, at)
      return order.row === 50 ? write(order, target, end) : end
    }
    await expect(load(0, 100, { writers: { [family]: twice } })).rejects.toMatchObject(ROLLED_BACK)
    expect(await stored()).toBe(0)
  })

  it.each([
    ['out of range', 'payments', 'amount_cents', '99999999999999999999', /^1264: /],
    ['out of range', 'orders', 'status', '128', /^1264: /],
    ['not a number', 'payments', 'amount_cents', 'abc', /^1366: /],
    ['missing', 'order_items', 'product_id', '\\N', /^(1263|1048): /],
  ] as const)('rolls back a chunk with one cell %s, in %s.%s', async (_, family, column, value, warning) => {
    const changes = { writers: { [family]: withCells(family, (cells) => ({ ...cells, [column]: value })) } }
    await expect(load(0, 100, changes)).rejects.toMatchObject({
      ...ROLLED_BACK,
      why: expect.arrayContaining([expect.stringMatching(warning)]),
    })
    expect(await stored()).toBe(0)
  })

  // A cell that fits its column: it is the server's own sum that fails, and ends the statement without a warning.
  it.each(['orders', 'payments'] as const)(
    'rolls back a chunk with an age in %s that ends beyond any time',
    async (family) => {
      const old = withCells(family, (cells) => ({ ...cells, updated_at_ms: '9223372036854775807' }))
      await expect(load(0, 100, { writers: { [family]: old } })).rejects.toThrow(/BIGINT value is out of range/)
      expect(await stored()).toBe(0)
    },
  )

  it.each(SEEDED_FAMILIES)('rolls back a chunk with missing columns in %s', async (family) => {
    const short = withCells(family, (cells) => ({ order_id: cells.order_id ?? '' }))
    await expect(load(0, 100, { writers: { [family]: short } })).rejects.toMatchObject({
      ...ROLLED_BACK,
      why: expect.arrayContaining([expect.stringMatching(/^1261: /)]),
    })
    expect(await stored()).toBe(0)
  })

  it('rolls back when a row stream fails in mid-chunk, although the server saw a normal end of file', async () => {
    const chunk = new ChunkRows(writers)
    await chunk.fill(cursor, { from: 0, to: 20_000 })
    async function* breaking() {
      let sent = 0
      for await (const bytes of chunk.tables.order_items.stream()) {
        if (sent++ === 3) throw new Error('the stream failed')
        yield bytes
      }
    }
    const order_items = { rows: chunk.tables.order_items.rows, stream: () => Readable.from(breaking()) }
    const tables = { ...chunk.tables, order_items }
    await expect(loadChunk(connection, { shard: SHARD, tables, beforeCommit: async () => {} })).rejects.toThrow(
      'the stream failed',
    )
    expect(await stored()).toBe(0)
  })

  it('rolls back when the checkpoint cannot be written', async () => {
    const beforeCommit = () => Promise.reject(new Error('somebody moved it'))
    await expect(load(0, 100, { beforeCommit })).rejects.toThrow('somebody moved it')
    expect(await stored()).toBe(0)
  })

  it('says that the database is gone when the connection dies, and leaves nothing', async () => {
    const victim = await connect(scratch.stores.mysql)
    await prepareSession(victim)
    const beforeCommit = () => scratch.connection.query(`KILL ${victim.threadId}`).then(() => {})
    await expect(load(0, 100, { beforeCommit }, victim)).rejects.toMatchObject({
      what: 'the order database is gone',
    })
    expect(await stored()).toBe(0)
  })

  it('can be used again after a failure', async () => {
    await expect(load(0, 10, { beforeCommit: () => Promise.reject(new Error('no')) })).rejects.toThrow()
    const { rows: sent } = await load(0, 10)
    expect(await stored()).toBe(sent)
  })

  it('sends its rows whatever file the server asks for', async () => {
    const server = await serverAskingFor('/etc')
    const asked = await connect({ url: server.url })
    await prepareSession(asked)
    const { rows: sent } = await load(0, 100, {}, asked)
    expect(server.requests()).toBe(SEEDED_FAMILIES.length)
    expect(await stored()).toBe(sent)
    asked.destroy()
    server.close()
  })
})

type Cells = Readonly<Record<string, string>>

/** The rows that are loaded; of order 50, the first with its cells changed. */
function withCells(family: SeededFamily, change: (cells: Cells) => Cells): RowWriter {
  return (order, target, at) => {
    const end = writers[family](order, target, at)
    if (order.row !== 50) return end
    const sent = Buffer.from(target.buffer, target.byteOffset + at, end - at).toString('latin1')
    const [first = '', ...others] = sent.split('\n')
    const cells = first.split('\t')
    expect(cells).toHaveLength(sentColumns(family).length)
    const changed = change(Object.fromEntries(sentColumns(family).map((name, cell) => [name, cells[cell] ?? ''])))
    return put(target, at, fixedText([Object.values(changed).join('\t'), ...others].join('\n')))
  }
}

/** The real server behind a man in the middle, who changes the file name of every LOCAL INFILE request. */
async function serverAskingFor(name: string) {
  const ours = Buffer.from('\xfbrows', 'latin1')
  const theirs = Buffer.from(`\xfb${name}`, 'latin1')
  expect(theirs).toHaveLength(ours.length)
  const { hostname, port } = new URL(scratch.stores.mysql.url)
  let requests = 0
  const server = createServer((client) => {
    const upstream = createConnection(Number(port || 3306), hostname)
    client.pipe(upstream)
    upstream.on('data', (bytes) => {
      const at = bytes.indexOf(ours)
      if (at >= 0) theirs.copy(bytes, at)
      if (at >= 0) requests++
      client.write(bytes)
    })
    for (const socket of [client, upstream]) socket.on('error', () => {})
    client.on('close', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(scratch.stores.mysql.url)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return { url: url.href, requests: () => requests, close: () => server.close() }
}
