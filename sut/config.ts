// The only reader of process.env in a process of the SUT; whoever launches it hands on what it reads here. Every mistake
// is reported at once, before anything is opened.

import { readFileSync } from 'node:fs'
import { tlsMistakes } from '../contracts/mysql-address.ts'
import { Refusal } from '../contracts/refusal.ts'
import { APP_DEMANDS, type AppDemands } from '../contracts/request-protection.ts'
import { type MysqlAddress, parseShardMap, type ShardMap } from '../contracts/shard-map.ts'
import { LOG_LEVELS, type LogLevel } from './telemetry/logger.ts'
import { MIN_SECRET_LENGTH, mistakeIn, parseTokenSecrets, type TokenSecrets } from './token-secrets.ts'

/**
 * `monolith`: the system that the others took apart; it runs beside them. `adapter`: the interface layer's part for old apps,
 * where there is a monolith.
 */
export const ROLES = [
  'all',
  'app',
  'admin',
  'aggregation',
  'order',
  'catalogue',
  'indexer',
  'monolith',
  'adapter',
] as const
export type Role = (typeof ROLES)[number]

/** Services that are called over HTTP when each has its own process. */
export const INTERNAL_SERVICES = ['aggregation', 'order', 'catalogue', 'monolith'] as const
export type InternalService = (typeof INTERNAL_SERVICES)[number]

/** Whose requests of one user are counted together: those of each process, or of all. */
export const RATE_SCOPES = ['process', 'all'] as const
export type RateScope = (typeof RATE_SCOPES)[number]

export interface MysqlConfig {
  readonly map: ShardMap
  /** Connections for requests, to each server. */
  readonly poolSize: number
}

export interface Config {
  readonly role: Role
  readonly host: string
  /** 0: any free port, told to whoever started us. */
  readonly port: number
  readonly logLevel: LogLevel
  readonly requestDeadlineMs: number
  readonly maxInFlight: number
  readonly userRatePerSecond: number
  readonly userRateScope: RateScope
  /** Whoever shows it is not limited; '': nobody is excepted. */
  readonly loadCredential: string
  readonly appDemands: AppDemands
  /** Of the app's clients, to sign and to seal with. */
  readonly appClients: TokenSecrets
  readonly mysql: MysqlConfig
  /** Without an address: there is no monolith. */
  readonly legacyMysql: MysqlAddress
  readonly elasticsearchUrl: string
  /** The cache. */
  readonly redisUrl: string
  /** What must not be lost: messages, and what front-ends share. '': neither is of this process. */
  readonly streamsUrl: string
  readonly appTokens: TokenSecrets
  readonly adminTokens: TokenSecrets
  readonly internalSecret: string
  readonly serviceUrls: Readonly<Record<InternalService, string>>
}

export type Setting = Exclude<keyof Config, 'role' | 'host' | 'port' | 'serviceUrls'> | InternalService

/** What users reach. */
export const FRONT_ENDS: readonly Role[] = ['all', 'app', 'admin']
/** Who counts how often a user asks: old apps reach others. */
const COUNTING: readonly Role[] = [...FRONT_ENDS, 'monolith', 'adapter']

/** What each role cannot run without. The rest may be left unset and is empty then. */
const NEEDS: Readonly<Record<Role, readonly Setting[]>> = {
  all: ['mysql', 'elasticsearchUrl', 'redisUrl', 'appTokens', 'adminTokens'],
  app: ['appTokens', 'internalSecret', 'aggregation'],
  admin: ['adminTokens', 'internalSecret', 'aggregation'],
  aggregation: ['internalSecret', 'order', 'catalogue'],
  order: ['mysql', 'elasticsearchUrl', 'redisUrl', 'internalSecret'],
  catalogue: ['mysql', 'internalSecret'],
  indexer: ['mysql', 'elasticsearchUrl'],
  monolith: ['legacyMysql', 'redisUrl', 'streamsUrl', 'appTokens', 'internalSecret', 'aggregation'],
  adapter: ['appTokens', 'internalSecret', 'aggregation', 'monolith'],
}

/** What is told besides where there is a monolith to move from. `all` then answers the monolith, as the business layer. */
const BESIDE_A_MONOLITH: Partial<Readonly<Record<Role, readonly Setting[]>>> = {
  all: ['legacyMysql', 'internalSecret', 'streamsUrl'],
  order: ['legacyMysql', 'streamsUrl'],
  catalogue: ['legacyMysql'],
  indexer: ['legacyMysql', 'streamsUrl'],
}

/** What a process of this role is to be told, and nobody else. */
export function settingsOf(role: Role, hasMonolith: boolean): readonly Setting[] {
  return [...NEEDS[role], ...((hasMonolith && BESIDE_A_MONOLITH[role]) || [])]
}

/** Of changes of orders, beside a monolith: it cannot do without the streams there. */
function tellsOrHears(role: Role): boolean {
  return BESIDE_A_MONOLITH[role]?.includes('streamsUrl') === true
}

/** What is needed besides for what users are asked for, and for counting them together; nothing, unless it is told otherwise. */
export function edgeSettings(
  role: Role,
  { appDemands, userRateScope }: Pick<Config, 'appDemands' | 'userRateScope'>,
): readonly Setting[] {
  if (!COUNTING.includes(role)) return []
  const protects = appDemands !== 'off' && (role === 'app' || role === 'all')
  return [
    ...(protects ? (['appClients'] as const) : []),
    ...(protects || userRateScope === 'all' ? (['streamsUrl'] as const) : []),
  ]
}

type Environment = Readonly<Record<string, string | undefined>>

/** Throws one Refusal that lists every mistake. */
export function readConfig(role: Role, environment: Environment = process.env): Config {
  const mistakes: string[] = []
  const reader = new Reader(environment, mistakes)
  const appDemands = reader.oneOf('HEADROOM_APP_DEMANDS', APP_DEMANDS, 'off')
  const userRateScope = reader.oneOf('HEADROOM_USER_RATE_SCOPE', RATE_SCOPES, 'process')
  const legacyUrl = reader.url('HEADROOM_LEGACY_MYSQL', ['mysql:'], NEEDS[role].includes('legacyMysql'))
  const needed = new Set<Setting>([
    ...NEEDS[role],
    ...edgeSettings(role, { appDemands, userRateScope }),
    ...(legacyUrl !== '' && tellsOrHears(role) ? (['streamsUrl'] as const) : []),
  ])
  const config: Config = {
    role,
    host: reader.text('HEADROOM_HOST', '127.0.0.1'),
    port: reader.whole('HEADROOM_PORT', 0, { min: 0, max: 65_535 }),
    logLevel: reader.oneOf('HEADROOM_LOG_LEVEL', LOG_LEVELS, 'info'),
    requestDeadlineMs: reader.whole('HEADROOM_REQUEST_DEADLINE_MS', 5_000, { min: 10, max: 60_000 }),
    maxInFlight: reader.whole('HEADROOM_MAX_IN_FLIGHT', 512, { min: 1, max: 100_000 }),
    userRatePerSecond: reader.whole('HEADROOM_USER_RATE_PER_SECOND', 200, { min: 1, max: 1_000_000 }),
    userRateScope,
    loadCredential: reader.secret('HEADROOM_LOAD_CREDENTIAL', false),
    appDemands,
    appClients: reader.tokenSecrets('HEADROOM_APP_CLIENT_SECRETS', needed.has('appClients')),
    mysql: {
      map: reader.shardMap(needed.has('mysql')),
      poolSize: reader.whole('HEADROOM_MYSQL_POOL_SIZE', 16, { min: 1, max: 1_000 }),
    },
    legacyMysql: {
      url: legacyUrl,
      socketPath: reader.optional('HEADROOM_LEGACY_MYSQL_SOCKET'),
    },
    elasticsearchUrl: reader.url('HEADROOM_ELASTICSEARCH', ['http:', 'https:'], needed.has('elasticsearchUrl')),
    redisUrl: reader.url('HEADROOM_REDIS', ['redis:', 'rediss:'], needed.has('redisUrl')),
    streamsUrl: reader.url('HEADROOM_STREAMS_REDIS', ['redis:', 'rediss:'], needed.has('streamsUrl')),
    appTokens: reader.tokenSecrets('HEADROOM_APP_JWT_SECRETS', needed.has('appTokens')),
    adminTokens: reader.tokenSecrets('HEADROOM_ADMIN_JWT_SECRETS', needed.has('adminTokens')),
    internalSecret: reader.secret('HEADROOM_INTERNAL_SECRET', needed.has('internalSecret')),
    serviceUrls: {
      aggregation: reader.url('HEADROOM_AGGREGATION', ['http:'], needed.has('aggregation')),
      order: reader.url('HEADROOM_ORDER', ['http:'], needed.has('order')),
      catalogue: reader.url('HEADROOM_CATALOGUE', ['http:'], needed.has('catalogue')),
      monolith: reader.url('HEADROOM_MONOLITH', ['http:'], needed.has('monolith')),
    },
  }
  if (config.adminTokens.secrets.some((secret) => config.appTokens.secrets.includes(secret))) {
    mistakes.push(
      'HEADROOM_ADMIN_JWT_SECRETS holds a secret of HEADROOM_APP_JWT_SECRETS: users could sign as administrators',
    )
  }
  if (mistakes.length > 0) {
    throw new Refusal({
      what: `the ${role} service cannot start with this environment`,
      why: mistakes,
      wayOut: 'Correct the variables named above; docs/environment.md lists them all.',
    })
  }
  return Object.freeze(config)
}

class Reader {
  readonly #environment: Environment
  readonly #mistakes: string[]

  constructor(environment: Environment, mistakes: string[]) {
    this.#environment = environment
    this.#mistakes = mistakes
  }

  /** NAME itself, or the content of the file that NAME_FILE names. */
  optional(name: string): string | undefined {
    const value = this.#environment[name]
    const file = this.#environment[`${name}_FILE`]
    if (value && file) this.#mistakes.push(`${name} and ${name}_FILE are both set`)
    if (value || !file) return value || undefined
    try {
      return readFileSync(file, 'utf8').trim() || undefined
    } catch (error) {
      this.#mistakes.push(`${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? error})`)
      return undefined
    }
  }

  /** HEADROOM_MYSQL_URL, and HEADROOM_MYSQL_SHARDS for what lies elsewhere. */
  shardMap(needed: boolean): ShardMap {
    const home = {
      url: this.url('HEADROOM_MYSQL', ['mysql:'], needed),
      socketPath: this.optional('HEADROOM_MYSQL_SOCKET'),
    }
    const { map, mistakes } = parseShardMap(home, this.optional('HEADROOM_MYSQL_SHARDS'))
    this.#mistakes.push(...mistakes.map((mistake) => `HEADROOM_MYSQL_SHARDS: ${mistake}`))
    return map
  }

  text(name: string, fallback: string): string {
    return this.optional(name) ?? fallback
  }

  whole(name: string, fallback: number, { min, max }: { readonly min: number; readonly max: number }): number {
    const text = this.optional(name)
    if (text === undefined) return fallback
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    this.#mistakes.push(`${name}=${text} is not a whole number from ${min} to ${max}`)
    return fallback
  }

  oneOf<const T extends readonly string[]>(name: string, values: T, fallback: T[number]): T[number] {
    const text = this.text(name, fallback)
    if ((values as readonly string[]).includes(text)) return text
    this.#mistakes.push(`${name}=${text} is none of ${values.join(', ')}`)
    return fallback
  }

  secret(name: string, needed: boolean): string {
    const value = this.optional(name)
    if (!value && needed) this.#mistakes.push(`${name} (or ${name}_FILE) is missing`)
    if (value && value.length < MIN_SECRET_LENGTH) {
      this.#mistakes.push(`${name} is shorter than ${MIN_SECRET_LENGTH} characters`)
    }
    return value ?? ''
  }

  tokenSecrets(name: string, needed: boolean): TokenSecrets {
    const text = this.optional(name)
    if (text === undefined) {
      if (needed) this.#mistakes.push(`${name} (or ${name}_FILE) is missing`)
      return { secrets: [] }
    }
    const secrets = parseTokenSecrets(text)
    const mistake = mistakeIn(secrets)
    if (mistake) this.#mistakes.push(`${name}: ${mistake}`)
    return { secrets, file: this.#environment[name] ? undefined : this.#environment[`${name}_FILE`] }
  }

  /** PREFIX_URL; a password kept apart in PREFIX_PASSWORD (or its _FILE) is put into it. Never quotes the URL itself. */
  url(prefix: string, protocols: readonly string[], needed: boolean): string {
    const name = `${prefix}_URL`
    const text = this.optional(name)
    const password = this.optional(`${prefix}_PASSWORD`)
    if (!text) {
      if (needed) this.#mistakes.push(`${name} (or ${name}_FILE) is missing`)
      return ''
    }
    const url = URL.parse(text)
    if (!url || !protocols.includes(url.protocol)) {
      this.#mistakes.push(`${name} is not a ${protocols.map((protocol) => `${protocol}//`).join(' or ')} address`)
      return ''
    }
    const mistakes = url.protocol === 'mysql:' ? tlsMistakes(text) : queryMistakes(url)
    this.#mistakes.push(...mistakes.map((mistake) => `${name}: ${mistake}`))
    if (password) url.password = encodeURIComponent(password)
    return url.href
  }
}

/** The clients of Elasticsearch and Redis would drop them. */
function queryMistakes({ search }: URL): readonly string[] {
  return search === '' ? [] : ['options after ? are not known; TLS is said by https:// and rediss://']
}
