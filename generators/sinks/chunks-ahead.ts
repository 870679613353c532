// The chunks of a shard in order, each generated while the one before it is loaded: the server waits for no row, and the
// processor for no answer.

import type { ChunkRange } from '../chunk-ranges.ts'
import type { OrderCursor } from '../rows/order-cursor.ts'
import { rowWriters } from '../rows/row-formats.ts'
import { ChunkRows, type OrderFeed } from './chunk-rows.ts'

/** A feed that can tell when it has passed on what it was given. */
export interface ChunkFeed extends OrderFeed {
  flush(): Promise<void>
  /** Waits for what was flushed until now, and not for what comes after; once anything was refused, it rejects. */
  acceptance(): () => Promise<void>
}

export interface ReadyChunk extends ChunkRange {
  readonly rows: ChunkRows
  /** Resolves when the feed has passed this chunk's orders on; rejects if it cannot. */
  readonly accepted: () => Promise<void>
}

export interface ChunkSource {
  readonly cursor: OrderCursor
  readonly ranges: Iterable<ChunkRange>
  /** Filled in turn, again and again. */
  readonly buffers: readonly [ChunkRows, ChunkRows]
  readonly feed: ChunkFeed | undefined
}

/** For what `loadChunk` sends. */
export function loadBuffers(): ChunkSource['buffers'] {
  const writers = rowWriters('load')
  return [new ChunkRows(writers), new ChunkRows(writers)]
}

/** A chunk may be read until the next one is asked for. */
export async function* chunksAhead({ cursor, ranges, buffers, feed }: ChunkSource): AsyncGenerator<ReadyChunk> {
  let ahead: Promise<ReadyChunk> | undefined
  let [spare, used] = buffers
  for (const range of ranges) {
    const ready = await ahead
    ahead = fill(spare, cursor, range, feed)
    // Thrown to whoever awaits it; until then the chunk before may still be on its way.
    ahead.catch(() => {})
    if (ready) yield ready
    ;[spare, used] = [used, spare]
  }
  if (ahead) yield await ahead
}

async function fill(
  rows: ChunkRows,
  cursor: OrderCursor,
  range: ChunkRange,
  feed: ChunkFeed | undefined,
): Promise<ReadyChunk> {
  await rows.fill(cursor, range, feed)
  await feed?.flush()
  return { ...range, rows, accepted: feed?.acceptance() ?? (async () => {}) }
}
