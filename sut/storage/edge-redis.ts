// What the processes of the interface share in Redis: which nonces have been used, and how often a user asked in a second. No
// cache: whoever asks is told when it cannot be known.
//
// A Redis that was emptied has forgotten nonces that are still good elsewhere. So it also keeps since when it remembers, set
// where there is nothing yet: a request from before then may have been here, and nobody can tell.

import { Redis } from 'ioredis'

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
    this.#redis = new Redis(redisUrl, {
      lazyConnect: true,
      // While Redis is away the answer is known at once: nobody knows.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_LIMIT_MS,
      connectTimeout: 2_000,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    })
    // Without a listener an error event would end the process; the commands report the same failure.
    this.#redis.on('error', () => {})
    // An empty one remembers from here on, and not only from its first request.
    this.#redis.on('ready', () => void this.#redis.set(SINCE, Date.now(), 'NX').catch(() => {}))
    void this.#redis.connect().catch(() => {})
  }

  /** Rejects when Redis does not say so in time: it may have been taken then, or not. */
  async take(nonce: string, { sinceMs, ttlMs }: NonceUse): Promise<'new' | 'used' | 'unknowable'> {
    const [, since, taken] = await this.#each(
      this.#redis.multi().set(SINCE, Date.now(), 'NX').get(SINCE).set(`${PREFIX}nonce:${nonce}`, 1, 'PX', ttlMs, 'NX'),
    )
    if (taken !== 'OK') return 'used'
    return sinceMs < Number(since) ? 'unknowable' : 'new'
  }

  async add(userId: number, second: number): Promise<{ readonly now: number; readonly before: number }> {
    const key = (of: number) => `${PREFIX}asked:${userId}:${of}`
    const [now, , before] = await this.#each(
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

  /** All or nothing, in one round trip. */
  async #each(commands: ReturnType<Redis['multi']>): Promise<readonly unknown[]> {
    const answers = await commands.exec()
    if (!answers) throw new Error('Redis did not do it')
    return answers.map(([error, answer]) => {
      if (error) throw error
      return answer
    })
  }
}
