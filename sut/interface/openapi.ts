// The description of both front-ends, made from the very routes they serve: a server that never listens.

import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { ADMIN_ROLES, ROUTES } from '../../contracts/gateway-api.ts'
import { CLOCK_WINDOW_MS, PROTECTION_HEADERS, SEALED_TYPE } from '../../contracts/request-protection.ts'

const BOUND = 'aud: app. With cnf.kid: only with the signature of that client key.'
const ROLES = `aud: admin, and roles: a list of ${ADMIN_ROLES.join(', ')}.`
const SIGNED = [
  `HMAC-SHA256 with the key that ${PROTECTION_HEADERS.keyId} names, over method, path with query, user,`,
  `${PROTECTION_HEADERS.timestamp} (${CLOCK_WINDOW_MS / 60_000} minutes before and after),`,
  `${PROTECTION_HEADERS.nonce} (once) and the SHA-256 of the body.`,
  `A body may be sealed: ${SEALED_TYPE}, AES-256-GCM. docs/how-does-an-app-sign-and-seal.md has the bytes.`,
].join(' ')

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
          app: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: BOUND },
          admin: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: ROLES },
          signature: { type: 'apiKey', in: 'header', name: PROTECTION_HEADERS.signature, description: SIGNED },
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
