// The web admin's interface: orders of all users. App tokens do not open it.

import type { FastifyInstance } from 'fastify'
import {
  type MoveMigration,
  moveMigrationSchema,
  ROUTES,
  type SearchQuery,
  searchQuerySchema,
  searchResponseSchema,
} from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'
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
    scope.get(
      ROUTES.migration.path,
      {
        schema: {
          tags: ['admin'],
          summary: 'Where the migration from the monolith stands',
          security: [{ admin: [] }],
          response: { ...errorResponses },
        },
      },
      async (request) => begun(await flows.migration({}, contextOf(request, requestDeadlineMs))),
    )
    scope.post<{ Body: MoveMigration }>(
      ROUTES.moveMigration.path,
      {
        schema: {
          tags: ['admin'],
          summary: 'The next phase of the migration, or the one before; what stands in the way is in the answer',
          security: [{ admin: [] }],
          body: moveMigrationSchema,
          response: { ...errorResponses },
        },
      },
      async (request) => {
        const { direction, why, dryRun = false } = request.body
        const asked = { direction, why, dryRun, who: `admin ${request.userId}` }
        return begun(await flows.moveMigration(asked, contextOf(request, requestDeadlineMs)))
      },
    )
    done()
  })
}

function begun<T>(answer: T | null): T {
  if (answer === null) throw new SutError('not-found', 'there is no migration')
  return answer
}
