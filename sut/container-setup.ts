// First start under docker compose: generates the secrets and writes, for each consumer, a folder that only it can read.
// Run again, it keeps what is there.

import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REDIS_SERVERS, type RedisServer, redisSettings } from '../contracts/redis-settings.ts'
import { SERVICE_ACCOUNTS, type ServiceAccount } from '../contracts/service-access.ts'
import {
  accountsOf,
  createMysqlAccounts,
  redisUsers,
  type ServicePasswords,
  type Store,
  searchPasswordHash,
  searchRealm,
} from '../contracts/service-accounts.ts'
import { renderNginxConfig } from './gateway/nginx.ts'

/** Where docker-compose.yml mounts the checkout's state folder, and a file that tells who owns the checkout. */
const STATE = '/state'
const CHECKOUT_FILE = '/checkout/docker-compose.yml'

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** The users that the images run their programs as. */
const MYSQL: Owner = { uid: 999, gid: 999 }
const REDIS: Owner = { uid: 999, gid: 999 }
const ELASTICSEARCH: Owner = { uid: 1000, gid: 0 }
const NODE: Owner = { uid: 1000, gid: 1000 }
const NGINX: Owner = { uid: 101, gid: 101 }
const ROOT: Owner = { uid: 0, gid: 0 }

/** No process here holds all services, no front-end reaches a store (none demands signatures), and there is no monolith. */
const ABSENT: readonly ServiceAccount[] = ['all', 'edge', 'monolith']
const ACCOUNTS = SERVICE_ACCOUNTS.filter((account) => !ABSENT.includes(account))

const folder = join(STATE, 'compose')
const checkoutOwner: Owner = statSync(CHECKOUT_FILE)
// The engine creates the folder as root when it is not there yet.
if (statSync(STATE).uid === ROOT.uid) chownSync(STATE, checkoutOwner.uid, checkoutOwner.gid)
makeFolder(folder, checkoutOwner)

const secrets = {
  jwt: secret('jwt_secret'),
  adminJwt: secret('admin_jwt_secret'),
  internal: secret('internal_secret'),
  mysqlRoot: secret('mysql_root_password'),
  mysql: secret('mysql_password'),
  elasticsearch: secret('elasticsearch_password'),
  redis: secret('redis_password'),
  streams: secret('streams_password'),
}
/** Of the services' own accounts. */
const services = {
  mysql: servicePasswords('mysql'),
  elasticsearch: servicePasswords('elasticsearch'),
  redis: servicePasswords('redis'),
  streams: servicePasswords('streams'),
}

give('mysql', MYSQL, { root_password: secrets.mysqlRoot, password: secrets.mysql })
give('mysql-accounts', MYSQL, { 'accounts.sql': accountsSql() })
give('elasticsearch', ELASTICSEARCH, { password: secrets.elasticsearch, ...elasticsearchRealm() })
for (const server of REDIS_SERVERS) give(server, REDIS, { password: secrets[server], 'redis.conf': redisConf(server) })
give('owner', NODE, { mysql_password: secrets.mysql, elasticsearch_password: secrets.elasticsearch })
for (const account of ACCOUNTS) {
  const passwords = Object.entries(services).flatMap(([store, { [account]: password }]) =>
    password === undefined ? [] : [[`${store}_password`, password] as const],
  )
  give(account, NODE, { internal_secret: secrets.internal, ...Object.fromEntries(passwords) })
}
give('aggregation', NODE, { internal_secret: secrets.internal })
give('app', NODE, { internal_secret: secrets.internal, jwt_secrets: secrets.jwt })
give('admin', NODE, { internal_secret: secrets.internal, jwt_secrets: secrets.adminJwt })
give('gateway', NGINX, { 'nginx.conf': gatewayConfig() })
write(join(folder, 'engines.env'), enginesEnvironment(), checkoutOwner, 0o600)

function servicePasswords(store: Store): ServicePasswords {
  return Object.fromEntries(
    ACCOUNTS.filter((account) => accountsOf(store).includes(account)).map((account) => [
      account,
      secret(`${store}_${account}_password`),
    ]),
  )
}

/** Run by the image when it makes the database: the owner passes rights on, the services have none yet. */
function accountsSql(): string {
  const owner = "GRANT ALL ON headroom.* TO headroom@'%' WITH GRANT OPTION"
  return [owner, ...createMysqlAccounts(services.mysql)].map((statement) => `${statement};`).join('\n')
}

function elasticsearchRealm(): Readonly<Record<string, string>> {
  const hashOf = (password: string) => searchPasswordHash(password, pbkdf2Sync, randomBytes)
  return Object.fromEntries(Object.entries(searchRealm(services.elasticsearch, hashOf)))
}

function redisConf(server: RedisServer): string {
  const users = redisUsers(server, services[server])
  return [`requirepass ${secrets[server]}`, ...users, ...redisSettings(server, '128mb')].join('\n')
}

function gatewayConfig(): string {
  return renderNginxConfig({
    listen: '8080',
    app: 'app:8080',
    admin: 'admin:8080',
    // Docker's own.
    resolver: '127.0.0.11',
    accessLog: 'stdout',
    // Through a published port everybody has the address of the network's own gateway.
    metricsFor: [],
  })
}

/** What the checkout's owner may read too, so that the load tool and the seeder can be pointed here. */
function secret(name: string): string {
  const path = join(folder, name)
  if (!existsSync(path)) write(path, randomBytes(32).toString('hex'), checkoutOwner, 0o600)
  return readFileSync(path, 'utf8').trim()
}

function give(consumer: string, owner: Owner, files: Readonly<Record<string, string>>): void {
  makeFolder(join(folder, consumer), owner)
  for (const [name, text] of Object.entries(files)) write(join(folder, consumer, name), text, owner, 0o400)
}

function enginesEnvironment(): string {
  const port = (engine: string) => process.env[`HEADROOM_COMPOSE_${engine}_PORT`]
  return [
    `HEADROOM_MYSQL_URL=mysql://headroom:${secrets.mysql}@127.0.0.1:${port('MYSQL')}/headroom`,
    `HEADROOM_ELASTICSEARCH_URL=http://elastic:${secrets.elasticsearch}@127.0.0.1:${port('ELASTICSEARCH')}`,
    `HEADROOM_REDIS_URL=redis://:${secrets.redis}@127.0.0.1:${port('REDIS')}/0`,
    `HEADROOM_STREAMS_REDIS_URL=redis://:${secrets.streams}@127.0.0.1:${port('STREAMS_REDIS')}/0`,
  ].join('\n')
}

/** Folders may be passed through by all: the files in them say who reads. */
function makeFolder(path: string, { uid, gid }: Owner): void {
  mkdirSync(path, { recursive: true })
  chownSync(path, uid, gid)
  chmodSync(path, 0o711)
}

/** Whole or not at all: cut short, an empty password would stay for ever. */
function write(path: string, text: string, { uid, gid }: Owner, mode: number): void {
  const draft = `${path}.new`
  writeFileSync(draft, `${text}\n`, { mode: 0o600 })
  chownSync(draft, uid, gid)
  chmodSync(draft, mode)
  renameSync(draft, path)
}
