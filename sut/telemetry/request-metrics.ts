// Rate, errors and duration of one process's requests, by route and class of status.

import type { FastifyInstance } from 'fastify'
import { Histogram } from 'prom-client'
import { type Metrics, SECONDS_BUCKETS } from './metrics.ts'

type Child = Histogram.Internal<'method' | 'route' | 'status'>

export function measureRequests(app: FastifyInstance, { registry }: Metrics): void {
  const requests = new Histogram({
    name: 'headroom_request_seconds',
    help: 'From the first byte of a request to the last of its answer, by route and class of status',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  })
  // Its labels are looked up once: it sits on every request's path.
  const children = new Map<string, Child>()
  app.addHook('onResponse', (request, reply, done) => {
    const { method, url: route = 'none' } = request.routeOptions
    const key = `${method} ${route} ${reply.statusCode}`
    let child = children.get(key)
    if (!child) {
      const status = `${Math.floor(reply.statusCode / 100)}xx`
      child = requests.labels({ method: request.method, route, status })
      children.set(key, child)
    }
    child.observe(reply.elapsedTime / 1000)
    done()
  })
}
