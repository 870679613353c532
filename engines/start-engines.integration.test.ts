import { Client } from '@elastic/elasticsearch'
import { Redis } from 'ioredis'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { REDIS_SERVERS } from '../contracts/redis-settings.ts'
import { startNginx } from './nginx.ts'
import { freePort } from './ports.ts'

const engines = inject('engines')

describe('MySQL or MariaDB', () => {
  const open = (uri: string) => createConnection({ uri, infileStreamFactory: () => process.stdin })

  it.each([
    ['orders', engines.mysql.url],
    ['legacy', engines.legacyMysql.url],
  ])('lets us make and drop tables in the %s schema', async (_name, url) => {
    const connection = await open(url)
    await connection.query('CREATE TABLE engine_check (id BIGINT PRIMARY KEY)')
    await connection.query('DROP TABLE engine_check')
    await connection.end()
  })

  it('commits durably, speaks UTC and utf8mb4, accepts local files', async () => {
    const connection = await open(engines.mysql.url)
    const [[row]] = await connection.query<RowDataPacket[]>(
      `SELECT @@innodb_flush_log_at_trx_commit AS flush, @@time_zone AS zone, @@character_set_server AS charset,
              @@local_infile AS localInfile`,
    )
    await connection.end()
    expect(row).toEqual({ flush: 1, zone: '+00:00', charset: 'utf8mb4', localInfile: 1 })
  })

  it('shows the counters measurements read', async () => {
    const connection = await open(engines.mysql.url)
    const [rows] = await connection.query<RowDataPacket[]>(`SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_read_requests'`)
    await connection.query('SHOW ENGINE INNODB STATUS') // wants PROCESS
    await connection.end()
    expect(rows).toHaveLength(1)
  })

  it('refuses a wrong password', async () => {
    const url = new URL(engines.mysql.url)
    url.password = 'wrong'
    await expect(open(url.href)).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' })
  })
})

describe('Elasticsearch', () => {
  it('accepts an index with a password and refuses one without', async () => {
    const client = new Client({ node: engines.elasticsearch.url })
    await client.indices.create({ index: 'engine-check' })
    await client.indices.delete({ index: 'engine-check' })
    await client.close()
    const { origin } = new URL(engines.elasticsearch.url)
    expect((await fetch(`${origin}/_cluster/health`)).status).toBe(401)
  })
})

describe.each(REDIS_SERVERS)('Redis (%s)', (server) => {
  it('evicts nothing, and has a file where what it holds must not be lost', async () => {
    const client = new Redis(engines[server].url)
    const settings = ['maxmemory-policy', 'appendonly', 'save'].map(async (name) => {
      const [, value] = (await client.config('GET', name)) as string[]
      return value
    })
    expect(await Promise.all(settings)).toEqual(['noeviction', server === 'streams' ? 'yes' : 'no', ''])
    await client.quit()
  })

  it('keeps a stream, and wants its password', async () => {
    const client = new Redis(engines[server].url)
    const id = await client.xadd('engine-check', '*', 'field', 'value')
    expect(await client.xrange('engine-check', '-', '+')).toEqual([[id, ['field', 'value']]])
    await client.del('engine-check')
    await client.quit()

    const { hostname, port } = new URL(engines[server].url)
    const stranger = new Redis(Number(port), hostname, { lazyConnect: true, retryStrategy: () => null })
    stranger.on('error', () => {})
    await expect(stranger.get('key')).rejects.toThrow(/NOAUTH|closed/)
    stranger.disconnect()
  })
})

describe('nginx', () => {
  let stop: () => Promise<void> = async () => {}
  let port: number
  const stateFolder = inject('stateFolder')
  const config = (body: string) => `events {} http { access_log off; server { listen 127.0.0.1:${port}; ${body} } }`
  const signal = new AbortController().signal

  beforeAll(async () => {
    port = await freePort({ id: 'abcdef' })
  })
  afterAll(() => stop())

  it('says what is wrong with a configuration', async () => {
    const start = startNginx({
      program: engines.nginx,
      configText: config('retrun 200;'),
      port,
      signal,
      keep: false,
      stateFolder,
    })
    await expect(start).rejects.toThrow(/unknown directive "retrun"/)
  })

  it('serves what it was told, until it is stopped', async () => {
    const configText = config("return 200 'here';")
    const nginx = await startNginx({ program: engines.nginx, configText, port, signal, keep: false, stateFolder })
    stop = nginx.stop
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here')
    await nginx.stop()
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })
})
