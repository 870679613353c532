// What has just failed is left alone for a while, and then tried by one caller at a time until it answers: the others are
// told at once instead of waiting with it.

import { SutError } from '../errors.ts'

const REST_MS = 1_000

export class Breaker {
  readonly #name: string
  readonly #nowMs: () => number
  #isFailing = false
  #restUntilMs = 0

  /** `name`: of what is called, for a public message. */
  constructor(name: string, nowMs: () => number) {
    this.#name = name
    this.#nowMs = nowMs
  }

  /** It failed when it was tried last. */
  get isFailing(): boolean {
    return this.#isFailing
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isFailing) {
      if (this.#nowMs() < this.#restUntilMs) throw leftAlone(this.#name)
      this.#restUntilMs = this.#nowMs() + REST_MS
    }
    try {
      const answer = await work()
      this.#isFailing = false
      return answer
    } catch (error) {
      this.#isFailing = true
      this.#restUntilMs = this.#nowMs() + REST_MS
      throw error
    }
  }
}

function leftAlone(name: string): SutError {
  return new SutError('unavailable', `${name} does not answer`, { retryAfterSeconds: 1 })
}
