// What each process of a launched system is told: its own account in each store it needs, its own secrets, and nothing else.

import type { EngineEndpoint, Engines } from '../contracts/engines.ts'
import { SERVICE_ACCOUNTS } from '../contracts/service-access.ts'
import { addressFor } from '../contracts/service-accounts.ts'
import type { ShardMap } from '../contracts/shard-map.ts'
import { type Role, readConfig, type Setting, settingsOf } from './config.ts'

export type EngineAddresses = Pick<Engines, 'mysql' | 'elasticsearch' | 'redis'>

export interface LaunchSecrets {
  readonly internal: string
  readonly appTokensFile: string
  readonly adminTokensFile: string
}

type Environment = Readonly<Record<string, string>>

/** Settings that a user may tune from outside; everything else is ours to say. */
const TUNABLE = [
  'HEADROOM_LOG_LEVEL',
  'HEADROOM_REQUEST_DEADLINE_MS',
  'HEADROOM_MAX_IN_FLIGHT',
  'HEADROOM_USER_RATE_PER_SECOND',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'PATH',
  'HOME',
  'TMPDIR',
] as const
/** These may hold passwords: for who works with MySQL. */
const TUNABLE_OF_MYSQL = ['HEADROOM_MYSQL_POOL_SIZE', 'HEADROOM_MYSQL_SHARDS', 'HEADROOM_MYSQL_SHARDS_FILE'] as const

export function serviceEnvironment(role: Role, engines: EngineAddresses, secrets: LaunchSecrets): Environment {
  const account = SERVICE_ACCOUNTS.find((name) => name === role)
  const addressOf = ({ url, passwords }: EngineEndpoint) => (account ? addressFor(account, url, passwords) : url)
  const settings: Partial<Record<Setting, Environment>> = {
    mysql: mysqlEnvironment(engines.mysql, addressOf(engines.mysql)),
    elasticsearchUrl: { HEADROOM_ELASTICSEARCH_URL: addressOf(engines.elasticsearch) },
    redisUrl: { HEADROOM_REDIS_URL: addressOf(engines.redis) },
    appTokens: { HEADROOM_APP_JWT_SECRETS_FILE: secrets.appTokensFile },
    adminTokens: { HEADROOM_ADMIN_JWT_SECRETS_FILE: secrets.adminTokensFile },
    internalSecret: { HEADROOM_INTERNAL_SECRET: secrets.internal },
  }
  return Object.assign(given(TUNABLE), ...settingsOf(role).map((setting) => settings[setting] ?? {}))
}

/** As the owner of the tables, who prepares them for the services. */
export function ownerShardMap({ mysql, elasticsearch }: Pick<EngineAddresses, 'mysql' | 'elasticsearch'>): ShardMap {
  const environment = { ...mysqlEnvironment(mysql, mysql.url), HEADROOM_ELASTICSEARCH_URL: elasticsearch.url }
  return readConfig('indexer', environment).mysql.map
}

function mysqlEnvironment({ socketPath }: EngineEndpoint, url: string): Environment {
  return {
    ...given(TUNABLE_OF_MYSQL),
    HEADROOM_MYSQL_URL: url,
    ...(socketPath ? { HEADROOM_MYSQL_SOCKET: socketPath } : {}),
  }
}

function given(names: readonly string[]): Record<string, string> {
  const found = names.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(found)
}
