// Ways to fill the same tables with the same rows. Each starts from empty tables and ends with the same indexes.

import { createReadStream } from 'node:fs'
import type { Connection, QueryOptions, ResultSetHeader } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import { ALL_SHARDS, type Shard, tableName } from '../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import { chunkRanges } from '../chunk-ranges.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { runLanes } from '../run-lanes.ts'
import type { SeedDeps } from '../seed-options.ts'
import { chunksAhead, loadBuffers } from '../sinks/chunks-ahead.ts'
import { loadChunk, prepareSession } from '../sinks/mysql-loader.ts'
import type { StoreAddresses } from '../store/addresses.ts'
import { storeDataset } from '../store/dataset-store.ts'
import { moveCheckpoint, readLanes } from '../store/lanes.ts'
import { connect } from '../store/mysql-connection.ts'
import { createTables, dropAll, finishTable } from '../store/order-tables.ts'
import type { ReadyFile } from './ready-rows.ts'

export interface Bench {
  readonly dataset: Dataset
  readonly plan: Plan
  readonly shards: readonly number[]
  readonly stores: StoreAddresses
  readonly files: readonly ReadyFile[]
  readonly deps: SeedDeps
}

/** Rows written, in the seconds measured. */
export type Contender = (bench: Bench) => Promise<{ readonly rows: number; readonly seconds: number }>

/** The floor: the server reads ready files by itself; one connection per shard, then the indexes. */
export const serverSideFiles: Contender = (bench) =>
  perShard(bench, (connection, file) => loadFile(connection, file, false))

/** The same over the connection, for accounts without the FILE privilege. */
export const localFiles: Contender = (bench) => perShard(bench, (connection, file) => loadFile(connection, file, true))

/** The seeder's own loading and indexing, threads and checkpoints included. */
export const seeder: Contender = async ({ dataset, plan, shards, stores, deps }) => {
  const connection = await connect(stores.mysql)
  try {
    await emptyTables(connection, shards)
    await storeDataset(connection, dataset, { fedToSearch: false, ownShards: ALL_SHARDS })
    const lanes = (await readLanes(connection, dataset)).filter(({ shard }) => shards.includes(shard))
    return await timed(() => runLanes({ lanes, shards, job: { dataset, plan, stores }, lock: connection }, deps))
  } finally {
    connection.destroy()
  }
}

/** The usual alternative: INSERT with 1 000 rows a statement; ten statements a transaction. */
export const multiRowInsert: Contender = (bench) => perShard(bench, (connection, file) => insertTable(connection, file))

/**
 * What the seeder pays for its checkpoints: the share of a chunk's load that passes between its last row and the end of
 * its commit.
 */
export async function checkpointShare({ dataset, plan, shards, stores }: Bench): Promise<number> {
  const connections = await Promise.all(shards.map(() => connect(stores.mysql)))
  const spent = { loadMs: 0, checkpointMs: 0 }
  try {
    await emptyTables(connections[0] as Connection, shards)
    await storeDataset(connections[0] as Connection, dataset, { fedToSearch: false, ownShards: ALL_SHARDS })
    for (const connection of connections) await prepareSession(connection)
    await Promise.all(
      shards.map(async (shard, at) => {
        const connection = connections[at] as Connection
        const cursor = new OrderCursor(dataset, plan, shard)
        const buffers = loadBuffers()
        const ranges = chunkRanges(0, dataset.shards[shard]?.orders ?? 0)
        for await (const chunk of chunksAhead({ cursor, ranges, buffers, feed: undefined })) {
          const startedAtMs = performance.now()
          let loadedAtMs = startedAtMs
          const beforeCommit = () => {
            loadedAtMs = performance.now()
            return moveCheckpoint(connection, shard, chunk)
          }
          await loadChunk(connection, { shard, tables: chunk.rows.tables, beforeCommit })
          spent.checkpointMs += performance.now() - loadedAtMs
          spent.loadMs += performance.now() - startedAtMs
        }
      }),
    )
    return spent.checkpointMs / spent.loadMs
  } finally {
    for (const connection of connections) connection.destroy()
  }
}

const READ_BYTES = 64 * 1024
const ROWS_PER_STATEMENT = 1_000
const STATEMENTS_PER_COMMIT = 10

type FillTable = (connection: Connection, file: ReadyFile) => Promise<number>

async function perShard({ shards, stores, files }: Bench, fill: FillTable) {
  const connections = await Promise.all(shards.map(() => connect(stores.mysql)))
  try {
    await emptyTables(connections[0] as Connection, shards)
    for (const connection of connections) await prepareSession(connection)
    return await timed(async () => {
      const counts = await Promise.all(
        shards.map(async (shard, at) => {
          let rows = 0
          for (const file of files.filter((each) => each.shard === shard)) {
            const connection = connections[at] as Connection
            rows += await fill(connection, file)
            await finishTable(connection, file.family, shard)
          }
          return rows
        }),
      )
      return counts.reduce((sum, rows) => sum + rows, 0)
    })
  } finally {
    for (const connection of connections) connection.destroy()
  }
}

async function loadFile(connection: Connection, { family, shard, path }: ReadyFile, local: boolean): Promise<number> {
  const columns = TABLE_SHAPES[family].columns.map(({ name }) => name).join(', ')
  const options: QueryOptions & { infileStreamFactory: () => NodeJS.ReadableStream } = {
    sql: `LOAD DATA ${local ? 'LOCAL ' : ''}INFILE ? INTO TABLE ${tableName(family, shard as Shard)} CHARACTER SET binary (${columns})`,
    values: [path],
    infileStreamFactory: () => createReadStream(path, { highWaterMark: READ_BYTES }),
  }
  const [{ affectedRows }] = await connection.query<ResultSetHeader>(options)
  return affectedRows
}

async function insertTable(connection: Connection, { family, shard, path }: ReadyFile): Promise<number> {
  const table = tableName(family, shard as Shard)
  let [rows, statements] = [0, 0]
  let pending: string[] = []
  const flush = async () => {
    if (pending.length === 0) return
    if (statements++ % STATEMENTS_PER_COMMIT === 0) await connection.query('COMMIT')
    await connection.query(`INSERT INTO ${table} VALUES ${pending.join(',')}`)
    rows += pending.length
    pending = []
  }
  await connection.query('SET autocommit = 0')
  let rest = ''
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      pending.push(`(${line.replaceAll('\t', ',')})`)
      if (pending.length === ROWS_PER_STATEMENT) await flush()
    }
  }
  await flush()
  await connection.query('COMMIT')
  await connection.query('SET autocommit = 1')
  return rows
}

export async function emptyTables(connection: Connection, shards: readonly number[]): Promise<void> {
  await dropAll(connection)
  await createTables(connection, shards, 0)
}

export async function timed(work: () => Promise<number>) {
  const startedAtMs = performance.now()
  const rows = await work()
  return { rows, seconds: (performance.now() - startedAtMs) / 1000 }
}
