// What each process of a launched system is told: its own account in each store it needs, its own secrets, and nothing else.

import type { EngineEndpoint, Engines } from '../contracts/engines.ts'
import { SERVICE_ACCOUNTS } from '../contracts/service-access.ts'
import { addressFor } from '../contracts/service-accounts.ts'
import { type Role, type Setting, settingsOf } from './config.ts'

export type EngineAddresses = Pick<Engines, 'mysql' | 'mysqlShards' | 'elasticsearch' | 'redis'> &
  Partial<Pick<Engines, 'legacyMysql'>>

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
  const { legacyMysql } = engines
  const settings: Partial<Record<Setting, Environment>> = {
    mysql: mysqlEnvironment(engines, addressOf(engines.mysql)),
    ...(legacyMysql && { legacyMysql: legacyEnvironment(legacyMysql, addressOf(legacyMysql)) }),
    elasticsearchUrl: { HEADROOM_ELASTICSEARCH_URL: addressOf(engines.elasticsearch) },
    redisUrl: { HEADROOM_REDIS_URL: addressOf(engines.redis) },
    appTokens: { HEADROOM_APP_JWT_SECRETS_FILE: secrets.appTokensFile },
    adminTokens: { HEADROOM_ADMIN_JWT_SECRETS_FILE: secrets.adminTokensFile },
    internalSecret: { HEADROOM_INTERNAL_SECRET: secrets.internal },
  }
  const told = settingsOf(role, legacyMysql !== undefined)
  return Object.assign(given(TUNABLE), ...told.map((setting) => settings[setting] ?? {}))
}

function mysqlEnvironment({ mysql, mysqlShards }: EngineAddresses, url: string): Environment {
  return {
    HEADROOM_MYSQL_URL: url,
    ...(mysql.socketPath ? { HEADROOM_MYSQL_SOCKET: mysql.socketPath } : {}),
    ...(mysqlShards ? { HEADROOM_MYSQL_SHARDS: mysqlShards } : {}),
  }
}

/** The monolith is itself in its own database; a service has an account of its own there too. */
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
