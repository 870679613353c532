// The services' accounts as each store wants them said: made by whoever runs the server, with passwords; what they may do
// in MySQL is granted by the owner of the tables (sut/storage/grants.ts), who needs no password of theirs.

import { REDIS_SERVERS, type RedisServer } from './redis-settings.ts'
import {
  type RedisAccess,
  redisAccessOf,
  SEARCH_INDICES,
  SERVICE_ACCOUNTS,
  type ServiceAccount,
  searchAccessOf,
  tablesOf,
} from './service-access.ts'

/** Of the accounts that a store has; one that it has not may do nothing there. */
export type ServicePasswords = Readonly<Partial<Record<ServiceAccount, string>>>

export const STORES = ['mysql', 'elasticsearch', ...REDIS_SERVERS] as const
export type Store = (typeof STORES)[number]

export function accountsOf(store: Store): readonly ServiceAccount[] {
  return SERVICE_ACCOUNTS.filter((account) => MAY_ENTER[store](account))
}

const MAY_ENTER: Readonly<Record<Store, (account: ServiceAccount) => boolean>> = {
  mysql: (account) => tablesOf(account).size > 0,
  elasticsearch: (account) => searchAccessOf(account) !== undefined,
  redis: (account) => redisAccessOf('redis', account) !== undefined,
  streams: (account) => redisAccessOf('streams', account) !== undefined,
}

export function accountName(account: ServiceAccount): string {
  return `headroom_${account}`
}

/** From any host: which addresses reach the server at all is said where it listens. */
export function mysqlAccount(account: ServiceAccount): string {
  return `'${accountName(account)}'@'%'`
}

/** May do nothing until it is granted. Passwords are letters and digits. */
export function createMysqlAccounts(passwords: ServicePasswords): readonly string[] {
  return entriesOf(passwords).flatMap(([account, password]) => [
    `CREATE USER IF NOT EXISTS ${mysqlAccount(account)} IDENTIFIED BY '${password}'`,
    `ALTER USER ${mysqlAccount(account)} IDENTIFIED BY '${password}'`,
  ])
}

/** Lines of redis.conf. */
export function redisUsers(server: RedisServer, passwords: ServicePasswords): readonly string[] {
  return entriesOf(passwords).flatMap(([account, password]) => {
    const access = redisAccessOf(server, account)
    return access ? [`user ${accountName(account)} ${redisRules(access, password).join(' ')}`] : []
  })
}

export function redisRules({ keys, commands }: RedisAccess, password: string): readonly string[] {
  const allowed = [...keys.map((pattern) => `~${pattern}`), 'resetchannels', '-@all']
  return ['on', `>${password}`, ...allowed, ...commands.map((command) => `+${command}`)]
}

/** Files of Elasticsearch's configuration: accounts without an index of their own, which a small distribution cannot make. */
export interface SearchRealm {
  readonly 'roles.yml': string
  readonly users: string
  readonly users_roles: string
}

/** `hashOf`: see `searchPasswordHash`. */
export function searchRealm(passwords: ServicePasswords, hashOf: (password: string) => string): SearchRealm {
  const accounts = entriesOf(passwords).flatMap(([account, password]) => {
    const access = searchAccessOf(account)
    return access ? [{ name: accountName(account), password, access }] : []
  })
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
  return {
    // JSON is YAML.
    'roles.yml': text(
      accounts.map(({ name, access: { cluster, index } }) => {
        const indices = [{ names: SEARCH_INDICES, privileges: index }]
        return `${name}: ${JSON.stringify({ cluster, indices })}`
      }),
    ),
    users: text(accounts.map(({ name, password }) => `${name}:${hashOf(password)}`)),
    users_roles: text(accounts.map(({ name }) => `${name}:${name}`)),
  }
}

type Pbkdf2 = (password: string, salt: Uint8Array, iterations: number, keyBytes: number, digest: string) => Base64Bytes

interface Base64Bytes {
  toString(encoding: 'base64'): string
}

const SALT_BYTES = 32
const ITERATIONS = 10_000
const KEY_BYTES = 32

/** As Elasticsearch writes it (`Hasher.PBKDF2`); `pbkdf2` and `random` are Node's pbkdf2Sync and randomBytes. */
export function searchPasswordHash(
  password: string,
  pbkdf2: Pbkdf2,
  random: (bytes: number) => Uint8Array & Base64Bytes,
): string {
  const salt = random(SALT_BYTES)
  const key = pbkdf2(password, salt, ITERATIONS, KEY_BYTES, 'sha512')
  return `{PBKDF2}${ITERATIONS}$${salt.toString('base64')}$${key.toString('base64')}`
}

/** The same server under the account; as it is where the account has no password of its own. */
export function addressFor(account: ServiceAccount, url: string, passwords: ServicePasswords | undefined): string {
  const password = passwords?.[account]
  if (password === undefined) return url
  const address = new URL(url)
  address.username = accountName(account)
  address.password = password
  return address.href
}

function entriesOf(passwords: ServicePasswords): readonly (readonly [ServiceAccount, string])[] {
  return SERVICE_ACCOUNTS.flatMap((account) => {
    const password = passwords[account]
    return password === undefined ? [] : [[account, password] as const]
  })
}
