// At most so many requests per second of one user, whichever process they reach: counted in seconds that all of them share, the
// one before weighed by how much of it still lies within the last second. Each process keeps its own limit as well, and it
// alone while what they share cannot be asked.

import { SutError } from '../errors.ts'
import type { UserLimit, UserRateLimit } from './user-rate-limit.ts'

/** Shared by all processes of the interface. */
export interface UserCounts {
  /** Counts one more in the second, and gives it with the one before. Rejects when it cannot be asked. */
  add(userId: number, second: number): Promise<{ readonly now: number; readonly before: number }>
}

export class SharedRateLimit implements UserLimit {
  readonly #ratePerSecond: number
  readonly #own: UserRateLimit
  readonly #counts: UserCounts
  readonly #nowMs: () => number

  constructor(ratePerSecond: number, own: UserRateLimit, counts: UserCounts, nowMs: () => number = Date.now) {
    this.#ratePerSecond = ratePerSecond
    this.#own = own
    this.#counts = counts
    this.#nowMs = nowMs
  }

  async take(userId: number): Promise<void> {
    this.#own.take(userId)
    const nowMs = this.#nowMs()
    const second = Math.floor(nowMs / 1000)
    const counts = await this.#counts.add(userId, second).catch(() => null)
    if (counts === null) return
    const weight = 1 - (nowMs / 1000 - second)
    if (counts.now + counts.before * weight <= this.#ratePerSecond) return
    throw new SutError('too-many-requests', `more than ${this.#ratePerSecond} requests a second`, {
      retryAfterSeconds: 1,
    })
  }
}
