// The rows of one shard as files, one per table.

import { open } from 'node:fs/promises'
import type { Dataset } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import { SEEDED_FAMILIES, type SeededFamily } from '../../contracts/shard.ts'
import { chunkRanges } from '../chunk-ranges.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { type FileFormat, rowWriters } from '../rows/row-formats.ts'
import { ChunkRows } from './chunk-rows.ts'

export interface ShardFiles {
  readonly dataset: Dataset
  readonly plan: Plan
  readonly shard: number
  readonly format: FileFormat
  readonly paths: Readonly<Record<SeededFamily, string>>
}

/** Rows written per table. `onRows` hears of each chunk's; an abort leaves the files as they are. */
export async function writeShardFiles(
  { dataset, plan, shard, format, paths }: ShardFiles,
  { signal, onRows }: { readonly signal?: AbortSignal; readonly onRows?: (rows: number) => void } = {},
): Promise<Readonly<Record<SeededFamily, number>>> {
  const written = { orders: 0, order_items: 0, payments: 0 }
  const chunk = new ChunkRows(rowWriters(format))
  const cursor = new OrderCursor(dataset, plan, shard)
  const orders = dataset.shards[shard]?.orders ?? 0
  const files = await Promise.all(
    SEEDED_FAMILIES.map(async (family) => ({ family, file: await open(paths[family], 'w', 0o644) })),
  )
  try {
    for (const range of chunkRanges(0, orders)) {
      signal?.throwIfAborted()
      await chunk.fill(cursor, range)
      for (const { family, file } of files) {
        await file.appendFile(chunk.tables[family].stream())
        written[family] += chunk.tables[family].rows
      }
      onRows?.(chunk.rows)
    }
    // What gets its name is on the disk, whatever happens to the machine.
    for (const { file } of files) await file.datasync()
  } finally {
    await Promise.all(files.map(({ file }) => file.close()))
  }
  return written
}
