// A connection that was given up may go on working on the server: a statement that waited for a lock would commit long
// after its client was answered. Over a connection kept for this, such a one is found by the lock it holds, and ended.

import { setTimeout as sleep } from 'node:timers/promises'
import type { MysqlConnection } from './mysql-connection.ts'

const STATEMENT_LIMIT_MS = 2_000
const FIRST_PAUSE_MS = 20
const MAX_PAUSE_MS = 500
/** Nobody listens there: a server that is gone works on nothing. */
const NOBODY_THERE = new Set(['ECONNREFUSED', 'ENOENT'])

export class AbandonedStatements {
  readonly #open: () => Promise<MysqlConnection>
  readonly #stopping = new AbortController()
  #spare: Promise<MysqlConnection> | undefined

  constructor(open: () => Promise<MysqlConnection>) {
    this.#open = open
  }

  /** Opens the connection before it is needed: when it is, the server may take no more. */
  prepare(): void {
    this.#connection().catch(() => {})
  }

  /** Resolves once the server no longer knows the connection, however long that takes, or when we stop. */
  async end({ lockName }: { readonly lockName: string }): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.#stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        if (await this.#hasEnded(lockName)) return
      } catch (error) {
        this.#drop()
        if (error instanceof Error && 'code' in error && NOBODY_THERE.has(String(error.code))) return
      }
      await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
    }
  }

  stop(): void {
    this.#stopping.abort()
    this.#drop()
  }

  /** By its lock and not by its number, which another server may have given to somebody else. */
  async #hasEnded(lockName: string): Promise<boolean> {
    const spare = await this.#connection()
    const [found] = (await spare.query('SELECT IS_USED_LOCK(?) AS id', [lockName], STATEMENT_LIMIT_MS)) as readonly {
      readonly id: number | string | null
    }[]
    if (!found || found.id === null) return true
    await spare.query('KILL CONNECTION ?', [Number(found.id)], STATEMENT_LIMIT_MS).catch((error) => {
      if (!isUnknownThread(error)) throw error
    })
    return false
  }

  async #connection(): Promise<MysqlConnection> {
    for (;;) {
      const opening = this.#spare ?? this.#open()
      this.#spare = opening
      const spare = await opening
      if (spare.isUsable) return spare
      if (this.#spare === opening) this.#drop()
    }
  }

  #drop(): void {
    this.#spare?.then(
      (spare) => spare.destroy(),
      () => {},
    )
    this.#spare = undefined
  }
}

function isUnknownThread(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === 1094
}
