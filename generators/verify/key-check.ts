// Idempotency keys: every order of the window has its key, and no key is without its order.

import type { Connection } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import { rows } from '../store/mysql-connection.ts'
import { keyWindow } from '../store/seeded-keys.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'

export async function verifyKeys(
  connection: Connection,
  dataset: Dataset,
  shards: readonly number[],
): Promise<readonly Finding[]> {
  const found: Finding[] = []
  for (const shard of shards as readonly Shard[]) {
    found.push(...(await keylessOrders(connection, dataset, shard)), ...(await orderlessKeys(connection, shard)))
  }
  return found
}

async function keylessOrders(connection: Connection, dataset: Dataset, shard: Shard): Promise<readonly Finding[]> {
  const [orders, keys] = [tableName('orders', shard), tableName('idempotency_keys', shard)]
  const ids = await rows<{ id: string }>(
    connection,
    `SELECT o.order_id AS id FROM ${orders} o LEFT JOIN ${keys} k ON k.order_id = o.order_id AND k.user_id = o.user_id
     WHERE o.order_id >= ? AND o.order_id < ? AND k.order_id IS NULL`,
    keyWindow(dataset),
  )
  return finding(keys, 'orders of the window without their key', ids)
}

async function orderlessKeys(connection: Connection, shard: Shard): Promise<readonly Finding[]> {
  const [orders, keys] = [tableName('orders', shard), tableName('idempotency_keys', shard)]
  const ids = await rows<{ id: string }>(
    connection,
    `SELECT k.order_id AS id FROM ${keys} k LEFT JOIN ${orders} o ON o.order_id = k.order_id AND o.user_id = k.user_id
     WHERE o.order_id IS NULL`,
  )
  return finding(keys, 'keys without their order', ids)
}

function finding(where: string, what: string, ids: readonly { readonly id: string }[]): readonly Finding[] {
  if (ids.length === 0) return []
  const samples = ids.slice(0, MAX_SAMPLES).map(({ id }) => `order ${id}`)
  return [{ check: 'keys', where, what, count: ids.length, samples }]
}
