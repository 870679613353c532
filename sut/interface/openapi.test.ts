// What the description says of tokens, roles and signatures.

import { expect, it } from 'vitest'
import { legacyListSchema, legacyOrderSchema, legacySubmitSchema } from '../../contracts/legacy-api.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { registerAdminRoutes } from './admin-routes.ts'
import { registerAppRoutes } from './app-routes.ts'
import { ClientKeys } from './client-keys.ts'
import { describeApi } from './openapi.ts'
import { frontEndOf, recordingFlows, SECRET } from './recording-flows.fixture.ts'
import { CLIENT_SECRET } from './signing-client.fixture.ts'
import { tokenVerifier } from './token.ts'
import { TokenKeys } from './token-keys.ts'

interface Route {
  readonly security: object
  readonly summary: string
  readonly parameters?: readonly { readonly name: string }[]
  readonly requestBody?: object
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Route>>>>
  readonly components: { readonly securitySchemes: object }
}

async function described(demands: 'offered' | 'signed' | null): Promise<Description> {
  const verify = tokenVerifier(new TokenKeys([SECRET]), 'app')
  const keys = new ClientKeys([CLIENT_SECRET])
  const nonces = { take: async () => 'new' as const }
  const protection = demands && { demands, keys, nonces, metrics: new Metrics() }
  const frontEnd = { ...frontEndOf(recordingFlows([], {}), {}), verify, protection }
  const registerRoutes = (on: Parameters<typeof registerAppRoutes>[0]) => {
    registerAppRoutes(on, frontEnd)
    registerAdminRoutes(on, frontEnd)
  }
  return (await describeApi({ version: '1.2.3', registerRoutes })) as Description
}

it.each([
  [null, [{ app: [] }]],
  ['offered', [{ app: [] }, { app: [], signature: [] }]],
  ['signed', [{ app: [], signature: [] }]],
] as const)('says what a request needs where %s is demanded', async (demands, security) => {
  const { paths, components } = await described(demands)
  expect(Object.keys(components.securitySchemes)).toEqual(['app', 'admin', 'signature'])
  for (const path of ['/v1/app/orders', '/v1/app/orders/{orderId}/pay']) {
    expect(paths[path]?.post?.security).toEqual(security)
  }
})

it('says of every route of the web admin which role opens it', async () => {
  const { paths } = await described(null)
  const admin = Object.entries(paths).filter(([path]) => path.startsWith('/v1/admin/'))
  const routes = admin.flatMap(([, methods]) => Object.values(methods))
  expect(routes).toHaveLength(10)
  for (const { security, summary } of routes) {
    expect(security).toEqual([{ admin: [] }])
    expect(summary).toMatch(/^Role (support|operator)/)
  }
})

/** Of a schema, at any depth. */
function fieldsIn(schema: object): readonly string[] {
  return Object.entries(schema).flatMap(([name, value]) => {
    if (typeof value !== 'object' || value === null) return []
    return [...(name === 'properties' ? Object.keys(value) : []), ...fieldsIn(value)]
  })
}

it('takes no address from a client that a service might ask, in new interfaces nor in old ones', async () => {
  const { paths } = await described('signed')
  const routes = Object.values(paths).flatMap((methods) => Object.values(methods))
  const fields = [
    ...routes.flatMap(({ parameters = [] }) => parameters.map(({ name }) => name)),
    ...routes.flatMap(({ requestBody = {} }) => fieldsIn(requestBody)),
    ...[legacyListSchema, legacyOrderSchema, legacySubmitSchema].flatMap(fieldsIn),
  ]
  expect(fields).toEqual(expect.arrayContaining(['orderId', 'paymentMethod', 'priceCents', 'limit', 'submitToken']))
  expect(fields.filter((name) => /ur[il]|host|domain|address|link|callback|redirect|hook/i.test(name))).toEqual([])
})
