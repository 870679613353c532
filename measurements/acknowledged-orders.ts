// No acknowledged order is lost: every order that a checkout of the run was told is looked up in the tables.

import type { RowDataPacket } from 'mysql2/promise'
import type { EngineEndpoint } from '../contracts/engines.ts'
import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'
import type { AcknowledgedOrders } from '../contracts/measurement.ts'
import { type OrderId, shardOfOrder } from '../contracts/order-id.ts'
import { type Shard, tableName } from '../contracts/shard.ts'
import { connectMysql } from './mysql-counters.ts'

const IDS_PER_QUERY = 1000
const EXAMPLES_SHOWN = 10

export function acknowledgedIds(entries: readonly JournalEntry[]): readonly string[] {
  return entries.flatMap(({ outcome, orderId }) => (outcome === OUTCOME_OK && orderId !== undefined ? [orderId] : []))
}

/** Throws when the tables cannot be asked. */
export async function lookUp(endpoint: EngineEndpoint, orderIds: readonly string[]): Promise<AcknowledgedOrders> {
  const byShard = new Map<Shard, string[]>()
  for (const id of orderIds) {
    const shard = shardOfOrder(id as OrderId)
    const others = byShard.get(shard)
    if (others === undefined) byShard.set(shard, [id])
    else others.push(id)
  }
  const missing: string[] = []
  const connection = await connectMysql(endpoint)
  try {
    for (const [shard, ids] of byShard) {
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
  return { acknowledged: orderIds.length, missing: missing.length, examples: missing.slice(0, EXAMPLES_SHOWN) }
}
