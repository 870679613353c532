// What the processes of the interface share in Redis: which nonces have been used, and how often a user asked in a second. No
// cache: whoever asks is told when it cannot be known.
//
// A Redis that was emptied has forgotten nonces that are still good elsewhere. So it also keeps since when it remembers, set
// where there is nothing yet: a request from before then may have been here, and nobody can tell.

import type { Redis } from 'ioredis'
import { connectRedis, execAll } from './redis-connection.ts'

const COMMAND_LIMIT_MS = 200
const PREFIX = 'headroom:edge:'
const SINCE = `${PREFIX}nonces-since`
/** Long enough for the second after it. */
const COUNT_TTL_MS = 3_000

export interface NonceUse {
  /** What the sender says. */
  readonly sinceMs: number
  readonly ttlMs: number
}

export class EdgeRedis {
  readonly #redis: Redis

  constructor(redisUrl: string) {
    this.#redis = connectRedis(redisUrl, { commandTimeout: COMMAND_LIMIT_MS })
    // An empty one remembers from here on, and not only from its first request.
    this.#redis.on('ready', () => void this.#redis.set(SINCE, Date.now(), 'NX').catch(() => {}))
  }

  /** Rejects when Redis does not say so in time: it may have been taken then, or not. */
  async take(nonce: string, { sinceMs, ttlMs }: NonceUse): Promise<'new' | 'used' | 'unknowable'> {
    const [, since, taken] = await execAll(
      this.#redis.multi().set(SINCE, Date.now(), 'NX').get(SINCE).set(`${PREFIX}nonce:${nonce}`, 1, 'PX', ttlMs, 'NX'),
    )
    if (taken !== 'OK') return 'used'
    return sinceMs < Number(since) ? 'unknowable' : 'new'
  }

  /** Counts one more request of theirs in the second, and gives it with the one before. */
  async add(who: string, second: number): Promise<{ readonly now: number; readonly before: number }> {
    const key = (of: number) => `${PREFIX}asked:${who}:${of}`
    const [now, , before] = await execAll(
      this.#redis
        .multi()
        .incr(key(second))
        .pexpire(key(second), COUNT_TTL_MS)
        .get(key(second - 1)),
    )
    return { now: Number(now), before: Number(before ?? 0) }
  }

  async ping(): Promise<void> {
    await this.#redis.ping()
  }

  close(): void {
    this.#redis.disconnect()
  }
}
