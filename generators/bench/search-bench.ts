// Elasticsearch fed by the seeder's pass against bulk bodies made beforehand: the same documents, as
// many bodies on their way.

import type { Client } from '@elastic/elasticsearch'
import { OrderCursor } from '../rows/order-cursor.ts'
import { MAX_IN_FLIGHT, SearchFeed } from '../sinks/search-feed.ts'
import { createIndex, dropIndex } from '../store/search-index.ts'
import type { Bench } from './contenders.ts'
import { readyBodies } from './ready-rows.ts'

/** Not the index of the seeded data. */
export const BENCH_INDEX = 'headroom-bench'

export async function readyBulk(search: Client, { dataset, plan, shards }: Bench): Promise<number> {
  const bodies = shards.map((shard) => readyBodies(dataset, plan, shard, BENCH_INDEX))
  return documentsPerSecond(search, documentsOf(dataset, shards), async () => {
    const senders = bodies.flatMap((own) => {
      const open = own.values()
      return Array.from({ length: MAX_IN_FLIGHT }, () => sendAll(search, open))
    })
    await Promise.all(senders)
  })
}

async function sendAll(search: Client, bodies: Iterable<Buffer>): Promise<void> {
  for (const body of bodies) {
    await search.transport.request({
      method: 'POST',
      path: '/_bulk',
      querystring: { filter_path: 'errors' },
      bulkBody: body,
    })
  }
}

export async function fedBulk(search: Client, { dataset, plan, shards }: Bench): Promise<number> {
  return documentsPerSecond(search, documentsOf(dataset, shards), async () => {
    await Promise.all(
      shards.map(async (shard) => {
        const feed = new SearchFeed(search, BENCH_INDEX)
        const cursor = new OrderCursor(dataset, plan, shard)
        cursor.seek(0)
        for (let row = 0; row < (dataset.shards[shard]?.orders ?? 0); row++) {
          if (feed.isFull) await feed.handOver()
          cursor.next()
          feed.append(cursor)
        }
        await feed.drain()
      }),
    )
  })
}

function documentsOf(dataset: Bench['dataset'], shards: readonly number[]): number {
  return shards.reduce((sum, shard) => sum + (dataset.shards[shard]?.orders ?? 0), 0)
}

async function documentsPerSecond(search: Client, documents: number, work: () => Promise<void>): Promise<number> {
  await dropIndex(search, BENCH_INDEX)
  await createIndex(search, BENCH_INDEX, 'bench', documents)
  const startedAtMs = performance.now()
  await work()
  const seconds = (performance.now() - startedAtMs) / 1000
  await search.indices.refresh({ index: BENCH_INDEX })
  const { count } = await search.count({ index: BENCH_INDEX })
  if (count !== documents) throw new Error(`${count} documents instead of ${documents}`)
  return documents / seconds
}
