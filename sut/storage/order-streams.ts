// The Redis streams on which changes of orders are told, in the new format and in the old one. Unlike a cache it may not lose
// anything unnoticed: what Redis has not taken for certain is told again.

import type { Redis } from 'ioredis'
import { LEGACY_STREAM, LEGACY_STREAM_LENGTH, legacyMessageOf } from '../../contracts/legacy-message.ts'
import { EVENT_STREAM, EVENT_STREAM_LENGTH } from '../../contracts/order-event.ts'
import type { NumberedEvent } from './message-table.ts'
import { connectRedis, execAll } from './redis-connection.ts'

/** Nobody waits for it but the next messages. */
const COMMAND_LIMIT_MS = 2_000

export class OrderStreams {
  readonly #redis: Redis

  constructor(redisUrl: string) {
    this.#redis = connectRedis(redisUrl, { commandTimeout: COMMAND_LIMIT_MS })
  }

  /** All of them on both streams, or none. Rejects where it is not known that all are. */
  async publish(events: readonly NumberedEvent[]): Promise<void> {
    const all = this.#redis.multi()
    for (const { event, orderNo } of events) {
      all.xadd(EVENT_STREAM, 'MAXLEN', '~', EVENT_STREAM_LENGTH, '*', 'event', JSON.stringify(event))
      const message = legacyMessageOf(event, orderNo)
      if (message === null) continue
      all.xadd(LEGACY_STREAM, 'MAXLEN', '~', LEGACY_STREAM_LENGTH, '*', 'message', JSON.stringify(message))
    }
    await execAll(all)
  }

  async ping(): Promise<void> {
    await this.#redis.ping()
  }

  close(): void {
    this.#redis.disconnect()
  }
}
