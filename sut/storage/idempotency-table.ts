// idempotency_keys_NN: which answer a key was given. The row is inserted first in the order's own transaction, so a key
// and its order exist together or not at all; the user id is part of the key.

import type { CheckoutResponse } from '../../contracts/gateway-api.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { shardOf } from '../../contracts/shard.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { insertSql, sqlOf, sqlPerShard } from './columns.ts'
import type { Statement } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'

export interface IdempotencyKey {
  readonly userId: number
  readonly key: string
}

export interface StoredAnswer {
  readonly requestHash: Buffer
  readonly response: CheckoutResponse
}

const INSERT = insertSql('idempotency_keys', 'one')
const SELECT = sqlPerShard(
  'idempotency_keys',
  (table) => `SELECT request_hash, response FROM ${table} WHERE user_id = ? AND idempotency_key = ?`,
)

export function answerInsert(
  { userId, key }: IdempotencyKey,
  answer: StoredAnswer & { readonly orderId: OrderId; readonly createdAtMs: number },
): Statement {
  const { requestHash, orderId, response, createdAtMs } = answer
  const values = [userId, key, requestHash, BigInt(orderId), JSON.stringify(response), createdAtMs]
  return { sql: sqlOf(INSERT, shardOf(userId)), values }
}

export async function selectAnswer(
  pool: MysqlPool,
  { userId, key }: IdempotencyKey,
  context: CallContext,
): Promise<StoredAnswer | undefined> {
  const shard = shardOf(userId)
  const [row] = await pool
    .shard(shard)
    .rows<{ readonly request_hash: Buffer; readonly response: string }>(sqlOf(SELECT, shard), [userId, key], context)
  return row && { requestHash: row.request_hash, response: JSON.parse(row.response) as CheckoutResponse }
}

/** A transaction that has not ended yet holds this key. */
export async function isKeyBeingWritten(
  pool: MysqlPool,
  { userId, key }: IdempotencyKey,
  context: CallContext,
): Promise<boolean> {
  const shard = shardOf(userId)
  const [, found] = await pool.shard(shard).rowsOfEach(
    [
      { sql: 'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED', values: [] },
      { sql: sqlOf(SELECT, shard), values: [userId, key] },
    ],
    context,
  )
  return (found ?? []).length > 0
}
