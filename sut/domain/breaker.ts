// What has just failed is left alone for a while, and then tried by one caller at a time until it answers: the others are
// told at once instead of waiting with it.

import { type ErrorCode, SutError } from '../errors.ts'

const REST_MS = 1_000

export interface BreakerOptions {
  /** Of the refusal meanwhile; `unavailable` where it is left out. */
  readonly code?: ErrorCode
  /** Whether it says that nobody answers; any does where this is left out. */
  readonly isFailure?: (error: unknown) => boolean
}

export class Breaker {
  readonly #name: string
  readonly #nowMs: () => number
  readonly #code: ErrorCode
  readonly #isFailure: (error: unknown) => boolean
  #isFailing = false
  #restUntilMs = 0

  /** `name`: of what is called, for a public message. */
  constructor(name: string, nowMs: () => number, options: BreakerOptions = {}) {
    const { code = 'unavailable', isFailure = () => true } = options
    this.#name = name
    this.#nowMs = nowMs
    this.#code = code
    this.#isFailure = isFailure
  }

  /** It failed when it was tried last. */
  get isFailing(): boolean {
    return this.#isFailing
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isFailing) {
      if (this.#nowMs() < this.#restUntilMs) throw this.#leftAlone()
      this.#restUntilMs = this.#nowMs() + REST_MS
    }
    try {
      const answer = await work()
      this.#isFailing = false
      return answer
    } catch (error) {
      this.#isFailing = this.#isFailure(error)
      this.#restUntilMs = this.#nowMs() + REST_MS
      throw error
    }
  }

  #leftAlone(): SutError {
    return new SutError(this.#code, `${this.#name} does not answer`, { retryAfterSeconds: 1 })
  }
}
