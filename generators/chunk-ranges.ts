// How a shard's rows are cut: into chunks that are generated, loaded and committed as a whole.

/** Orders per chunk: what a kill costs each thread, about a second of work. */
export const CHUNK_ORDERS = 50_000

/** Orders [from, to) by row number. */
export interface ChunkRange {
  readonly from: number
  readonly to: number
}

export function* chunkRanges(from: number, to: number): Generator<ChunkRange> {
  for (let at = from; at < to; at += CHUNK_ORDERS) yield { from: at, to: Math.min(to, at + CHUNK_ORDERS) }
}
