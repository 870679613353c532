// What each process of a launched system is told: its own account in each store it needs, its own secrets, and nothing else.

import type { EngineEndpoint, Engines } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { APP_DEMANDS, type AppDemands } from '../contracts/request-protection.ts'
import { SERVICE_ACCOUNTS } from '../contracts/service-access.ts'
import { addressFor } from '../contracts/service-accounts.ts'
import { edgeSettings, FRONT_ENDS, RATE_SCOPES, type RateScope, type Role, type Setting, settingsOf } from './config.ts'

export type EngineAddresses = Pick<Engines, 'mysql' | 'mysqlShards' | 'elasticsearch' | 'redis' | 'streams'> &
  Partial<Pick<Engines, 'legacyMysql'>>

export interface LaunchSecrets {
  readonly internal: string
  readonly appTokensFile: string
  readonly adminTokensFile: string
  readonly appClientsFile: string
  readonly demands: EdgeDemands
}

/** What the front-ends are to ask for beside a token. */
export interface EdgeDemands {
  readonly appDemands: AppDemands
  readonly userRateScope: RateScope
}

type Environment = Readonly<Record<string, string>>

/** Settings that a user may tune from outside; everything else is ours to say. */
const TUNABLE = [
  'HEADROOM_LOG_LEVEL',
  'HEADROOM_REQUEST_DEADLINE_MS',
  'HEADROOM_MAX_IN_FLIGHT',
  'HEADROOM_USER_RATE_PER_SECOND',
  'HEADROOM_USER_RATE_SCOPE',
  'HEADROOM_MYSQL_POOL_SIZE',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'PATH',
  'HOME',
  'TMPDIR',
] as const

export function serviceEnvironment(role: Role, engines: EngineAddresses, secrets: LaunchSecrets): Environment {
  const account = SERVICE_ACCOUNTS.find((name) => name === role)
  const addressOf = ({ url, passwords }: EngineEndpoint) => (account ? addressFor(account, url, passwords) : url)
  const { legacyMysql, streams } = engines
  const { appDemands } = secrets.demands
  const settings: Partial<Record<Setting, Environment>> = {
    mysql: mysqlEnvironment(engines, addressOf(engines.mysql)),
    ...(legacyMysql && { legacyMysql: legacyEnvironment(legacyMysql, addressOf(legacyMysql)) }),
    elasticsearchUrl: { HEADROOM_ELASTICSEARCH_URL: addressOf(engines.elasticsearch) },
    redisUrl: { HEADROOM_REDIS_URL: addressOf(engines.redis) },
    // Front-ends have no account of their own name.
    streamsUrl: { HEADROOM_STREAMS_REDIS_URL: addressFor(account ?? 'edge', streams.url, streams.passwords) },
    appTokens: { HEADROOM_APP_JWT_SECRETS_FILE: secrets.appTokensFile },
    adminTokens: { HEADROOM_ADMIN_JWT_SECRETS_FILE: secrets.adminTokensFile },
    internalSecret: { HEADROOM_INTERNAL_SECRET: secrets.internal },
    appClients: { HEADROOM_APP_CLIENT_SECRETS_FILE: secrets.appClientsFile, HEADROOM_APP_DEMANDS: appDemands },
  }
  const told = [...settingsOf(role, legacyMysql !== undefined), ...edgeSettings(role, secrets.demands)]
  const credential = FRONT_ENDS.includes(role) ? given(['HEADROOM_LOAD_CREDENTIAL']) : {}
  return Object.assign(given(TUNABLE), credential, ...told.map((setting) => settings[setting] ?? {}))
}

/** `asked`: whatever the environment says. A word that nobody knows must not be taken for nothing. */
export function edgeDemands(env: Readonly<Record<string, string | undefined>>, asked?: AppDemands): EdgeDemands {
  return {
    appDemands: asked ?? wordOf('HEADROOM_APP_DEMANDS', APP_DEMANDS, env) ?? 'off',
    userRateScope: wordOf('HEADROOM_USER_RATE_SCOPE', RATE_SCOPES, env) ?? 'process',
  }
}

function wordOf<W extends string>(
  name: string,
  words: readonly W[],
  env: Readonly<Record<string, string | undefined>>,
): W | undefined {
  const text = env[name]
  const word = words.find((known) => known === text)
  if (!text || word) return word
  throw new Refusal({
    what: 'the order system cannot be started like that',
    why: [`${name}=${text} is none of ${words.join(', ')}`],
    wayOut: 'Correct it, or leave it away: docs/environment.md.',
  })
}

function mysqlEnvironment({ mysql, mysqlShards }: EngineAddresses, url: string): Environment {
  return {
    HEADROOM_MYSQL_URL: url,
    ...(mysql.socketPath ? { HEADROOM_MYSQL_SOCKET: mysql.socketPath } : {}),
    ...(mysqlShards ? { HEADROOM_MYSQL_SHARDS: mysqlShards } : {}),
  }
}

/** The monolith owns its database; a service has an account of its own there too. */
function legacyEnvironment({ socketPath }: EngineEndpoint, url: string): Environment {
  return { HEADROOM_LEGACY_MYSQL_URL: url, ...(socketPath ? { HEADROOM_LEGACY_MYSQL_SOCKET: socketPath } : {}) }
}

function given(names: readonly string[]): Record<string, string> {
  const found = names.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(found)
}
