// One process of this machine per folder: two that write the same files would tear them.

import { join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { type LockAttempt, tryLock } from '../engines/lock.ts'

const LOCK_FILE = '.headroom.lock'

/** Returns what gives the folder free again. */
export function lockFolder(folder: string): () => void {
  const attempt = attemptLock(join(folder, LOCK_FILE))
  if ('release' in attempt) return attempt.release
  throw new Refusal({
    what: `another seeder is writing into ${folder}`,
    why: [`process ${attempt.heldBy.pid} has been at work there since before this one`],
    wayOut: 'Wait until it has ended, or name another --out: files of different shards can be put together later.',
  })
}

function attemptLock(path: string): LockAttempt {
  try {
    return tryLock(path, 'writing files')
  } catch {
    // Sticks and shares without hard links have no locks; a disk that is full says so with the first row.
    return { release: () => {} }
  }
}
