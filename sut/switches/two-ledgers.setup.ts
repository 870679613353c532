// Both databases of a migration for tests, each behind a proxy, with writers that do what the stores do: fence, order and
// mark in one transaction.

import { createConnection } from 'mysql2/promise'
import { inject } from 'vitest'
import { LEGACY_KINDS, LEGACY_ORDERS_TABLE } from '../../contracts/legacy-tables.ts'
import { FENCE_TABLE, GAPS_TABLE } from '../../contracts/migration-tables.ts'
import { composeOrderId, type OrderId, shardOfOrder } from '../../contracts/order-id.ts'
import { ALL_SHARDS, asShard, tableName } from '../../contracts/shard.ts'
import { oneServer } from '../../contracts/shard-map.ts'
import { otherStore, PHASE_RULES, type Phase, type StoreName, type Switches } from '../../contracts/switches.ts'
import { createTableSql } from '../../contracts/tables.ts'
import { type FaultProxy, throughProxy } from '../fault-proxy.setup.ts'
import { MysqlPool } from '../storage/mysql-pool.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { testDatabase } from '../test-system.setup.ts'
import type { FlipTools } from './flip-run.ts'
import { StoreLedger } from './store-ledger.ts'

type Database = Awaited<ReturnType<typeof testDatabase>>

export interface TestStore {
  readonly database: Database
  readonly proxy: FaultProxy
  /** By way of the proxy. */
  readonly url: string
  readonly ledger: StoreLedger
  /** Another connection of the same store, for a process of its own. */
  readonly otherLedger: StoreLedger
  readonly pool: MysqlPool
}

export interface TwoLedgers {
  readonly stores: Readonly<Record<StoreName, TestStore>>
  readonly tools: FlipTools
  write(order: OrderId, version: number, under: Pick<Switches, 'epoch' | 'phase'>): Promise<'stored' | 'fenced'>
  /** Statements of a write that is still open; `COMMIT` ends it. */
  writing(order: OrderId, under: Pick<Switches, 'epoch' | 'phase'>): Promise<Database>
  versionIn(store: StoreName, order: OrderId): Promise<number | null>
  openStores(): Promise<readonly StoreName[]>
  /** As compare-stores would note it. */
  compared(): Promise<void>
  close(): Promise<void>
}

export const ANYBODY = { who: 'a test', why: 'to see' }
export const BOTH_SERVICES = { services: ['order', 'payment'], acceptLoss: false, leaveParked: false } as const

let sequence = 0

export function newOrder(shard = 7): OrderId {
  return composeOrderId({ timestampMs: Date.now(), shard: asShard(shard), worker: 1, sequence: sequence++ % 1_000 })
}

export async function openTwoLedgers(claimMs: number): Promise<TwoLedgers> {
  const [legacy, sharded] = [await openStore('legacy'), await openStore('sharded')]
  await legacy.database.rows(`CREATE TABLE ${LEGACY_ORDERS_TABLE} (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind TINYINT NOT NULL DEFAULT ${LEGACY_KINDS.product}, order_id BIGINT NOT NULL UNIQUE, version INT NOT NULL)`)
  for (const shard of ALL_SHARDS) {
    await sharded.database.rows(createTableSql('orders', shard, { secondaryIndexes: false }))
  }
  for (const { database } of [legacy, sharded]) {
    await database.rows('CREATE TABLE events (epoch BIGINT NOT NULL, order_id BIGINT NOT NULL)')
  }
  const stores = { legacy, sharded }
  const ledgers = { legacy: legacy.ledger, sharded: sharded.ledger }
  const tools: FlipTools = { ledgers, claimMs, drain: (from) => drain(stores, from) }
  const statements = (order: OrderId, version: number, { epoch, phase }: Pick<Switches, 'epoch' | 'phase'>) => [
    `INSERT INTO events VALUES ((SELECT open_epoch FROM ${FENCE_TABLE} WHERE shard = ${shardOfOrder(order)}
      AND open_epoch = ${epoch} LOCK IN SHARE MODE), ${order})`,
    putSql(PHASE_RULES[phase].authority, order, version),
    ...(phase === 'legacy'
      ? []
      : [
          `INSERT INTO ${GAPS_TABLE} (order_id, version, since_ms) VALUES (${order}, ${version}, ${Date.now()})
          ON DUPLICATE KEY UPDATE version = VALUES(version)`,
        ]),
  ]
  return {
    stores,
    tools,
    write: async (order, version, under) => {
      const { url } = stores[PHASE_RULES[under.phase].authority].database
      const connection = await connectTo(url)
      try {
        await connection.rows('BEGIN')
        for (const sql of statements(order, version, under)) await connection.rows(sql)
        await connection.rows('COMMIT')
        return 'stored'
      } catch (error) {
        // The epoch of an event may not be missing.
        if ((error as { errno?: number }).errno === 1048) return 'fenced'
        throw error
      } finally {
        await connection.end()
      }
    },
    writing: async (order, under) => {
      const { url } = stores[PHASE_RULES[under.phase].authority].database
      const connection = await connectTo(url)
      await connection.rows('BEGIN')
      for (const sql of statements(order, 1, under)) await connection.rows(sql)
      return { url, rows: connection.rows, drop: connection.end }
    },
    versionIn: async (store, order) => {
      const table = store === 'legacy' ? LEGACY_ORDERS_TABLE : tableName('orders', shardOfOrder(order))
      const sql = `SELECT version FROM ${table} WHERE order_id = ${order}`
      return (await stores[store].database.rows<{ version: number }>(sql))[0]?.version ?? null
    },
    openStores: async () => {
      const sql = `SELECT shard FROM ${FENCE_TABLE} WHERE open_epoch IS NOT NULL`
      const open = await Promise.all(
        (['legacy', 'sharded'] as const).map(async (name) =>
          (await stores[name].database.rows(sql)).length > 0 ? [name] : [],
        ),
      )
      return open.flat()
    },
    compared: async () => {
      const beganRevision = (await legacy.ledger.read())!.state.revision
      const comparison = { beganRevision, hasEnded: true, compared: 1, differences: 0 }
      await legacy.ledger.saveComparison({ comparisonId: crypto.randomUUID(), ...comparison })
    },
    close: async () => {
      for (const { pool, proxy, database } of [legacy, sharded]) {
        proxy.mode = 'normal'
        await pool.close()
        await proxy.close()
        await database.drop()
      }
    },
  }
}

async function openStore(name: StoreName): Promise<TestStore> {
  const database = await testDatabase(inject('engines')[name === 'legacy' ? 'legacyMysql' : 'mysql'].url)
  const { url, proxy } = await throughProxy(database.url)
  const pool = new MysqlPool({ map: oneServer({ url }), poolSize: 4, statementLimitMs: 10_000 }, new Metrics())
  const ledger = new StoreLedger(name, pool.leases)
  return { database, proxy, url, pool, ledger, otherLedger: new StoreLedger(name, pool.upkeep) }
}

async function connectTo(url: string) {
  const connection = await createConnection({ uri: url, supportBigNumbers: true, bigNumberStrings: true })
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
  return {
    rows: async <T>(sql: string) => (await connection.query(sql))[0] as unknown as readonly T[],
    end: () => connection.end(),
  }
}

const ROW_OF: Readonly<Record<StoreName, { readonly columns: string; readonly values: string }>> = {
  legacy: { columns: '', values: '' },
  sharded: {
    columns: ', user_id, status, channel, region, item_count, amount_cents, created_at_ms, updated_at_ms',
    values: ', 1, 0, 0, 0, 1, 1, 0, 0',
  },
}

function putSql(store: StoreName, order: OrderId, version: number): string {
  const { columns, values } = ROW_OF[store]
  const table = store === 'legacy' ? LEGACY_ORDERS_TABLE : tableName('orders', shardOfOrder(order))
  return `INSERT INTO ${table} (order_id, version${columns}) VALUES (${order}, ${version}${values})
    ON DUPLICATE KEY UPDATE version = GREATEST(version, VALUES(version))`
}

/** As the stores do it, one order at a time: absorb, then take the mark away up to the version that was read. */
async function drain(stores: TwoLedgers['stores'], from: StoreName): Promise<void> {
  const { database } = stores[from]
  const gaps = await database.rows<{ order_id: OrderId; version: number }>(
    `SELECT order_id, version FROM ${GAPS_TABLE} WHERE parked_reason IS NULL LIMIT 100`,
  )
  for (const { order_id, version } of gaps) {
    const to = otherStore(from)
    await stores[to].database.rows(putSql(to, order_id, version))
    await database.rows(`DELETE FROM ${GAPS_TABLE} WHERE order_id = ${order_id} AND version <= ${version}`)
  }
}

export function under(phase: Phase, epoch: number): Pick<Switches, 'epoch' | 'phase'> {
  return { phase, epoch }
}
