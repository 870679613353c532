// What a load was told is so: every order that it placed, paid or cancelled is looked up in the tables.

import type { RowDataPacket } from 'mysql2/promise'
import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'
import { SETTLED_AS } from '../contracts/journey.ts'
import type { AcknowledgedOrders } from '../contracts/measurement.ts'
import { ORDER_STATUSES, type OrderStatus, PAYMENT_STATUS_OF, PAYMENT_STATUSES } from '../contracts/order.ts'
import { type OrderId, shardOfOrder } from '../contracts/order-id.ts'
import { isSettling } from '../contracts/plan.ts'
import { type Shard, tableName } from '../contracts/shard.ts'
import type { ShardMap, ShardServer } from '../contracts/shard-map.ts'
import { connectMysql } from './mysql-counters.ts'

const IDS_PER_QUERY = 1000
const EXAMPLES_SHOWN = 10

/** A right answer about an order. */
export interface Acknowledgement {
  readonly orderId: string
  /** null: it was placed; what became of it is another acknowledgement. */
  readonly settledAs: OrderStatus | null
}

export function acknowledgements(entries: readonly JournalEntry[]): readonly Acknowledgement[] {
  return entries.flatMap(({ outcome, orderId, flow }) =>
    outcome === OUTCOME_OK && orderId !== undefined
      ? [{ orderId, settledAs: isSettling(flow) ? SETTLED_AS[flow] : null }]
      : [],
  )
}

/**
 * Throws when the tables cannot be asked. Where only some of several servers can, what is missing there is missing whatever
 * the others hold; and where nothing is, nobody knows.
 */
export async function lookUp(map: ShardMap, acknowledged: readonly Acknowledgement[]): Promise<AcknowledgedOrders> {
  const byShard = new Map<Shard, string[]>()
  for (const id of new Set(acknowledged.map(({ orderId }) => orderId))) {
    const shard = shardOfOrder(id as OrderId)
    const others = byShard.get(shard)
    if (others === undefined) byShard.set(shard, [id])
    else others.push(id)
  }
  const found = new Map<string, string>()
  const silent = new Map<Shard, unknown>()
  for (const server of map) {
    const asked = [...byShard].filter(([shard]) => server.shards.includes(shard))
    if (asked.length === 0) continue
    await findOn(server, asked, found).catch((error: unknown) => {
      for (const [shard] of asked) silent.set(shard, error)
    })
  }
  const known = acknowledged.filter(({ orderId }) => !silent.has(shardOfOrder(orderId as OrderId)))
  const placed = known.filter(({ settledAs }) => settledAs === null)
  const settled = known.filter(({ settledAs }) => settledAs !== null)
  const missing = placed.filter(({ orderId }) => !found.has(orderId))
  const wrong = settled.filter(({ orderId, settledAs }) => found.get(orderId) !== pairOf(settledAs as OrderStatus))
  const [failure] = silent.values()
  if (silent.size > 0 && missing.length + wrong.length === 0) throw failure
  const examples = (of: readonly Acknowledgement[]) => of.slice(0, EXAMPLES_SHOWN).map(({ orderId }) => orderId)
  return {
    acknowledged: placed.length,
    missing: missing.length,
    examples: examples(missing),
    ...(settled.length === 0
      ? {}
      : { settled: { acknowledged: settled.length, wrong: wrong.length, examples: examples(wrong) } }),
  }
}

/** Both statuses as one word: neither is right without the other. */
function pairOf(status: OrderStatus): string {
  return `${status} ${PAYMENT_STATUS_OF[status]}`
}

async function findOn(
  server: ShardServer,
  idsByShard: readonly (readonly [Shard, readonly string[]])[],
  found: Map<string, string>,
): Promise<void> {
  const connection = await connectMysql(server)
  try {
    for (const [shard, ids] of idsByShard) {
      for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
        const [rows] = await connection.query<RowDataPacket[]>(
          `SELECT o.order_id AS id, o.status, p.status AS paid FROM ${tableName('orders', shard)} o
           LEFT JOIN ${tableName('payments', shard)} p ON p.order_id = o.order_id AND p.payment_no = 1
           WHERE o.order_id IN (?)`,
          [ids.slice(at, at + IDS_PER_QUERY)],
        )
        for (const { id, status, paid } of rows) {
          found.set(String(id), `${ORDER_STATUSES[status]} ${PAYMENT_STATUSES[paid]}`)
        }
      }
    }
  } finally {
    connection.destroy()
  }
}
