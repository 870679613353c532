// The front-ends that a process holds: whom each lets in, what it demands, and the description of both.

import type { FastifyInstance } from 'fastify'
import type { Topology } from '../contracts/sut-endpoint.ts'
import type { AdminFlows } from './aggregation/admin-flows.ts'
import type { OrderFlows } from './aggregation/order-flows.ts'
import type { Config } from './config.ts'
import { registerAdminRoutes } from './interface/admin-routes.ts'
import { registerAppRoutes } from './interface/app-routes.ts'
import { registerChallengeRoute } from './interface/challenge-route.ts'
import { ClientKeys } from './interface/client-keys.ts'
import { registerIdentityRoute } from './interface/identity-route.ts'
import { loadCredential } from './interface/load-credential.ts'
import { describeApi, registerOpenApiRoute } from './interface/openapi.ts'
import type { RequestProtection } from './interface/request-protection.ts'
import { type Audience, tokenVerifier } from './interface/token.ts'
import { TokenKeys } from './interface/token-keys.ts'
import { liveKeys } from './keys-file.ts'
import type { RoleOptions } from './roles.ts'
import type { EdgeRedis } from './storage/edge-redis.ts'
import { openEdgeRedis } from './stores.ts'
import { userLimit } from './user-limit.ts'

export interface BusinessLayer {
  readonly flows: OrderFlows
  readonly adminFlows: AdminFlows
}

export async function registerFrontEnds(
  server: FastifyInstance,
  options: RoleOptions,
  { flows, adminFlows }: BusinessLayer,
  ends: readonly Audience[],
): Promise<void> {
  const { config, version } = options
  const { requestDeadlineMs } = config
  const edge = edgeOf(options, ends)
  const frontEnd = {
    flows,
    isUnlimited: loadCredential(config.loadCredential),
    requestDeadlineMs,
  }
  const keys: KeysOf = {
    app: new TokenKeys(config.appTokens.secrets),
    admin: new TokenKeys(config.adminTokens.secrets),
  }
  const known = (audience: Audience) => ({
    verify: verifierFor(audience, keys, options),
    rateLimit: userLimit(audience, config, edge),
  })
  const app = { ...frontEnd, ...known('app'), protection: protectionOf(options, edge, ends) }
  const admin = { ...frontEnd, ...known('admin'), adminFlows }
  const identity = { version, topology: topologyOf(config), requestDeadlineMs }
  const [signingSecret = ''] = config.appTokens.secrets
  if (ends.includes('admin')) registerAdminRoutes(server, admin)
  if (!ends.includes('app')) return
  const registerPublic = (on: FastifyInstance) => {
    registerAppRoutes(on, app)
    registerIdentityRoute(on, flows, identity)
    registerChallengeRoute(on, signingSecret)
  }
  registerPublic(server)
  const registerRoutes = (described: FastifyInstance) => {
    registerPublic(described)
    registerAdminRoutes(described, admin)
  }
  registerOpenApiRoute(server, await describeApi({ version, registerRoutes }))
}

type KeysOf = Readonly<Record<Audience, TokenKeys>>

function verifierFor(audience: Audience, keys: KeysOf, options: RoleOptions) {
  const { appTokens, adminTokens } = options.config
  const { file } = audience === 'app' ? appTokens : adminTokens
  const others = audience === 'app' ? keys.admin : keys.app
  return tokenVerifier(liveKeys({ whose: audience, keys: keys[audience], file, others }, options), audience)
}

/** null: nothing that these ends do needs it. */
function edgeOf(options: RoleOptions, ends: readonly Audience[]): EdgeRedis | null {
  const { appDemands, userRateScope } = options.config
  const protects = ends.includes('app') && appDemands !== 'off'
  return protects || userRateScope === 'all' ? openEdgeRedis(options) : null
}

function protectionOf(
  options: RoleOptions,
  edge: EdgeRedis | null,
  ends: readonly Audience[],
): RequestProtection | null {
  const { appDemands: demands, appClients } = options.config
  if (demands === 'off' || !edge || !ends.includes('app')) return null
  const held = new ClientKeys(appClients.secrets)
  const keys = liveKeys({ whose: 'app clients', keys: held, file: appClients.file }, options)
  return { demands, keys, nonces: edge, metrics: options.metrics }
}

function topologyOf({ role }: Config): Topology {
  return role === 'all' ? 'one-process' : 'process-per-service'
}
