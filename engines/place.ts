// Where one checkout keeps its engines: state we read, and a home the engines' account can reach.

import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { type Account, canEnter, engineAccount, giveTo } from './account.ts'

/** The project's own folder, wherever the command was called. */
export const CHECKOUT = resolve(import.meta.dirname, '..')
/** Git-ignored, relative to the checkout: what is fetched, made and running for it. */
export const STATE_FOLDER = '.headroom'
export const STATE = join(CHECKOUT, STATE_FOLDER)

// A unix socket's path has 108 bytes on Linux and 104 on macOS, the final zero included.
const LONGEST_SOCKET_PATH = 103
const LONGEST_SOCKET_NAME = '/mysql/mysqld.sock'.length

export interface Place {
  /** Different for every state folder on the machine: names containers, spreads ports. */
  readonly id: string
  /** engines.json, credentials, pids, lock: ours alone. */
  readonly state: string
  /** Data, sockets, logs and configuration of the engines. */
  readonly home: string
  /** Programs fetched once per checkout. */
  readonly cache: string
  /** Who runs the engines; undefined: the caller itself. */
  readonly account: Account | undefined
}

/** `stateFolder` is relative to the checkout; tests use one of their own, the cache is shared. */
export function openPlace(stateFolder = STATE_FOLDER): Place {
  const account = engineAccount()
  makeFolder(STATE)
  const state = resolve(CHECKOUT, stateFolder)
  makeFolder(state)
  const reachable = !account || canEnter(account, STATE)
  const home =
    reachable && state.length + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH ? state : homeElsewhere(state, account)
  const cache = join(reachable ? STATE : homeElsewhere(STATE, account), 'cache')
  makeFolder(cache)
  return { id: idOf(state), state, home, cache, account }
}

/** What `openPlace` may have put outside the checkout for this state folder. */
export function linkedHome(state: string): string | undefined {
  try {
    return readlinkSync(join(state, 'home'))
  } catch {
    return undefined
  }
}

function idOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 10)
}

/** Engines run as another user cannot enter a checkout below, say, /root: then they live here. */
function homeElsewhere(state: string, account: Account | undefined): string {
  const home = `/var/tmp/headroom-${idOf(state)}`
  mkdirSync(home, { recursive: true, mode: 0o700 })
  // /var/tmp belongs to everybody: what somebody else put at this name is not ours to use.
  const found = lstatSync(home)
  const owners = [process.getuid?.(), account?.uid]
  if (!found.isDirectory() || !owners.includes(found.uid)) {
    throw new Refusal({
      what: `${home} belongs to somebody else`,
      why: [`it would hold the engines' data, because ${dirname(state)} cannot be entered by their account`],
      wayOut: 'Remove it, or move the checkout to a folder that every user may enter.',
    })
  }
  if (account) giveTo(account, home)
  chmodSync(home, 0o700)
  const link = join(state, 'home')
  if (linkedHome(state) !== home) {
    rmSync(link, { force: true })
    symlinkSync(home, link)
  }
  return home
}

/** Unlike mkdir alone, gives the mode asked for under any umask. */
export function makeFolder(path: string, mode = 0o755): void {
  if (mkdirSync(path, { recursive: true })) chmodSync(path, mode)
}
