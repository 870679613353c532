// A seeding thread: its own connections, one task at a time. Whenever it ends, it leaves whole chunks.

import { parentPort, workerData } from 'node:worker_threads'
import type { Connection } from 'mysql2/promise'
import { Refusal } from '../../contracts/refusal.ts'
import { chunkRanges } from '../chunk-ranges.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { chunksAhead, loadBuffers } from '../sinks/chunks-ahead.ts'
import { loadChunk, prepareSession } from '../sinks/mysql-loader.ts'
import type { SearchFeed } from '../sinks/search-feed.ts'
import { markIndexed, moveCheckpoint } from '../store/lanes.ts'
import { connect, explained } from '../store/mysql-connection.ts'
import { createTables, finishShard } from '../store/order-tables.ts'
import { fillKeys } from '../store/seeded-keys.ts'
import type { SeedAnswer, SeedJob, SeedTask } from './seed-task.ts'

type FillTask = Extract<SeedTask, { kind: 'fill' }>

const { dataset, plan, stores } = workerData as SeedJob
const port = parentPort
if (!port) throw new Error('seed-worker.ts runs as a worker thread only')

const feed = stores.elasticsearchUrl ? await openFeed(stores.elasticsearchUrl) : undefined
// Made once: what the row loop calls stays compiled, and its memory stays warm.
const buffers = loadBuffers()
let connection: Connection | undefined

port.on('message', (task: SeedTask) => {
  void run(task).then(
    () => answer({ kind: 'done' }),
    (error) => answer(failure(error)),
  )
})

function answer(message: SeedAnswer): void {
  port?.postMessage(message)
}

function failure(error: unknown): SeedAnswer {
  const known = explained(error)
  if (known instanceof Refusal) {
    const { what, why, wayOut, exitCode } = known
    return { kind: 'refused', refusal: { what, why, wayOut, exitCode } }
  }
  return { kind: 'failed', message: String(known), stack: known instanceof Error ? known.stack : undefined }
}

async function run(task: SeedTask): Promise<void> {
  connection ??= await openConnection()
  if (task.kind === 'create') await createTables(connection, task.shards, dataset.extraBytesPerRow ?? 0)
  else await fill(connection, task)
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

async function fill(on: Connection, { shard, from, to }: FillTask): Promise<void> {
  const cursor = new OrderCursor(dataset, plan, shard)
  for await (const chunk of chunksAhead({ cursor, ranges: chunkRanges(from, to), buffers, feed })) {
    const beforeCommit = async () => {
      await chunk.accepted()
      await moveCheckpoint(on, shard, chunk)
    }
    await loadChunk(on, { shard, tables: chunk.rows.tables, beforeCommit })
    answer({ kind: 'rows', rows: chunk.rows.rows })
  }
  await finishShard(on, shard)
  await fillKeys(on, dataset, shard)
  await markIndexed(on, shard)
}
