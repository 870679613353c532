// Who answers here, and which data lies below: a load tool asks this before its first request.

import type { FastifyInstance } from 'fastify'
import type { Identity } from '../../contracts/dataset.ts'
import { ROUTES } from '../../contracts/gateway-api.ts'
import type { OrderFlows } from '../aggregation/order-flows.ts'
import { contextOf } from './request-context.ts'

export function registerIdentityRoute(
  app: FastifyInstance,
  flows: Pick<OrderFlows, 'dataset'>,
  identity: Omit<Identity, 'dataset' | 'system'> & { readonly requestDeadlineMs: number },
): void {
  const { version, topology, requestDeadlineMs } = identity
  app.get(
    ROUTES.identity.path,
    { schema: { tags: ['identity'], summary: 'This system, and the data set it holds' } },
    async (request): Promise<Identity> => ({
      system: 'headroom-sut',
      version,
      topology,
      dataset: await flows.dataset({}, contextOf(request, requestDeadlineMs)),
    }),
  )
}
