// Which shards a run is about, as people are told.

import { SHARD_COUNT } from '../contracts/shard.ts'

/** `all shards`, `shard 7`, `shards 0-3, 7`. */
export function shardText(shards: readonly number[]): string {
  if (shards.length === SHARD_COUNT) return 'all shards'
  const ranges: { readonly first: number; last: number }[] = []
  for (const shard of shards) {
    const range = ranges.at(-1)
    if (range?.last === shard - 1) range.last = shard
    else ranges.push({ first: shard, last: shard })
  }
  const names = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
  return `${shards.length === 1 ? 'shard' : 'shards'} ${names.join(', ')}`
}
