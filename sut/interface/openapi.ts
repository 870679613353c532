// The description of both front-ends, made from the very routes they serve: a server that never listens.

import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { ROUTES } from '../../contracts/gateway-api.ts'

export interface ApiDescription {
  readonly version: string
  readonly registerRoutes: (app: FastifyInstance) => void
}

export async function describeApi({ version, registerRoutes }: ApiDescription): Promise<object> {
  const app = Fastify()
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.0.3',
      info: { title: 'Headroom order system', version, description: 'Order ids are decimal strings: they pass 2^53.' },
      components: {
        securitySchemes: {
          app: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          admin: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
  })
  registerRoutes(app)
  await app.ready()
  const description = app.swagger()
  await app.close()
  return description
}

export function registerOpenApiRoute(app: FastifyInstance, description: object): void {
  const text = JSON.stringify(description)
  app.get(ROUTES.openapi.path, async (_request, reply) => reply.type('application/json').send(text))
}
