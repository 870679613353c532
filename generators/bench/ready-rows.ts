// Rows made beforehand, so that a contender pays nothing for generating them.

import { join } from 'node:path'
import type { Dataset } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import { SEEDED_FAMILIES, type SeededFamily, type Shard } from '../../contracts/shard.ts'
import { chunkRanges } from '../chunk-ranges.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { fileName, rowWriters } from '../rows/row-formats.ts'
import { linesInto, MAX_SEARCH_BYTES, writeSearchLines } from '../rows/search-lines.ts'
import { ChunkRows } from '../sinks/chunk-rows.ts'
import { BODY_BYTES, bodyOf, emptyBody } from '../sinks/search-feed.ts'
import { writeShardFiles } from '../sinks/shard-files.ts'

export interface ReadyFile {
  readonly family: SeededFamily
  readonly shard: number
  readonly path: string
  readonly rows: number
}

export async function writeReadyFiles(
  dataset: Dataset,
  plan: Plan,
  shards: readonly number[],
  folder: string,
): Promise<readonly ReadyFile[]> {
  const files: ReadyFile[] = []
  for (const shard of shards) {
    const path = (family: SeededFamily) => join(folder, fileName(family, shard as Shard, 'tsv'))
    const paths = { orders: path('orders'), order_items: path('order_items'), payments: path('payments') }
    const rows = await writeShardFiles({ dataset, plan, shard, format: 'tsv', paths })
    for (const family of SEEDED_FAMILIES) files.push({ family, shard, path: paths[family], rows: rows[family] })
  }
  return files
}

/** Generates all rows of the tables and throws them away; returns rows per second of one thread. */
export async function nullSinkRate(dataset: Dataset, plan: Plan, shards: readonly number[]): Promise<number> {
  const chunk = new ChunkRows(rowWriters('load'))
  const startedAtMs = performance.now()
  let rows = 0
  for (const shard of shards) {
    const cursor = new OrderCursor(dataset, plan, shard)
    for (const range of chunkRanges(0, dataset.shards[shard]?.orders ?? 0)) {
      await chunk.fill(cursor, range)
      rows += chunk.rows
    }
  }
  return rows / ((performance.now() - startedAtMs) / 1000)
}

/** Bulk bodies of one table's orders. */
export function readyBodies(dataset: Dataset, plan: Plan, shard: number, index: string): readonly Buffer[] {
  const into = linesInto(index)
  const cursor = new OrderCursor(dataset, plan, shard)
  const bodies: Buffer[] = []
  let body = emptyBody()
  let at = 0
  cursor.seek(0)
  for (let row = 0; row < (dataset.shards[shard]?.orders ?? 0); row++) {
    cursor.next()
    at = writeSearchLines(cursor, body, at, into)
    if (at > BODY_BYTES - MAX_SEARCH_BYTES) {
      bodies.push(bodyOf(body, at))
      body = emptyBody()
      at = 0
    }
  }
  return at > 0 ? [...bodies, bodyOf(body, at)] : bodies
}
