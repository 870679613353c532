// One process per shard and folder: two that write the same files would tear them.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { tryLock } from '../engines/lock.ts'

/** Returns what gives the shards free again. Other processes may write other shards into the same folder. */
export function lockShardFiles(folder: string, shards: readonly number[]): () => void {
  mkdirSync(folder, { recursive: true })
  const releases: (() => void)[] = []
  const releaseAll = () => {
    for (const release of releases) release()
  }
  for (const shard of shards) {
    const attempt = tryLock(join(folder, `.shard-${shard}.lock`), 'writing files')
    if ('release' in attempt) releases.push(attempt.release)
    else {
      releaseAll()
      throw new Refusal({
        what: `another seeder is writing into ${folder}`,
        why: [`process ${attempt.heldBy.pid} is at work on shard ${shard}`],
        wayOut: 'Wait until it has ended, write other shards with --shards, or name another --out.',
      })
    }
  }
  return releaseAll
}
