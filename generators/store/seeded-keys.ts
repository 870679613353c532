// The idempotency keys of the last days of history: a system that has run for years holds those of its window, and a
// checkout is measured beside them. The server derives them from the orders that are there.

import type { Connection, ResultSetHeader } from 'mysql2/promise'
import type { Dataset } from '../../contracts/dataset.ts'
import { KEY_HASH_BYTES, KEY_WINDOW_MS, lowestOrderIdAt, SEEDED_KEY_PREFIX } from '../../contracts/idempotency.ts'
import { type Shard, tableName } from '../../contracts/shard.ts'
import { rows } from './mysql-connection.ts'

type History = Pick<Dataset, 'startMs' | 'endMs' | 'cumulativeOrdersByHour'>

/** Order ids from the first on, without the last. */
export function keyWindow({ endMs }: Pick<Dataset, 'endMs'>): readonly [bigint, bigint] {
  return [lowestOrderIdAt(endMs - KEY_WINDOW_MS), lowestOrderIdAt(endMs)]
}

/** The part of all orders that still has its key. */
export function keyedShare({ cumulativeOrdersByHour: cumulative }: History): number {
  const all = cumulative.at(-1) ?? 0
  const before = cumulative.at(-1 - KEY_WINDOW_MS / 3_600_000) ?? 0
  return all === 0 ? 0 : (all - before) / all
}

/** All of them or none: done again, it finds them there. In the order of the orders, so that pages fill as they do live. */
export async function fillKeys(connection: Connection, dataset: Dataset, shard: number): Promise<number> {
  const window = keyWindow(dataset)
  const [orders, keys] = [tableName('orders', shard as Shard), tableName('idempotency_keys', shard as Shard)]
  const inWindow = 'order_id >= ? AND order_id < ?'
  if ((await rows(connection, `SELECT 1 FROM ${keys} WHERE ${inWindow} LIMIT 1`, window)).length > 0) return 0
  const hash = (prefix: string) => `UNHEX(LEFT(SHA2(CONCAT('${prefix}', order_id), 256), ${2 * KEY_HASH_BYTES}))`
  const [{ affectedRows }] = await connection.query<ResultSetHeader>(
    `INSERT INTO ${keys} (user_id, key_hash, request_hash, order_id)
     SELECT user_id, ${hash(SEEDED_KEY_PREFIX)}, ${hash('request-')}, order_id
     FROM ${orders} WHERE ${inWindow} ORDER BY order_id`,
    [...window],
  )
  await connection.query(`ANALYZE TABLE ${keys}`)
  return affectedRows
}
