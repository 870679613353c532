// mysqld and Elasticsearch refuse to run as root: then every engine runs as `nobody`.

import { spawnSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { Refusal } from '../contracts/refusal.ts'

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** Undefined for an ordinary user, who runs the engines himself. */
export function engineAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout?.trim())
  if (!uid || !gid) {
    throw new Refusal({
      what: 'no account to run the engines with',
      why: ['you are root, mysqld and Elasticsearch refuse to run as root, and there is no user `nobody`'],
      wayOut: 'Run as an ordinary user, or add the user: useradd --system nobody',
    })
  }
  return { uid: Number(uid), gid: Number(gid) }
}

/** Asked of the system itself, as that user, so that modes, groups and ACLs all count. */
export function canEnter({ uid, gid }: Account, folder: string): boolean {
  return spawnSync('test', ['-x', folder], { uid, gid, cwd: '/' }).status === 0
}

export function giveTo(account: Account | undefined, ...paths: readonly string[]): void {
  if (account) for (const path of paths) chownSync(path, account.uid, account.gid)
}
