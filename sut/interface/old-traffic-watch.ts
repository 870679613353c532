// Which share of the old interfaces' users is answered here, as the business layer says: a front-end sees no database. It is
// asked four times a second. While it does not say, what it said last holds: a user stays where he is.

import type { OrderFlows } from '../aggregation/order-flows.ts'
import { SutError } from '../errors.ts'
import { Rounds } from '../rounds.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { causeOf } from '../telemetry/cause.ts'
import type { Logger } from '../telemetry/logger.ts'

const PACE_MS = 250
const LIMIT_MS = 1_000
const FAILING = 'the business layer does not say who answers old users, and everybody stays where he is'

export class OldTrafficWatch {
  readonly #flows: Pick<OrderFlows, 'oldTraffic'>
  readonly #logger: Logger
  readonly #rounds: Rounds
  #grayPercent: number | undefined

  constructor(flows: Pick<OrderFlows, 'oldTraffic'>, logger: Logger) {
    this.#flows = flows
    this.#logger = logger
    this.#rounds = new Rounds({
      round: async () => {
        await this.#ask()
        return PACE_MS
      },
      restMs: () => PACE_MS,
      failing: FAILING,
      recovered: 'the business layer says again who answers old users',
      logger,
    })
  }

  /** Throws until it was said once. */
  get grayPercent(): number {
    if (this.#grayPercent !== undefined) return this.#grayPercent
    throw new SutError('unavailable', 'it is not known yet who answers this user', { retryAfterSeconds: 1 })
  }

  /** Resolves after the first answer, or the first failure. */
  async start(): Promise<void> {
    await this.#ask().catch((error) => this.#logger.warn(causeOf(error), FAILING))
    this.#rounds.start(PACE_MS)
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  async #ask(): Promise<void> {
    const { grayPercent } = await this.#flows.oldTraffic({}, contextFor('old-traffic', LIMIT_MS))
    if (grayPercent !== this.#grayPercent) this.#logger.info({ grayPercent }, 'the share of old users changed')
    this.#grayPercent = grayPercent
  }
}
