// Every answer of 500 and more leaves one line with its request id and its cause, and is counted by its code.

import { Counter } from 'prom-client'
import type { SutError } from '../errors.ts'
import { causeOf } from './cause.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { type Traced, traceIdOf } from './trace-context.ts'

const NAME = 'headroom_refused_requests_total'

export class Failures {
  readonly #logger: Logger
  readonly #counter: Counter<'code'>

  constructor(logger: Logger, { registry }: Metrics) {
    this.#logger = logger
    // A process may answer in two shapes, and counts in one.
    const known = registry.getSingleMetric(NAME) as Counter<'code'> | undefined
    this.#counter =
      known ??
      new Counter({
        name: NAME,
        help: 'Requests answered with an error, by its code',
        labelNames: ['code'],
        registers: [registry],
      })
  }

  note(error: SutError, request: Traced & { readonly route: string }): void {
    this.#counter.inc({ code: error.code })
    if (error.status < 500) return
    const { requestId, route } = request
    const line = { requestId, traceId: traceIdOf(request), route, code: error.code, ...causeOf(error) }
    if (error.status === 500) this.#logger.error(line, 'a fault of ours')
    else this.#logger.warn(line, 'not answered')
  }
}
