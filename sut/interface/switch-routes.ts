// The switches of a migration, for operators: looked at, moved by one phase, set. Within the scope of the web admin.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  ADMIN_ROUTES,
  type HistoryQuery,
  historyQuerySchema,
  type MoveSwitchBody,
  movedSwitchSchema,
  moveSwitchSchema,
  type SetSwitchesBody,
  setSwitchesSchema,
} from '../../contracts/admin-api.ts'
import { pageSize } from '../../contracts/gateway-api.ts'
import type { AdminFlows } from '../aggregation/admin-flows.ts'
import { errorResponses } from './error-responses.ts'
import { contextOf } from './request-context.ts'
import { auditName, requireRole } from './require-role.ts'

export interface SwitchFrontEnd {
  readonly adminFlows: AdminFlows
  readonly requestDeadlineMs: number
}

const ADMIN = { tags: ['admin'], security: [{ admin: [] }] }
/** Their fields are those of `npm run switch -- … --json`: docs/how-do-we-switch-over-and-back.md. */
const anyObject = { type: 'object', additionalProperties: true } as const

export function registerSwitchRoutes(scope: FastifyInstance, { adminFlows, requestDeadlineMs }: SwitchFrontEnd): void {
  const onRequest = requireRole('operator')
  const context = (request: Pick<FastifyRequest, 'id' | 'headers'>) => contextOf(request, requestDeadlineMs)
  scope.get(
    ADMIN_ROUTES.switches.path,
    {
      onRequest,
      schema: {
        ...ADMIN,
        summary: 'Role operator: where the migration stands',
        response: { 200: anyObject, ...errorResponses },
      },
    },
    async (request) => adminFlows.switchStatus({}, context(request)),
  )
  scope.get(
    ADMIN_ROUTES.switchPlan.path,
    {
      onRequest,
      schema: {
        ...ADMIN,
        summary: 'Role operator: both ways from here, and everything that stands in each',
        response: { 200: listOf('ways'), ...errorResponses },
      },
    },
    async (request) => ({ ways: await adminFlows.switchPlan({}, context(request)) }),
  )
  scope.get<{ Querystring: HistoryQuery }>(
    ADMIN_ROUTES.switchHistory.path,
    {
      onRequest,
      schema: {
        ...ADMIN,
        summary: 'Role operator: who changed what, when and why, the latest first',
        querystring: historyQuerySchema,
        response: { 200: listOf('entries'), ...errorResponses },
      },
    },
    async (request) => {
      const { limit = pageSize.default } = request.query
      return { entries: await adminFlows.switchHistory({ limit }, context(request)) }
    },
  )
  for (const [direction, { path }] of [
    ['forward', ADMIN_ROUTES.switchForward] as const,
    ['back', ADMIN_ROUTES.switchBack] as const,
  ]) {
    scope.post<{ Body: MoveSwitchBody }>(
      path,
      {
        onRequest,
        schema: {
          ...ADMIN,
          summary: `Role operator: one phase ${direction}; audited. A flip that takes longer than the answer goes on`,
          body: moveSwitchSchema,
          response: { 200: movedSwitchSchema, ...errorResponses },
        },
      },
      async (request) => {
        const { what = 'orders', why } = request.body
        const call = { direction, what, why, who: auditName(request) }
        return adminFlows.moveSwitch(call, context(request))
      },
    )
  }
  scope.post<{ Body: SetSwitchesBody }>(
    ADMIN_ROUTES.setSwitches.path,
    {
      onRequest,
      schema: {
        ...ADMIN,
        summary: 'Role operator: positions that move without a flip; audited',
        body: setSwitchesSchema,
        response: { 200: movedSwitchSchema, ...errorResponses },
      },
    },
    async (request) => adminFlows.setSwitches({ ...request.body, who: auditName(request) }, context(request)),
  )
}

function listOf(name: string) {
  return {
    type: 'object',
    additionalProperties: false,
    required: [name],
    properties: { [name]: { type: 'array', items: anyObject } },
  }
}
