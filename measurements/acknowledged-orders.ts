// No acknowledged order is lost: every order that a checkout of the run was told is looked up in the tables.

import type { RowDataPacket } from 'mysql2/promise'
import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'
import type { AcknowledgedOrders } from '../contracts/measurement.ts'
import { type OrderId, shardOfOrder } from '../contracts/order-id.ts'
import { type Shard, tableName } from '../contracts/shard.ts'
import type { ShardMap, ShardServer } from '../contracts/shard-map.ts'
import { connectMysql } from './mysql-counters.ts'

const IDS_PER_QUERY = 1000
const EXAMPLES_SHOWN = 10

export function acknowledgedIds(entries: readonly JournalEntry[]): readonly string[] {
  return entries.flatMap(({ outcome, orderId }) => (outcome === OUTCOME_OK && orderId !== undefined ? [orderId] : []))
}

/** Throws when the tables cannot be asked. */
export async function lookUp(map: ShardMap, orderIds: readonly string[]): Promise<AcknowledgedOrders> {
  const byShard = new Map<Shard, string[]>()
  for (const id of orderIds) {
    const shard = shardOfOrder(id as OrderId)
    const others = byShard.get(shard)
    if (others === undefined) byShard.set(shard, [id])
    else others.push(id)
  }
  const missing: string[] = []
  for (const server of map) {
    const asked = [...byShard].filter(([shard]) => server.shards.includes(shard))
    if (asked.length > 0) missing.push(...(await missingOn(server, asked)))
  }
  return { acknowledged: orderIds.length, missing: missing.length, examples: missing.slice(0, EXAMPLES_SHOWN) }
}

async function missingOn(
  server: ShardServer,
  idsByShard: readonly (readonly [Shard, readonly string[]])[],
): Promise<readonly string[]> {
  const missing: string[] = []
  const connection = await connectMysql(server)
  try {
    for (const [shard, ids] of idsByShard) {
      for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
        const asked = ids.slice(at, at + IDS_PER_QUERY)
        const [rows] = await connection.query<RowDataPacket[]>(
          `SELECT order_id FROM ${tableName('orders', shard)} WHERE order_id IN (?)`,
          [asked],
        )
        const found = new Set(rows.map((row) => String(row.order_id)))
        missing.push(...asked.filter((id) => !found.has(id)))
      }
    }
  } finally {
    connection.destroy()
  }
  return missing
}
