// How long a request may take to arrive, headers and body: whoever never ends one keeps neither its connection nor its place
// among those in flight.

import type { ServerOptions } from 'node:http'

const ARRIVAL_LIMIT_MS = 10_000
const LOOK_EVERY_MS = 1_000

/**
 * As Fastify takes it, and as Node does when it makes the server: only then it gives the headers no more. Set afterwards, as
 * Fastify does, the headers' limit would still be a minute, and Node gives a whole request the longer of the two.
 */
export function arrivalLimit(limitMs = ARRIVAL_LIMIT_MS) {
  const http = {
    requestTimeout: limitMs,
    connectionsCheckingInterval: Math.min(limitMs, LOOK_EVERY_MS),
  } satisfies ServerOptions
  return { requestTimeout: limitMs, http }
}
