// At most so many requests per second of one user, with a second's worth saved up: a token bucket each.

import { SutError } from '../errors.ts'

/** Asked before anything else is done for a user. */
export interface UserLimit {
  /** Throws, or rejects, when the user has used up what may be used. null: nothing has to be waited for. */
  take(userId: number): Promise<void> | null
}

interface Bucket {
  tokens: number
  filledAtMs: number
}

const MAX_BUCKETS = 50_000

export class UserRateLimit implements UserLimit {
  readonly #ratePerSecond: number
  readonly #nowMs: () => number
  readonly #buckets = new Map<number, Bucket>()

  constructor(ratePerSecond: number, nowMs: () => number = () => performance.now()) {
    this.#ratePerSecond = ratePerSecond
    this.#nowMs = nowMs
  }

  take(userId: number): null {
    const nowMs = this.#nowMs()
    const bucket = this.#buckets.get(userId) ?? this.#open(userId, nowMs)
    const refilled = bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * this.#ratePerSecond
    bucket.tokens = Math.min(this.#ratePerSecond, refilled)
    bucket.filledAtMs = nowMs
    if (bucket.tokens < 1) {
      throw new SutError('too-many-requests', `more than ${this.#ratePerSecond} requests a second`, {
        retryAfterSeconds: 1,
      })
    }
    bucket.tokens--
    return null
  }

  #open(userId: number, nowMs: number): Bucket {
    if (this.#buckets.size >= MAX_BUCKETS) this.#forgetFull(nowMs)
    const bucket = { tokens: this.#ratePerSecond, filledAtMs: nowMs }
    this.#buckets.set(userId, bucket)
    return bucket
  }

  /** A bucket untouched for a second is full again, which is what a new one is. */
  #forgetFull(nowMs: number): void {
    for (const [userId, { filledAtMs }] of this.#buckets) {
      if (nowMs - filledAtMs >= 1000) this.#buckets.delete(userId)
    }
  }
}
