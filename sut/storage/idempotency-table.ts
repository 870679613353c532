// idempotency_keys_NN: which order a key was given to. The row is inserted in the order's own transaction, so a key and its
// order exist together or not at all; the user id is part of the key. Key and request are kept as hashes: the rows are small
// and of one length. The answer is made anew from the order, whose age is the key's age.

import { hash } from 'node:crypto'
import { KEY_HASH_BYTES } from '../../contracts/idempotency.ts'
import { MAX_WORKER, type OrderId, SEEDER_WORKER, WORKER_SHIFT } from '../../contracts/order-id.ts'
import { shardOf, tableName } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { insertSql, sqlOf, sqlPerShard } from './columns.ts'
import type { Statement } from './mysql-lane.ts'
import type { MysqlPool, ServerLane } from './mysql-pool.ts'
import type { KeyedOrder, KeyOfUser, StoredKey } from './order-store.ts'

const INSERT = insertSql('idempotency_keys', 'one')
const SELECT = sqlPerShard(
  'idempotency_keys',
  (table) => `SELECT request_hash, order_id FROM ${table} WHERE user_id = ? AND key_hash = ?`,
)
const SELECT_AMOUNT = sqlPerShard('orders', (table) => `SELECT amount_cents FROM ${table} WHERE order_id = `)
const SELECT_ID = sqlPerShard(
  'idempotency_keys',
  (table) => `(SELECT order_id FROM ${table} WHERE user_id = ? AND key_hash = ?)`,
)
/** Of a service, not of generated history. */
const IS_LIVE = `((order_id >> ${WORKER_SHIFT}) & ${MAX_WORKER}) <> ${SEEDER_WORKER}`
const SELECT_OLDEST = sqlPerShard(
  'idempotency_keys',
  (table) => `SELECT order_id FROM ${table} WHERE order_id >= ? AND ${IS_LIVE} ORDER BY order_id LIMIT 1`,
)
const DELETE_OLDEST = sqlPerShard(
  'idempotency_keys',
  (table) => `DELETE FROM ${table} WHERE order_id >= ? AND order_id < ? AND ${IS_LIVE} ORDER BY order_id LIMIT ?`,
)

/** As kept in both stores. `requestHash`: hex, and longer than what is kept of it. */
export function storedKeyOf(userId: number, key: string, requestHash: string): StoredKey {
  return {
    userId,
    keyHash: hash('sha256', key, 'buffer').subarray(0, KEY_HASH_BYTES),
    requestHash: Buffer.from(requestHash.slice(0, 2 * KEY_HASH_BYTES), 'hex'),
  }
}

export function keyInsert({ userId, keyHash, requestHash }: StoredKey, orderId: OrderId): Statement {
  return { sql: sqlOf(INSERT, shardOf(userId)), values: [userId, keyHash, requestHash, BigInt(orderId)] }
}

export async function selectKeyedOrder(
  pool: MysqlPool,
  { userId, keyHash }: KeyOfUser,
  context: CallContext,
): Promise<KeyedOrder | null> {
  const shard = shardOf(userId)
  const values = [userId, keyHash]
  const [keys, orders] = await pool.shard(shard).rowsOfEach(
    [
      { sql: sqlOf(SELECT, shard), values },
      { sql: sqlOf(SELECT_AMOUNT, shard) + sqlOf(SELECT_ID, shard), values },
    ],
    context,
  )
  const [found] = keys as readonly { readonly request_hash: Buffer; readonly order_id: OrderId }[]
  const [order] = orders as readonly { readonly amount_cents: string }[]
  return found && order
    ? { requestHash: found.request_hash, orderId: found.order_id, amountCents: Number(order.amount_cents) }
    : null
}

/** A transaction that has not ended yet holds this key. */
export async function isKeyBeingWritten(
  pool: MysqlPool,
  { userId, keyHash }: KeyOfUser,
  context: CallContext,
): Promise<boolean> {
  const shard = shardOf(userId)
  const [, found] = await pool.shard(shard).rowsOfEach(
    [
      { sql: 'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED', values: [] },
      { sql: sqlOf(SELECT, shard), values: [userId, keyHash] },
    ],
    context,
  )
  return (found ?? []).length > 0
}

/** Of one shard, or of a store that has one table for all. */
export interface KeyTable {
  readonly name: string
  /** Of the keys from `fromId` on, those of generated orders left out; undefined: there is none. */
  oldest(fromId: bigint, context: CallContext): Promise<OrderId | undefined>
  /** Those of generated orders stay. Resolves to how many were deleted: less than `limit` when none is left. */
  forgetOldest(range: KeyRange, context: CallContext): Promise<number>
}

export interface KeyRange {
  readonly fromId: bigint
  readonly beforeId: bigint
  readonly limit: number
}

export function keyTablesOf({ lane, shards }: ServerLane): readonly KeyTable[] {
  return shards.map((shard) => ({
    name: tableName('idempotency_keys', shard),
    oldest: async (fromId, context) => {
      const [row] = await lane.rows<{ readonly order_id: OrderId }>(sqlOf(SELECT_OLDEST, shard), [fromId], context)
      return row?.order_id
    },
    forgetOldest: ({ fromId, beforeId, limit }, context) =>
      lane.execute(sqlOf(DELETE_OLDEST, shard), [fromId, beforeId, limit], context),
  }))
}
