// What the users were told of their orders, against what is stored: no order that was acknowledged is missing, and none
// is stored twice, or although its user was told that it was not.

import type { RowDataPacket } from 'mysql2/promise'
import { type JournalEntry, OUTCOME_OK } from '../../contracts/journal.ts'
import { composeOrderId, SEEDER_WORKER } from '../../contracts/order-id.ts'
import { tableName } from '../../contracts/shard.ts'
import type { ShardMap } from '../../contracts/shard-map.ts'
import { acknowledgements, lookUp } from '../acknowledged-orders.ts'
import { connectMysql } from '../mysql-counters.ts'

const CHECKOUT = 'checkout'
/** It may or may not have been stored: said by the system, or no answer came. */
const UNKNOWN = [/^error: /, / outcome-unknown$/]

export interface OrderLedger {
  readonly acknowledged: number
  /** Acknowledged, and not in its table. */
  readonly missing: number
  /** Paid or cancelled, as their users were told, and not so in their tables. */
  readonly wrong: number
  /** Their users do not know. */
  readonly unknown: number
  /** Told that nothing was stored. */
  readonly refused: number
  /** Orders made since the load began. */
  readonly stored: number
  /** More than were acknowledged or unknown: twice, or although refused. */
  readonly excess: number
}

/** `sinceMs`: every order of the load is younger, and every other older. */
export async function orderLedger(
  map: ShardMap,
  entries: readonly JournalEntry[],
  sinceMs: number,
): Promise<OrderLedger> {
  const { acknowledged, missing, settled } = await lookUp(map, acknowledgements(entries))
  return { ...balanced(entries, acknowledged, await storedSince(map, sinceMs)), missing, wrong: settled?.wrong ?? 0 }
}

export function balanced(
  entries: readonly JournalEntry[],
  acknowledged: number,
  stored: number,
): Omit<OrderLedger, 'missing' | 'wrong'> {
  const failed = entries.filter(({ flow, outcome }) => flow === CHECKOUT && outcome !== OUTCOME_OK)
  const unknown = failed.filter(({ outcome }) => UNKNOWN.some((pattern) => pattern.test(outcome))).length
  return {
    acknowledged,
    unknown,
    refused: failed.length - unknown,
    stored,
    excess: Math.max(0, stored - acknowledged - unknown),
  }
}

async function storedSince(map: ShardMap, sinceMs: number): Promise<number> {
  let stored = 0
  for (const server of map) {
    const connection = await connectMysql(server)
    try {
      for (const shard of server.shards) {
        const first = composeOrderId({ timestampMs: sinceMs, shard, worker: SEEDER_WORKER, sequence: 0 })
        const [rows] = await connection.query<RowDataPacket[]>(
          `SELECT COUNT(*) AS orders FROM ${tableName('orders', shard)} WHERE order_id >= ?`,
          [first],
        )
        stored += Number(rows[0]?.orders)
      }
    } finally {
      connection.destroy()
    }
  }
  return stored
}
