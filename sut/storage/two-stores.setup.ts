// Both stores on the given engines, each in a database of its own, and what their suite needs to look behind them.

import { type Connection, createConnection } from 'mysql2/promise'
import type { Engines } from '../../contracts/engines.ts'
import { legacyNumberOf, MAX_NUMBERED_SEQUENCE } from '../../contracts/legacy-number.ts'
import {
  LEGACY_ITEMS_TABLE,
  LEGACY_KEYS_TABLE,
  LEGACY_ORDERS_TABLE,
  LEGACY_OUTBOX_TABLE,
} from '../../contracts/legacy-tables.ts'
import { CREATE_MESSAGES_SQL, FENCE_TABLE, GAPS_TABLE, MESSAGES_TABLE } from '../../contracts/migration-tables.ts'
import { type OrderStatus, PAYMENT_STATUS_OF } from '../../contracts/order.ts'
import { composeOrderId, type OrderId } from '../../contracts/order-id.ts'
import type { ServiceAccount } from '../../contracts/service-access.ts'
import { addressFor, mysqlAccount } from '../../contracts/service-accounts.ts'
import { shardOf, TABLE_FAMILIES, tableName } from '../../contracts/shard.ts'
import { oneServer } from '../../contracts/shard-map.ts'
import type { StoreName } from '../../contracts/switches.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { testDatabase } from '../test-system.setup.ts'
import { storedKeyOf } from './idempotency-table.ts'
import { LEGACY_MIGRATIONS } from './legacy-store/legacy-migrations.ts'
import { legacyOrderStore } from './legacy-store/legacy-order-store.ts'
import { placementStatements as legacyPlacement } from './legacy-store/legacy-statements.ts'
import type { Statement } from './mysql-lane.ts'
import { MysqlPool } from './mysql-pool.ts'
import type { NewOrder, OrderSnapshot, OwnedOrderStore, WriteGuard } from './order-store.ts'
import { migrate, prepareSchema } from './schema.ts'
import { shardedOrderStore } from './sharded-store/sharded-order-store.ts'
import { placementStatements as shardedPlacement } from './sharded-store/sharded-statements.ts'
import type { WholeOrder } from './whole-order.ts'

export interface TestStore {
  readonly url: string
  readonly store: OwnedOrderStore
  readonly pool: MysqlPool
  /** What the store writes for a new order. */
  readonly placementOf: (order: NewOrder, guard: WriteGuard) => readonly Statement[]
  /** Rows of every table that an order of this user has rows in. */
  rowsPerTable(userId: number): Promise<Readonly<Record<string, number>>>
  /** Another connection of the owner, which the test ends. */
  connect(): Promise<Connection>
  /** As the owner, past the store. */
  readonly rows: <T>(sql: string, values?: readonly unknown[]) => Promise<readonly T[]>
  /** null: closed. */
  openFor(epoch: number | null): Promise<void>
  close(): Promise<void>
}

const LIMIT_MS = 20_000
const LEGACY_TABLES = [LEGACY_ORDERS_TABLE, LEGACY_ITEMS_TABLE, LEGACY_OUTBOX_TABLE, LEGACY_KEYS_TABLE]
const shardTables = (userId: number) => TABLE_FAMILIES.map((family) => tableName(family, shardOf(userId)))
export const within = (ms = LIMIT_MS) => contextFor('test', ms)

export async function openTestStore(
  name: StoreName,
  engines: Engines,
  account: ServiceAccount | 'owner' = 'order',
): Promise<TestStore> {
  const { mysql } = engines
  // Of the engines' own account, also the monolith's: a test looks into the server's transactions.
  const database = await testDatabase(mysql.url)
  const map = oneServer({ url: database.url })
  // The sharded one as the service's own account: what it may do is part of what is tested.
  const isOwner = name === 'legacy' || account === 'owner'
  const url = isOwner ? database.url : addressFor(account, database.url, mysql.passwords)
  await (name === 'legacy' ? migrate(map, LEGACY_MIGRATIONS) : prepareSchema(map))
  await database.rows(CREATE_MESSAGES_SQL)
  if (!isOwner && mysql.passwords) {
    await database.rows(`GRANT INSERT ON ${MESSAGES_TABLE} TO ${mysqlAccount(account)}`)
  }
  const pool = new MysqlPool({ map: oneServer({ url }), poolSize: 16, statementLimitMs: LIMIT_MS }, new Metrics())
  return {
    url: database.url,
    store: name === 'legacy' ? legacyOrderStore(pool) : shardedOrderStore(pool),
    pool,
    placementOf: name === 'legacy' ? legacyPlacement : shardedPlacement,
    rowsPerTable: async (userId) => {
      const tables = [...(name === 'legacy' ? LEGACY_TABLES : shardTables(userId)), GAPS_TABLE]
      const counts = tables.map(async (table) => {
        const [row] = await database.rows<{ found: string }>(`SELECT COUNT(*) AS found FROM ${table}`)
        return [table, Number(row?.found)] as const
      })
      return Object.fromEntries(await Promise.all(counts))
    },
    connect: () => createConnection(database.url),
    rows: database.rows,
    openFor: async (epoch) => {
      await database.rows(`UPDATE ${FENCE_TABLE} SET open_epoch = ?`, [epoch])
    },
    close: async () => {
      await pool.close()
      await database.drop()
    },
  }
}

let births = 0

/** Later than every other: an id of its own, with an old number. */
export function bornOrder(userId: number, key = `key-${births}`): NewOrder {
  births++
  const timestampMs = Date.UTC(2026, 10, 1) + births * 7
  const sequence = births % (MAX_NUMBERED_SEQUENCE + 1)
  const orderId = composeOrderId({ timestampMs, shard: shardOf(userId), worker: 40, sequence })
  const ofBoth = {
    orderId,
    userId,
    amountCents: 1_999 + births,
    createdAtMs: timestampMs,
    updatedAtMs: timestampMs,
    version: 1,
  }
  return {
    order: { ...ofBoth, status: 'placed', channel: 'mini-program', region: 7, itemCount: 2 },
    items: [
      { lineNo: 1, productId: 5, quantity: 2, unitPriceCents: 995 },
      { lineNo: 2, productId: 9, quantity: 1, unitPriceCents: 9 + births },
    ],
    payment: { ...ofBoth, paymentNo: 1, status: 'pending', method: 'card' },
    key: storedKeyOf(userId, key, 'ab'.repeat(32)),
  }
}

export function movedTo(before: WholeOrder, status: OrderStatus): WholeOrder {
  const updatedAtMs = before.order.updatedAtMs + 1_234
  return {
    order: { ...before.order, status, version: before.order.version + 1, updatedAtMs },
    items: before.items,
    payment: {
      ...before.payment,
      status: PAYMENT_STATUS_OF[status],
      version: before.payment.version + 1,
      updatedAtMs,
    },
  }
}

export function snapshotWith(
  whole: WholeOrder,
  key: OrderSnapshot['key'],
  legacyNo = legacyNumberOf(whole.order.orderId),
): OrderSnapshot {
  if (legacyNo === null) throw new Error('no number')
  return { order: whole.order, items: whole.items, payments: [whole.payment], legacyNo, key }
}

/** As `prepare` makes it: an id of the seeder's worker, whose number a table has to know. */
export function oldOrder(snapshot: OrderSnapshot, legacyNo: number): OrderSnapshot {
  const orderId = String(BigInt(snapshot.order.orderId) & ~(63n << 10n)) as OrderId
  return {
    ...snapshot,
    order: { ...snapshot.order, orderId },
    payments: snapshot.payments.map((payment) => ({ ...payment, orderId })),
    legacyNo,
  }
}
