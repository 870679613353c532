// A Redis stream that messages are put on after the fact. Nobody keeps what Redis did not take: a message may be lost.

import type { Redis } from 'ioredis'
import type { Metrics } from '../telemetry/metrics.ts'
import { connectRedis } from './redis-connection.ts'

const COMMAND_LIMIT_MS = 50

export interface StreamOptions {
  readonly redisUrl: string
  readonly stream: string
  /** The oldest messages go beyond about so many. */
  readonly keep: number
}

export class MessageStream {
  readonly #redis: Redis
  readonly #options: StreamOptions
  readonly #lost

  constructor(options: StreamOptions, metrics: Metrics) {
    this.#options = options
    this.#redis = connectRedis(options.redisUrl, { commandTimeout: COMMAND_LIMIT_MS })
    this.#lost = metrics.counter(
      'headroom_messages_lost_total',
      'Messages that Redis did not take, and that nobody keeps',
    )
  }

  /** Never rejects. */
  async publish(message: object): Promise<void> {
    const { stream, keep } = this.#options
    try {
      await this.#redis.xadd(stream, 'MAXLEN', '~', keep, '*', 'message', JSON.stringify(message))
    } catch {
      this.#lost.inc()
    }
  }

  async ping(): Promise<void> {
    await this.#redis.ping()
  }

  close(): void {
    this.#redis.disconnect()
  }
}
