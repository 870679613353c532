// A server answers so many requests at once and refuses the rest at once: what is in flight stays fast enough to finish.

import type { FastifyInstance } from 'fastify'
import { SutError } from '../errors.ts'
import type { Metrics } from './metrics.ts'

/** Health and metrics must answer when everything else is refused: only paths that start with `prefix` count. */
export function boundInFlight(
  app: FastifyInstance,
  {
    prefix,
    maxInFlight,
    metrics,
  }: { readonly prefix: string; readonly maxInFlight: number; readonly metrics: Metrics },
): void {
  let inFlight = 0
  const refused = metrics.counter(
    'headroom_overload_refusals_total',
    'Requests refused because too many were in flight',
  )
  metrics.gauge('headroom_requests_in_flight', 'Requests being answered', () => inFlight)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.url.startsWith(prefix)) return done()
    if (inFlight >= maxInFlight) {
      refused.inc()
      return done(new SutError('overloaded', 'too many requests at once', { retryAfterSeconds: 1 }))
    }
    inFlight++
    reply.raw.once('close', () => {
      inFlight--
    })
    done()
  })
}
