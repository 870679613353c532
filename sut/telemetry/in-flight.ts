// A server answers so many requests at once and refuses the rest at once: what is in flight stays fast enough to finish.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SutError } from '../errors.ts'
import type { Metrics } from './metrics.ts'

export interface InFlightBound {
  /** Health and metrics must answer when everything else is refused: only routes that start with it count. */
  readonly prefix: string
  /** `onRequest`: before all else. `preParsing`: after whom the routes' own hooks refuse, and still before a body is read. */
  readonly entersAt: 'onRequest' | 'preParsing'
  readonly maxInFlight: number
  readonly metrics: Metrics
}

export function boundInFlight(app: FastifyInstance, { prefix, entersAt, maxInFlight, metrics }: InFlightBound): void {
  let inFlight = 0
  const refused = metrics.counter(
    'headroom_overload_refusals_total',
    'Requests refused because too many were in flight',
  )
  metrics.gauge('headroom_requests_in_flight', 'Requests being answered', () => inFlight)
  const enter = ({ routeOptions }: FastifyRequest, { raw }: FastifyReply): SutError | undefined => {
    // Not of the address as it was sent: that can be spelled in other ways.
    if (!routeOptions.url?.startsWith(prefix)) return undefined
    if (inFlight >= maxInFlight) {
      refused.inc()
      return new SutError('overloaded', 'too many requests at once', { retryAfterSeconds: 1 })
    }
    inFlight++
    raw.once('close', () => {
      inFlight--
    })
    return undefined
  }
  if (entersAt === 'onRequest') app.addHook('onRequest', (request, reply, done) => done(enter(request, reply)))
  else app.addHook('preParsing', (request, reply, _payload, done) => done(enter(request, reply)))
}
