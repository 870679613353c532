// Rows made beforehand, so that a contender pays nothing for generating them.

import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Dataset } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import { SEEDED_FAMILIES, type SeededFamily } from '../../contracts/shard.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { type RowWriter, rowsOf, rowWriter } from '../rows/row-formats.ts'
import { MAX_SEARCH_BYTES, writeSearchLines } from '../rows/search-lines.ts'
import { ChunkRows } from '../sinks/chunk-rows.ts'
import { BODY_BYTES, bodyOf, emptyBody } from '../sinks/search-feed.ts'

export interface ReadyFile {
  readonly family: SeededFamily
  readonly shard: number
  readonly path: string
  readonly rows: number
}

export function tableStream(dataset: Dataset, plan: Plan, family: SeededFamily, shard: number): ChunkRows {
  return new ChunkRows({
    cursor: new OrderCursor(dataset, plan, shard),
    write: rowWriter(family, 'tsv'),
    rowsOf: (order) => rowsOf(family, order),
    from: 0,
    to: dataset.shards[shard]?.orders ?? 0,
  })
}

export async function writeReadyFiles(
  dataset: Dataset,
  plan: Plan,
  shards: readonly number[],
  folder: string,
): Promise<readonly ReadyFile[]> {
  const files: ReadyFile[] = []
  for (const shard of shards) {
    for (const family of SEEDED_FAMILIES) {
      const path = join(folder, `${family}_${shard}.tsv`)
      const rows = tableStream(dataset, plan, family, shard)
      await pipeline(rows, createWriteStream(path, { mode: 0o644 }))
      files.push({ family, shard, path, rows: rows.rows })
    }
  }
  return files
}

/** Generates all rows of the tables and throws them away; returns rows per second of one thread. */
export function nullSinkRate(dataset: Dataset, plan: Plan, shards: readonly number[]): number {
  const target = new DataView(new ArrayBuffer(64 * 1024))
  const startedAtMs = performance.now()
  let rows = 0
  for (const shard of shards) {
    for (const family of SEEDED_FAMILIES) rows += drainTable(dataset, plan, family, shard, target)
  }
  return rows / ((performance.now() - startedAtMs) / 1000)
}

function drainTable(dataset: Dataset, plan: Plan, family: SeededFamily, shard: number, target: DataView): number {
  const cursor = new OrderCursor(dataset, plan, shard)
  const write: RowWriter = rowWriter(family, 'tsv')
  const orders = dataset.shards[shard]?.orders ?? 0
  let rows = 0
  cursor.seek(0)
  for (let row = 0; row < orders; row++) {
    cursor.next()
    write(cursor, target, 0)
    rows += rowsOf(family, cursor)
  }
  return rows
}

/** Bulk bodies of one table's orders. */
export function readyBodies(dataset: Dataset, plan: Plan, shard: number): readonly Buffer[] {
  const cursor = new OrderCursor(dataset, plan, shard)
  const write = rowWriter('orders', 'tsv')
  const scratch = new DataView(new ArrayBuffer(64 * 1024))
  const bodies: Buffer[] = []
  let body = emptyBody()
  let at = 0
  cursor.seek(0)
  for (let row = 0; row < (dataset.shards[shard]?.orders ?? 0); row++) {
    cursor.next()
    write(cursor, scratch, 0)
    at = writeSearchLines(cursor, body, at)
    if (at > BODY_BYTES - MAX_SEARCH_BYTES) {
      bodies.push(bodyOf(body, at))
      body = emptyBody()
      at = 0
    }
  }
  return [...bodies, bodyOf(body, at)]
}
