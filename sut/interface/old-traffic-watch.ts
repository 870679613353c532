// Which share of the old interfaces' users is answered here, as the business layer says: a front-end sees no database. It is
// asked four times a second. While it does not say, what it said last holds: a user stays where he is.

import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderFlows } from '../aggregation/order-flows.ts'
import { SutError } from '../errors.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { causeOf } from '../telemetry/cause.ts'
import type { Logger } from '../telemetry/logger.ts'
import { isWorthTelling } from '../telemetry/repeated-failure.ts'

const PACE_MS = 250
const LIMIT_MS = 1_000

export class OldTrafficWatch {
  readonly #flows: Pick<OrderFlows, 'oldTraffic'>
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  #grayPercent: number | undefined
  #failures = 0
  #running: Promise<void> | undefined

  constructor(flows: Pick<OrderFlows, 'oldTraffic'>, logger: Logger) {
    this.#flows = flows
    this.#logger = logger
  }

  /** Throws until it was said once. */
  get grayPercent(): number {
    if (this.#grayPercent !== undefined) return this.#grayPercent
    throw new SutError('unavailable', 'it is not known yet who answers this user', { retryAfterSeconds: 1 })
  }

  /** Resolves after the first answer, or the first failure. */
  async start(): Promise<void> {
    await this.#ask()
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await sleep(PACE_MS, undefined, { signal }).catch(() => {})
      if (!signal.aborted) await this.#ask()
    }
  }

  async #ask(): Promise<void> {
    try {
      const { grayPercent } = await this.#flows.oldTraffic({}, contextFor('old-traffic', LIMIT_MS))
      if (grayPercent !== this.#grayPercent) this.#logger.info({ grayPercent }, 'the share of old users changed')
      this.#grayPercent = grayPercent
      this.#failures = 0
    } catch (error) {
      this.#failures++
      if (!isWorthTelling(this.#failures)) return
      this.#logger.warn(
        { ...causeOf(error), failures: this.#failures },
        'the business layer does not say who answers old users; everybody stays where he is',
      )
    }
  }
}
