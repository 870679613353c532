// Threads over lanes until every shard of this run is full and indexed.

import type { Connection } from 'mysql2/promise'
import { Refusal } from '../contracts/refusal.ts'
import { countItems } from './rows/count-items.ts'
import type { SeedDeps } from './seed-options.ts'
import { type Lane, openLanes } from './store/lanes.ts'
import type { SeedJob } from './workers/seed-task.ts'
import { type SeedThread, WorkerPool } from './workers/worker-pool.ts'

const KEEP_ALIVE_MS = 60_000

export interface LaneRun {
  readonly lanes: readonly Lane[]
  readonly shards: readonly number[]
  readonly job: SeedJob
  /** Holds the locks: without it another seeder could begin. */
  readonly lock: Connection
}

/** Returns the rows written. Throws at the first failure; what other threads had not committed is rolled back. */
export async function runLanes({ lanes, shards, job, lock }: LaneRun, deps: SeedDeps): Promise<number> {
  const open = openLanes(lanes)
  const pool = new WorkerPool(Math.max(1, Math.min(deps.cores, open.length)), job)
  const stop = stopSignal(deps.signal, lock)
  const progress = deps.startProgress({ label: 'Seeding', total: openRows(open, job), unit: 'rows' })
  let written = 0
  const onRows = (rows: number) => {
    written += rows
    progress.update(written)
  }
  try {
    const next = open.values()
    const work = createAll(pool, shards).then(() =>
      Promise.all(
        pool.threads.map(async (thread) => {
          for (const { shard, done, orders } of next) {
            await thread.run({ kind: 'fill', shard, from: done, to: orders }, onRows)
          }
        }),
      ),
    )
    await Promise.race([work, stop.promise])
    return written
  } finally {
    progress.stop()
    stop.release()
    await pool.terminate()
  }
}

async function createAll({ threads }: WorkerPool, shards: readonly number[]): Promise<void> {
  const share = (thread: number) => shards.filter((_, at) => at % threads.length === thread)
  await Promise.all(threads.map((thread: SeedThread, at) => thread.run({ kind: 'create', shards: share(at) })))
}

/** Rejects on an interrupt, or when the connection that holds the locks is lost. */
function stopSignal(signal: AbortSignal, lock: Connection) {
  let onAbort = () => {}
  let onLost = (_error: Error) => {}
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    onLost = (error) =>
      reject(
        new Refusal({
          what: 'the connection that holds the seeding locks was lost',
          why: [error.message],
          wayOut: 'Run the same command again: what was committed stays, and it continues.',
        }),
      )
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)
    lock.on('error', onLost)
  })
  promise.catch(() => {})
  // A server closes a connection that is silent for hours (wait_timeout), and its locks with it.
  const alive = setInterval(() => lock.ping().catch(onLost), KEEP_ALIVE_MS)
  return {
    promise,
    release: () => {
      clearInterval(alive)
      signal.removeEventListener('abort', onAbort)
      lock.removeListener('error', onLost)
    },
  }
}

function openRows(lanes: readonly Lane[], { plan, dataset }: SeedJob): number {
  return lanes.reduce((sum, { shard, done, orders }) => {
    return sum + 2 * (orders - done) + countItems(plan, dataset.seed, shard, done, orders)
  }, 0)
}
