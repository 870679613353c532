// The web admin's interface: orders of all users for support, products and switches for operators. App tokens do not open it.

import type { FastifyInstance } from 'fastify'
import {
  ADMIN_ROUTES,
  type ChangeProductBody,
  changeProductSchema,
  type ProductParams,
  productParamsSchema,
  productSchema,
} from '../../contracts/admin-api.ts'
import {
  detailParamsSchema,
  detailResponseSchema,
  ROUTES,
  type SearchQuery,
  searchQuerySchema,
  searchResponseSchema,
} from '../../contracts/gateway-api.ts'
import type { AdminFlows } from '../aggregation/admin-flows.ts'
import { SutError } from '../errors.ts'
import { type FrontEnd, orderIdOf } from './app-routes.ts'
import { errorResponses } from './error-responses.ts'
import { contextOf } from './request-context.ts'
import { auditName, requireRole } from './require-role.ts'
import { requireUser } from './require-user.ts'
import { registerSwitchRoutes } from './switch-routes.ts'

export interface AdminFrontEnd extends FrontEnd {
  readonly adminFlows: AdminFlows
}

const ADMIN = { tags: ['admin'], security: [{ admin: [] }] }

export function registerAdminRoutes(app: FastifyInstance, frontEnd: AdminFrontEnd): void {
  const { flows, adminFlows, requestDeadlineMs } = frontEnd
  app.register((scope, _options, done) => {
    requireUser(scope, frontEnd)
    scope.get<{ Querystring: SearchQuery }>(
      ROUTES.search.path,
      {
        onRequest: requireRole('support'),
        schema: {
          ...ADMIN,
          summary: 'Role support: orders of all users by time, region and status, newest first',
          querystring: searchQuerySchema,
          response: { 200: searchResponseSchema, ...errorResponses },
        },
      },
      async (request) => flows.search(request.query, contextOf(request, requestDeadlineMs)),
    )
    scope.get<{ Params: { readonly orderId: string } }>(
      ADMIN_ROUTES.order.path,
      {
        onRequest: requireRole('support'),
        schema: {
          ...ADMIN,
          summary: 'Role support: one order of any user with items and payment',
          params: detailParamsSchema,
          response: { 200: detailResponseSchema, ...errorResponses },
        },
      },
      async (request) => {
        const call = { orderId: orderIdOf(request.params.orderId) }
        return existing('order', await adminFlows.lookUp(call, contextOf(request, requestDeadlineMs)))
      },
    )
    scope.get<{ Params: ProductParams }>(
      ADMIN_ROUTES.product.path,
      {
        onRequest: requireRole('support', 'operator'),
        schema: {
          ...ADMIN,
          summary: 'Role support or operator: a product as the catalogue has it now',
          params: productParamsSchema,
          response: { 200: productSchema, ...errorResponses },
        },
      },
      async (request) =>
        existing('product', await adminFlows.product(request.params, contextOf(request, requestDeadlineMs))),
    )
    scope.post<{ Params: ProductParams; Body: ChangeProductBody }>(
      ADMIN_ROUTES.changeProduct.path,
      {
        onRequest: requireRole('operator'),
        schema: {
          ...ADMIN,
          summary: 'Role operator: change name or price of a product; audited. Shops follow within 30 s',
          params: productParamsSchema,
          body: changeProductSchema,
          response: { 200: productSchema, ...errorResponses },
        },
      },
      async (request) => {
        const { params, body } = request
        if (body.name === undefined && body.priceCents === undefined) {
          throw new SutError('bad-request', 'neither name nor priceCents is to be changed')
        }
        const call = { ...params, ...body, who: auditName(request) }
        return existing('product', await adminFlows.changeProduct(call, contextOf(request, requestDeadlineMs)))
      },
    )
    registerSwitchRoutes(scope, frontEnd)
    done()
  })
}

function existing<T>(what: string, found: T | null): T {
  if (found === null) throw new SutError('not-found', `there is no such ${what}`)
  return found
}
