// The web admin's interface: orders of all users. App tokens do not open it.

import type { FastifyInstance } from 'fastify'
import { ROUTES, type SearchQuery, searchQuerySchema, searchResponseSchema } from '../../contracts/gateway-api.ts'
import { type FrontEnd, requireUser } from './app-routes.ts'
import { errorResponses } from './error-responses.ts'
import { contextOf } from './request-context.ts'

export function registerAdminRoutes(app: FastifyInstance, frontEnd: FrontEnd): void {
  const { flows, requestDeadlineMs } = frontEnd
  app.register((scope, _options, done) => {
    requireUser(scope, frontEnd)
    scope.get<{ Querystring: SearchQuery }>(
      ROUTES.search.path,
      {
        schema: {
          tags: ['admin'],
          summary: 'Orders of all users by time, region and status, newest first',
          security: [{ admin: [] }],
          querystring: searchQuerySchema,
          response: { 200: searchResponseSchema, ...errorResponses },
        },
      },
      async (request) => flows.search(request.query, contextOf(request, requestDeadlineMs)),
    )
    done()
  })
}
