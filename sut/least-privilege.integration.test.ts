// What each service's account may do in each store, tried on the stores: what contracts/service-access.ts says, no more.

import { Client } from '@elastic/elasticsearch'
import { Redis } from 'ioredis'
import { type Connection, createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { CREATE_DATASET_SQL } from '../contracts/dataset.ts'
import { REDIS_SERVERS, type RedisServer } from '../contracts/redis-settings.ts'
import { ORDER_TEMPLATE, ORDER_TEMPLATE_NAME } from '../contracts/search-index.ts'
import {
  isFamily,
  migrationTablesOf,
  SERVICE_ACCOUNTS,
  type ServiceAccount,
  SQL_STATEMENTS,
  type SqlStatement,
  TABLE_KINDS,
  tablesOf,
} from '../contracts/service-access.ts'
import { accountName, accountsOf, addressFor } from '../contracts/service-accounts.ts'
import { asShard, tableName } from '../contracts/shard.ts'
import { oneServer } from '../contracts/shard-map.ts'
import { STORE_NAMES, type StoreName } from '../contracts/switches.ts'
import { grantMigration, prepareSwitches } from './prepare-migration.ts'
import { LEGACY_MIGRATIONS } from './storage/legacy-store/legacy-migrations.ts'
import { migrate, prepareSchema } from './storage/schema.ts'
import { removeOrderIndex, testDatabase } from './test-system.setup.ts'

const engines = inject('engines')
const TABLES = TABLE_KINDS.map((kind) => ({ kind, table: isFamily(kind) ? tableName(kind, asShard(63)) : kind }))

/** Of no row, and read no column: nothing but the privilege itself is asked for. */
const PROBES: Readonly<Record<SqlStatement, (table: string, column: string) => string>> = {
  SELECT: (table) => `SELECT 1 FROM ${table} LIMIT 1`,
  INSERT: (table, column) => `INSERT INTO ${table} (${column}) SELECT 1 FROM DUAL WHERE 1 = 0`,
  UPDATE: (table, column) => `UPDATE ${table} SET ${column} = 1 WHERE 1 = 0`,
  DELETE: (table) => `DELETE FROM ${table} WHERE 1 = 0`,
}
const DENIED = { errno: 1142 }
const MYSQL_ACCOUNTS = accountsOf('mysql')

describe('MySQL', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  const columns = new Map<string, string>()

  beforeAll(async () => {
    database = await testDatabase(engines.mysql.url)
    const { accounts } = await prepareSchema(oneServer({ url: database.url }))
    expect(accounts).toEqual(MYSQL_ACCOUNTS)
    for (const { table } of TABLES) {
      const [first] = await database.rows<{ Field: string }>(`SHOW COLUMNS FROM ${table}`)
      columns.set(table, first?.Field ?? '')
    }
  })
  afterAll(() => database?.drop())

  async function as<T>(account: ServiceAccount, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await createConnection(addressFor(account, database.url, engines.mysql.passwords))
    return work(connection).finally(() => connection.end())
  }

  it.each(MYSQL_ACCOUNTS)(
    'lets %s do what its row says, and refuses it everything else on every table',
    async (account) => {
      const allowed: string[] = []
      await as(account, async (connection) => {
        for (const { kind, table } of TABLES) {
          for (const statement of SQL_STATEMENTS) {
            const sql = PROBES[statement](table, columns.get(table) ?? '')
            const denied = await connection.query(sql).then(
              () => false,
              (error) => error.errno === DENIED.errno,
            )
            if (!denied) allowed.push(`${statement} ${kind}`)
          }
        }
      })
      const said = [...tablesOf(account)].flatMap(([kind, statements]) =>
        statements.map((statement) => `${statement} ${kind}`),
      )
      expect(allowed.toSorted()).toEqual(said.toSorted())
    },
  )

  it.each(MYSQL_ACCOUNTS)(
    'lets %s change no table, make none, pass nothing on and read no other schema',
    async (account) => {
      await as(account, async (connection) => {
        const refused = [
          'DROP TABLE orders_00',
          'ALTER TABLE orders_00 ADD COLUMN note INT',
          'CREATE TABLE mine (a INT)',
          'TRUNCATE TABLE outbox_00',
          'GRANT SELECT ON headroom_schema TO CURRENT_USER()',
          'SELECT * FROM mysql.user',
          "SELECT 1 INTO OUTFILE '/tmp/headroom-least'",
          'FLUSH TABLES',
        ]
        for (const sql of refused)
          await expect(connection.query(sql), sql).rejects.toThrow(/denied|not allowed|you need/i)
      })
    },
  )
})

describe.each(STORE_NAMES)('MySQL beside a monolith, the %s database', (store) => {
  let databases: Readonly<Record<StoreName, Awaited<ReturnType<typeof testDatabase>>>>

  beforeAll(async () => {
    const legacy = await testDatabase(engines.legacyMysql.url)
    const sharded = await testDatabase(engines.mysql.url)
    databases = { legacy, sharded }
    const both = { legacy: { url: legacy.url }, sharded: oneServer({ url: sharded.url }) }
    await prepareSchema(both.sharded)
    await migrate(oneServer(both.legacy), LEGACY_MIGRATIONS)
    // As the seeder leaves it there.
    await legacy.rows(CREATE_DATASET_SQL)
    await prepareSwitches(both)
    expect(await grantMigration(both)).toEqual(MYSQL_ACCOUNTS)
  })
  afterAll(async () => {
    for (const database of Object.values(databases ?? {})) await database.drop()
  })

  it.each(MYSQL_ACCOUNTS)('lets %s do what its row says besides, and nothing else on these tables', async (account) => {
    const { url, rows } = databases[store]
    const tables = [...migrationTablesOf('all', store).keys()]
    const granted: ReadonlyMap<string, readonly SqlStatement[]> = store === 'sharded' ? tablesOf(account) : new Map()
    const allowed: string[] = []
    const connection = await createConnection(addressFor(account, url, engines.mysql.passwords))
    for (const table of tables) {
      const [first] = await rows<{ Field: string }>(`SHOW COLUMNS FROM ${table}`)
      for (const statement of SQL_STATEMENTS) {
        const denied = await connection.query(PROBES[statement](table, first?.Field ?? '')).then(
          () => false,
          (error) => error.errno === DENIED.errno,
        )
        if (!denied) allowed.push(`${statement} ${table}`)
      }
    }
    await connection.end()
    const said = tables.flatMap((table) =>
      SQL_STATEMENTS.filter(
        (statement) =>
          granted.get(table)?.includes(statement) || migrationTablesOf(account, store).get(table)?.includes(statement),
      ).map((statement) => `${statement} ${table}`),
    )
    expect(allowed.toSorted()).toEqual(said.toSorted())
  })
})

describe('Redis', () => {
  it('lets the order service keep its own entries, and no other command or key', async () => {
    const redis = await connectedAs('order', 'redis')
    try {
      expect(await redis.set('headroom:order:least', '1', 'PX', 1_000)).toBe('OK')
      expect(await redis.get('headroom:order:least')).toBe('1')
      await expect(redis.get('somebody-else')).rejects.toThrow('NOPERM')
      await expect(redis.flushall()).rejects.toThrow('NOPERM')
      await expect(redis.config('GET', 'requirepass')).rejects.toThrow('NOPERM')
      await expect(redis.keys('*')).rejects.toThrow('NOPERM')
    } finally {
      redis.disconnect()
    }
  })

  it('lets the front-ends count, and look into no message', async () => {
    const redis = await connectedAs('edge', 'streams')
    try {
      expect(await redis.set('headroom:edge:least', '1', 'PX', 1_000)).toBe('OK')
      await expect(redis.xlen('headroom:events:orders')).rejects.toThrow('NOPERM')
      await expect(redis.get('headroom:events:orders')).rejects.toThrow('NOPERM')
      await expect(redis.keys('*')).rejects.toThrow('NOPERM')
    } finally {
      redis.disconnect()
    }
  })

  it('is where the indexer tells others of orders, and nothing for it to read', async () => {
    const redis = await connectedAs('indexer', 'streams')
    try {
      const told = await redis.multi().xadd('headroom:events:least', '*', 'event', '1').exec()
      expect(told?.[0]?.[0]).toBeNull()
      await expect(redis.xadd('headroom:edge:least', '*', 'event', '1')).rejects.toThrow('NOPERM')
      await expect(redis.xrange('headroom:events:least', '-', '+')).rejects.toThrow('NOPERM')
      await expect(redis.get('headroom:edge:least')).rejects.toThrow('NOPERM')
    } finally {
      redis.disconnect()
    }
  })

  it('lets the monolith tell of its orders and count, read neither, and have a cached order forgotten', async () => {
    const [cache, streams] = [await connectedAs('monolith', 'redis'), await connectedAs('monolith', 'streams')]
    try {
      expect(await cache.set('headroom:order:least', '1', 'PX', 1_000)).toBe('OK')
      await expect(cache.get('headroom:order:least')).rejects.toThrow('NOPERM')
      expect(await streams.xadd('headroom:legacy:least', 'MAXLEN', 1, '*', 'message', '1')).toMatch(/-/)
      expect(await streams.incr('headroom:edge:least-count')).toBeGreaterThan(0)
      await expect(streams.xrange('headroom:legacy:least', '-', '+')).rejects.toThrow('NOPERM')
      await expect(streams.xadd('headroom:events:least', '*', 'event', '1')).rejects.toThrow('NOPERM')
    } finally {
      cache.disconnect()
      streams.disconnect()
    }
  })

  it.each(REDIS_SERVERS)('knows on the server %s no account that has no business there', async (server) => {
    const { hostname, port } = new URL(engines[server].url)
    const strangers = SERVICE_ACCOUNTS.filter((account) => !accountsOf(server).includes(account))
    expect(strangers.length).toBeGreaterThan(0)
    for (const account of strangers) {
      const passwords = REDIS_SERVERS.flatMap((any) => engines[any].passwords?.[account] ?? [])
      for (const password of ['x', ...passwords]) {
        await expect(connected(`redis://${accountName(account)}:${password}@${hostname}:${port}/0`)).rejects.toThrow(
          'WRONGPASS',
        )
      }
    }
  })
})

async function connectedAs(account: ServiceAccount, server: RedisServer): Promise<Redis> {
  return await connected(addressFor(account, engines[server].url, engines[server].passwords))
}

/** Rejects with why the server does not let it in. */
async function connected(url: string): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  let cause: Error | undefined
  redis.on('error', (error: Error) => (cause ??= error))
  try {
    await redis.connect()
    await redis.ping()
    return redis
  } catch (error) {
    redis.disconnect()
    throw cause ?? error
  }
}

describe('Elasticsearch', () => {
  const as = (account: ServiceAccount) =>
    new Client({ node: addressFor(account, engines.elasticsearch.url, engines.elasticsearch.passwords), maxRetries: 0 })
  const document = { order_id: 1, created_at_ms: 1, region: 1, status: 0 }
  const index = 'orders-1970-q1'
  const forbidden = { meta: { statusCode: 403 } }

  afterAll(() => removeOrderIndex(engines.elasticsearch.url))

  it('lets the indexer write slices, the order service read them, and neither do the other’s work', async () => {
    const [indexer, order] = [as('indexer'), as('order')]
    await removeOrderIndex(engines.elasticsearch.url)
    await indexer.indices.putIndexTemplate({ name: ORDER_TEMPLATE_NAME, ...(ORDER_TEMPLATE as object) })
    await indexer.index({ index, id: '1', document })
    await indexer.cluster.health()
    expect(await order.search({ index, size: 0 })).toMatchObject({ timed_out: false })
    await order.cluster.health()
    await expect(order.index({ index, id: '2', document })).rejects.toMatchObject(forbidden)
    await expect(order.indices.delete({ index })).rejects.toMatchObject(forbidden)
    await expect(indexer.search({ index })).rejects.toMatchObject(forbidden)
    await expect(indexer.indices.delete({ index })).rejects.toMatchObject(forbidden)
    await expect(indexer.index({ index: 'something-else', document })).rejects.toMatchObject(forbidden)
    for (const client of [indexer, order]) {
      await expect(client.transport.request({ method: 'GET', path: '/_security/user' })).rejects.toMatchObject(
        forbidden,
      )
      await client.close()
    }
  })

  it('knows no account of a service that has no business there', async () => {
    const { hostname, port } = new URL(engines.elasticsearch.url)
    const client = new Client({ node: `http://headroom_catalogue:x@${hostname}:${port}`, maxRetries: 0 })
    await expect(client.cluster.health()).rejects.toMatchObject({ meta: { statusCode: 401 } })
    await client.close()
  })
})
