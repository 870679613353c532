// What every process of the SUT answers, whatever its role: that it lives, whether it is ready, and its metrics.

import type { FastifyInstance } from 'fastify'
import { ROUTES } from '../../contracts/gateway-api.ts'
import type { Health } from './health.ts'
import type { Metrics } from './metrics.ts'

/** Of one process: it answers, whatever it depends on does. Not passed on by the gateway. */
export const LIVE_PATH = '/livez'

export interface ProcessTelemetry {
  readonly metrics: Metrics
  readonly health: () => Promise<Health>
}

export function registerProcessRoutes(app: FastifyInstance, { metrics, health }: ProcessTelemetry): void {
  app.get(LIVE_PATH, async () => ({ status: 'live' }))
  app.get(ROUTES.health.path, async (_request, reply) => {
    const answer = await health()
    return reply.code(answer.status === 'unavailable' ? 503 : 200).send(answer)
  })
  app.get(ROUTES.metrics.path, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
