// What an address says about TLS, against servers that take nothing else: honoured to the letter, or no connection.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { connect } from '../generators/store/mysql-connection.ts'
import { connectMysql } from '../measurements/mysql-counters.ts'
import {
  type Certificates,
  makeCertificates,
  runAgain,
  type StoppableServer,
  startEncryptedRedis,
} from './encrypted-stores.setup.ts'
import { type SecondMysql, startSecondMysql } from './second-mysql.setup.ts'
import { openConnection } from './storage/mysql-connection.ts'
import { startTestSystem, type TestSystem } from './test-system.setup.ts'

const BODY = { channel: 'app', region: 1, paymentMethod: 'card', items: [{ productId: 1, quantity: 1 }] }

let second: SecondMysql
let certificates: Certificates
let encryptedMysql: StoppableServer
let encryptedRedis: StoppableServer & { readonly url: string }
let system: TestSystem | undefined

/** Of the server, with these words about TLS. */
function mysqlUrl(options: Readonly<Record<string, string>>, host = 'localhost'): string {
  const url = new URL(second.url)
  url.hostname = host
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value)
  return url.href
}

beforeAll(async () => {
  second = await startSecondMysql()
  certificates = makeCertificates()
  const { ca, cert, key } = certificates
  const { redis } = inject('engines')
  if (second.pid === undefined || redis.pid === undefined) throw new Error('they run in containers')
  const words = [`--ssl-ca=${ca}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`, '--require-secure-transport=ON']
  encryptedMysql = await runAgain(second.pid, words)
  encryptedRedis = await startEncryptedRedis(redis.pid, certificates)
  const isUp = async () => (await errorOf(connectMysql({ url: mysqlUrl({ 'ssl-mode': 'REQUIRED' }) }))) === ''
  await vi.waitUntil(isUp, { timeout: 60_000, interval: 200 })
})
afterAll(async () => {
  await system?.stop()
  await encryptedRedis?.stop()
  await encryptedMysql?.stop()
  await second?.stop()
  certificates?.remove()
})

/** Empty: it was made, and is encrypted. */
async function errorOf(connecting: ReturnType<typeof connect>): Promise<string> {
  try {
    const connection = await connecting
    const [[row]] = (await connection.query("SHOW STATUS LIKE 'Ssl_cipher'")) as unknown as [[{ Value: string }]]
    connection.destroy()
    return row.Value === '' ? 'not encrypted' : ''
  } catch (error) {
    return (error as Error).message || String(error)
  }
}

async function poolErrorOf(url: string): Promise<string> {
  try {
    const connection = await openConnection({ url }, 2_000)
    connection.destroy()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

const WAYS = [
  ['seeder', (url: string) => errorOf(connect({ url }))],
  ['measurements', (url: string) => errorOf(connectMysql({ url }))],
  ['services', poolErrorOf],
] as const

describe.each(WAYS)('MySQL for the %s', (_, ask) => {
  it.each([
    ['an encrypted connection, whoever answers', () => mysqlUrl({ 'ssl-mode': 'REQUIRED' })],
    ['a server of that authority', () => mysqlUrl({ 'ssl-mode': 'VERIFY_CA', 'ssl-ca': certificates.ca })],
    ['one at an IP address', () => mysqlUrl({ 'ssl-mode': 'VERIFY_CA', 'ssl-ca': certificates.ca }, '127.0.0.1')],
    ['one of that name', () => mysqlUrl({ 'ssl-mode': 'VERIFY_IDENTITY', 'ssl-ca': certificates.ca })],
  ])('is asked for %s', async (_what, url) => {
    expect(await ask(url())).toBe('')
  })

  it.each([
    ['nothing about TLS is said', () => mysqlUrl({}), /insecure|denied/i],
    ['it is forbidden', () => mysqlUrl({ 'ssl-mode': 'DISABLED' }), /insecure|denied/i],
    ['its authority is unknown', () => mysqlUrl({ 'ssl-mode': 'VERIFY_CA' }), /certificate/i],
    [
      'its name cannot be checked',
      () => mysqlUrl({ 'ssl-mode': 'VERIFY_IDENTITY', 'ssl-ca': certificates.ca }, '127.0.0.1'),
      /needs the name of the host/,
    ],
  ])('is not used when %s', async (_what, url, error) => {
    expect(await ask(url())).toMatch(error)
  })
})

it('serves orders out of an encrypted MySQL, by way of an encrypted Redis', async () => {
  vi.stubEnv('NODE_EXTRA_CA_CERTS', certificates.ca)
  // Something to ask the second one for.
  vi.stubEnv('HEADROOM_USER_RATE_SCOPE', 'all')
  try {
    const engines = inject('engines')
    const url = mysqlUrl({ 'ssl-mode': 'VERIFY_IDENTITY', 'ssl-ca': certificates.ca })
    const redis = { url: encryptedRedis.url, origin: 'address', version: engines.redis.version } as const
    const both = { redis, streams: redis }
    system = await startTestSystem({ ...engines, ...both, mysqlShards: `0-63=${url}` }, 'one-process')
  } finally {
    vi.unstubAllEnvs()
  }
  const user = 64 * 9 + 5
  const placed = await system.call({ method: 'POST', path: '/v1/app/orders', user, key: randomUUID(), body: BODY })
  expect(placed.status).toBe(201)
  const path = `/v1/app/orders/${placed.body.orderId}`
  expect((await system.call({ path, user })).body.order.status).toBe('placed')
  expect((await system.call({ method: 'POST', path: `${path}/pay`, user })).status).toBe(200)
  expect((await system.call({ path, user })).body).toMatchObject({
    order: { status: 'paid' },
    payment: { status: 'captured' },
  })
  // Eventually: a Redis that takes longer than a cache may is said to be down, and on a busy machine it now and then is.
  const healthy = { redis: 'ok', streams: 'ok' }
  await vi.waitFor(async () => expect((await system?.call({ path: '/healthz' }))?.body.checks).toMatchObject(healthy), {
    timeout: 10_000,
  })
})

it('are left alone when they show the certificate of another host', async () => {
  const url = mysqlUrl({ 'ssl-mode': 'VERIFY_IDENTITY', 'ssl-ca': certificates.ca })
  const connection = await connectMysql({ url })
  certificates.sign('DNS:db.example')
  await connection.query('FLUSH SSL')
  connection.destroy()
  for (const [, ask] of WAYS) expect(await ask(url)).toMatch(/altnames/)
})
