// A cache that is allowed to fail: a miss, a timeout and a dead Redis look the same to the caller, who reads MySQL.

import type { Redis } from 'ioredis'
import type { Metrics } from '../telemetry/metrics.ts'
import { connectRedis } from './redis-connection.ts'

const COMMAND_LIMIT_MS = 50
/** Fills wait for one another: one write for several costs less than a write for each. */
const FILLS_TOGETHER_MS = 5
/** After a failure Redis is left alone for this long, so that a dead one costs each request nothing. */
const PAUSE_MS = 1_000

export class RedisCache {
  readonly #redis: Redis
  readonly #failures
  #pausedUntilMs = 0
  readonly #fills: (() => void)[] = []
  #fillTimer: NodeJS.Timeout | undefined

  constructor(redisUrl: string, metrics: Metrics) {
    this.#redis = connectRedis(redisUrl, { commandTimeout: COMMAND_LIMIT_MS, enableAutoPipelining: true })
    this.#failures = metrics.counter('headroom_cache_failures_total', 'Cache commands that failed')
  }

  async get(key: string): Promise<string | null> {
    return this.#attempt(() => this.#redis.get(key), null)
  }

  /** Only where nothing is yet, soon, and if it is still wanted then. Nobody is told whether it was done. */
  fill(key: string, value: string, ttlMs: number, isWanted: () => boolean): void {
    this.#fills.push(() => {
      if (isWanted()) void this.#attempt(() => this.#redis.set(key, value, 'PX', ttlMs, 'NX'), null)
    })
    this.#fillTimer ??= setTimeout(() => this.#fillAll(), FILLS_TOGETHER_MS)
  }

  /** Commands of one turn of the event loop leave together (`enableAutoPipelining`). */
  #fillAll(): void {
    this.#fillTimer = undefined
    for (const fill of this.#fills.splice(0)) fill()
  }

  /** In place of whatever is there. False when Redis has not said in time that it is so. */
  async put(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await this.#attempt(() => this.#redis.set(key, value, 'PX', ttlMs), null)) === 'OK'
  }

  async ping(): Promise<void> {
    await this.#redis.ping()
  }

  close(): void {
    clearTimeout(this.#fillTimer)
    this.#redis.disconnect()
  }

  async #attempt<T>(command: () => Promise<T>, otherwise: T): Promise<T> {
    if (performance.now() < this.#pausedUntilMs) return otherwise
    try {
      return await command()
    } catch {
      this.#failures.inc()
      this.#pausedUntilMs = performance.now() + PAUSE_MS
      return otherwise
    }
  }
}
