// One process at a time: a file that appears whole (link is atomic) and names its holder; a dead holder's is taken over.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts'

export interface LockHolder extends ProcessIdentity {
  readonly doing: string
}

export type LockAttempt = { readonly release: () => void } | { readonly heldBy: LockHolder }

export function tryLock(path: string, doing: string): LockAttempt {
  const me = identify(process.pid)
  if (!me) throw new Error('cannot read the start time of this process')
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify({ ...me, doing } satisfies LockHolder), { mode: 0o600 })
  try {
    for (;;) {
      if (linked(draft, path)) return { release: () => rmSync(path, { force: true }) }
      const holder = readHolder(path)
      if (holder && isRunning(holder)) return { heldBy: holder }
      takeAway(path, holder)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Waits for the holder: for work worth doing once, such as a download. */
export async function waitForLock(path: string, doing: string, signal: AbortSignal): Promise<() => void> {
  for (;;) {
    const attempt = tryLock(path, doing)
    if ('release' in attempt) return attempt.release
    await sleep(200, undefined, { signal })
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder
  } catch {
    return undefined
  }
}

/** Removes a dead holder's lock; two who do so at once must not remove the winner's new one. */
function takeAway(path: string, dead: LockHolder | undefined): void {
  const aside = `${path}.stale-${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return // somebody else took it away
  }
  const taken = readHolder(aside)
  if (taken && (taken.pid !== dead?.pid || taken.startedAt !== dead.startedAt)) linked(aside, path)
  rmSync(aside, { force: true })
}
