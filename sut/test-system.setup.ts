// A whole SUT for integration tests: a database of its own on the given engines, every engine behind a proxy, nginx in front.

import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Client } from '@elastic/elasticsearch'
import { createConnection } from 'mysql2/promise'
import { request } from 'undici'
import type { Engines } from '../contracts/engines.ts'
import { ADMIN_ROLES, TOKEN } from '../contracts/gateway-api.ts'
import type { AppDemands } from '../contracts/request-protection.ts'
import { ORDER_SLICES, ORDER_TEMPLATE_NAME } from '../contracts/search-index.ts'
import type { SutEndpoint, Topology } from '../contracts/sut-endpoint.ts'
import { removeState } from '../engines/clean-engines.ts'
import { startNginx } from '../engines/nginx.ts'
import { CHECKOUT } from '../engines/place.ts'
import { type FaultProxy, throughProxy } from './fault-proxy.setup.ts'
import { launchSut, type RunningSut } from './launch.ts'

export interface TestSystem {
  readonly sut: RunningSut
  readonly stateDir: string
  /** Of the order database, as its owner, past the proxy. */
  readonly mysqlUrl: string
  readonly proxies: Readonly<Record<'mysql' | 'elasticsearch' | 'redis' | 'streams', FaultProxy>>
  /** Past the proxy. */
  rows<T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]>
  call(options: CallOptions): Promise<Answer>
  stop(): Promise<void>
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  /** None: no token. */
  readonly user?: number
  readonly audience?: string
  /** Of an administrator; all unless they are said. */
  readonly roles?: readonly string[]
  readonly key?: string
  readonly body?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
  readonly tookMs: number
}

/** Beside the schema of the address: an account may make schemas whose name begins as its own does. */
export async function testDatabase(mysqlUrl: string) {
  const url = new URL(mysqlUrl)
  const name = `${url.pathname.slice(1)}_test_${randomBytes(4).toString('hex')}`
  const connection = await createConnection({
    uri: url.href,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
  })
  await connection.query(`CREATE DATABASE ${name}`)
  await connection.query(`USE ${name}`)
  url.pathname = `/${name}`
  return {
    url: url.href,
    rows: async <T>(sql: string, values: readonly unknown[] = []) =>
      (await connection.query(sql, values as string[]))[0] as unknown as readonly T[],
    drop: async () => {
      await connection.query(`DROP DATABASE ${name}`)
      await connection.end()
    },
  }
}

/** The slices have one name each; other tests expect none. */
export async function removeOrderIndex(elasticsearchUrl: string): Promise<void> {
  const client = new Client({ node: elasticsearchUrl })
  const slices = await client.indices.get({ index: ORDER_SLICES, allow_no_indices: true })
  for (const index of Object.keys(slices)) await client.indices.delete({ index }, { ignore: [404] })
  await client.indices.deleteIndexTemplate({ name: ORDER_TEMPLATE_NAME }, { ignore: [404] })
  await client.close()
}

/** `monolithUrl`: with the monolith, on that database. */
export async function startTestSystem(
  engines: Engines,
  topology: Topology,
  monolithUrl?: string,
  appDemands?: AppDemands,
): Promise<TestSystem> {
  const stateFolder = `.headroom/test-${process.pid}`
  const stateDir = join(CHECKOUT, stateFolder)
  await removeOrderIndex(engines.elasticsearch.url)
  const database = await testDatabase(engines.mysql.url)
  const mysql = await throughProxy(database.url)
  const elasticsearch = await throughProxy(engines.elasticsearch.url)
  const redis = await throughProxy(engines.redis.url)
  const streams = await throughProxy(engines.streams.url)
  const proxies = {
    mysql: mysql.proxy,
    elasticsearch: elasticsearch.proxy,
    redis: redis.proxy,
    streams: streams.proxy,
  }
  const { socketPath: _, ...mysqlEndpoint } = engines.mysql
  const starting = launchSut(
    {
      mysql: { ...mysqlEndpoint, url: mysql.url },
      ...(engines.mysqlShards && { mysqlShards: engines.mysqlShards }),
      elasticsearch: { ...engines.elasticsearch, url: elasticsearch.url },
      redis: { ...engines.redis, url: redis.url },
      streams: { ...engines.streams, url: streams.url },
    },
    {
      topology,
      ...(monolithUrl && { monolith: { ...engines.legacyMysql, url: monolithUrl } }),
      ...(appDemands && { appDemands }),
      stateDir,
      signal: new AbortController().signal,
      startGateway: (gateway) => startNginx({ ...gateway, program: engines.nginx, keep: false, stateFolder }),
    },
  )
  const stop = async () => {
    for (const proxy of Object.values(proxies)) proxy.mode = 'normal'
    await starting.then((sut) => sut.stop()).catch(() => {})
    for (const proxy of Object.values(proxies)) await proxy.close()
    await database.drop()
    await removeOrderIndex(engines.elasticsearch.url)
    await removeState(stateFolder)
  }
  try {
    const sut = await starting
    const { url: mysqlUrl, rows } = database
    return { sut, stateDir, mysqlUrl, proxies, rows, call: (options) => callGateway(sut, options), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export async function callGateway({ endpoint }: Pick<RunningSut, 'endpoint'>, options: CallOptions): Promise<Answer> {
  const { method = 'GET', path, user, audience = TOKEN.appAudience, roles, key, body } = options
  const tokenOf = (userId: number) => token(secretOf(endpoint, audience), userId, audience, roles && { roles })
  const startedAtMs = performance.now()
  const response = await request(`${endpoint.baseUrl}${path}`, {
    method,
    headers: {
      ...(user === undefined ? {} : { authorization: `Bearer ${tokenOf(user)}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return {
    status: response.statusCode,
    headers: response.headers,
    body: await response.body.json(),
    tookMs: performance.now() - startedAtMs,
  }
}

function secretOf({ jwtSecret, adminJwtSecret }: SutEndpoint, audience: string): string {
  return audience === TOKEN.adminAudience ? adminJwtSecret : jwtSecret
}

/** `more`: claims beside them. */
export function token(secret: string, userId: number, audience: string, more: object = {}): string {
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 600
  const roles = audience === TOKEN.adminAudience ? { roles: ADMIN_ROLES } : {}
  const claims = { iss: TOKEN.issuer, aud: audience, sub: String(userId), exp, ...roles, ...more }
  const unsigned = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
}
