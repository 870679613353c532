// A seeding thread: its own connections, one task at a time. A task leaves a whole chunk or nothing.

import { parentPort, workerData } from 'node:worker_threads'
import type { Connection } from 'mysql2/promise'
import { Refusal } from '../../contracts/refusal.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { rowWriters } from '../rows/row-formats.ts'
import { ChunkRows } from '../sinks/chunk-rows.ts'
import { loadChunk, prepareSession } from '../sinks/mysql-loader.ts'
import type { SearchFeed } from '../sinks/search-feed.ts'
import { markIndexed, moveCheckpoint } from '../store/lanes.ts'
import { connect, explained } from '../store/mysql-connection.ts'
import { createTables, finishShard } from '../store/order-tables.ts'
import type { SeedAnswer, SeedJob, SeedTask } from './seed-task.ts'

type LoadTask = Extract<SeedTask, { kind: 'load' }>

const { dataset, plan, stores } = workerData as SeedJob
const port = parentPort
if (!port) throw new Error('seed-worker.ts runs as a worker thread only')

const feed = stores.elasticsearchUrl ? await openFeed(stores.elasticsearchUrl) : undefined
// Made once: what the row loop calls stays compiled, and its memory stays warm.
const chunk = new ChunkRows(rowWriters('tsv'))
const cursors = new Map<number, OrderCursor>()
let connection: Connection | undefined

port.on('message', (task: SeedTask) => {
  void answer(task).then((message) => port.postMessage(message))
})

async function answer(task: SeedTask): Promise<SeedAnswer> {
  try {
    return { ok: true, rows: await run(task) }
  } catch (error) {
    const known = explained(error)
    if (known instanceof Refusal) {
      const { what, why, wayOut, exitCode } = known
      return { ok: false, refusal: { what, why, wayOut, exitCode } }
    }
    return { ok: false, message: String(known), stack: known instanceof Error ? known.stack : undefined }
  }
}

async function run(task: SeedTask): Promise<number> {
  connection ??= await openConnection()
  switch (task.kind) {
    case 'create':
      await createTables(connection, task.shards)
      return 0
    case 'finish':
      await finishShard(connection, task.shard)
      await markIndexed(connection, task.shard)
      return 0
    case 'load':
      return load(connection, task)
  }
}

/** Loaded only where it is used: the search client takes a quarter of a second of processor time. */
async function openFeed(url: string): Promise<SearchFeed> {
  const { SearchFeed } = await import('../sinks/search-feed.ts')
  const { searchClient } = await import('../store/search-index.ts')
  return new SearchFeed(searchClient(url))
}

async function openConnection(): Promise<Connection> {
  const opened = await connect(stores.mysql)
  await prepareSession(opened)
  return opened
}

async function load(on: Connection, { shard, from, to }: LoadTask): Promise<number> {
  const beforeCommit = async () => {
    await feed?.drain()
    await moveCheckpoint(on, shard, from, to)
  }
  await chunk.fill(cursorOf(shard), from, to, feed)
  await feed?.flush()
  await loadChunk(on, { shard, tables: chunk.tables, beforeCommit })
  return chunk.rows
}

function cursorOf(shard: number): OrderCursor {
  const cursor = cursors.get(shard) ?? new OrderCursor(dataset, plan, shard)
  cursors.set(shard, cursor)
  return cursor
}
