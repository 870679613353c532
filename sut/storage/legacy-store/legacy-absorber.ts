// How the monolith's tables take over whole orders: what they have of them already, and what is written.

import { LEGACY_KEYS_TABLE, LEGACY_ORDERS_TABLE } from '../../../contracts/legacy-tables.ts'
import type { Absorber } from '../absorb.ts'
import type { Statement } from '../mysql-lane.ts'
import type { OrderSnapshot } from '../order-store.ts'
import { absorbInserts, absorbReplaces, absorbUpdates } from './legacy-statements.ts'

const LOOK_ROWS = `SELECT IF(payment_no = 0, 'order', 'payment') AS kind, order_id, payment_no, version
  FROM ${LEGACY_ORDERS_TABLE} WHERE order_id IN (?) FOR UPDATE`
/** Two statements: with OR neither of the two keys would be used. */
const LOOK_OWNERS = `SELECT 'number' AS kind, order_id, id AS legacy_no FROM ${LEGACY_ORDERS_TABLE} WHERE id IN (?)`
const LOOK_NUMBERS = `SELECT 'number' AS kind, order_id, id AS legacy_no FROM ${LEGACY_ORDERS_TABLE}
  WHERE order_id IN (?) AND payment_no = 0`
const LOOK_KEYS = `SELECT 'key' AS kind, order_id, user_id, key_hash FROM ${LEGACY_KEYS_TABLE}
  WHERE (user_id, key_hash) IN (?)`

export const LEGACY_ABSORBER: Absorber = {
  look,
  inserts: absorbInserts,
  updates: absorbUpdates,
  replaces: absorbReplaces,
}

function look(snapshots: readonly OrderSnapshot[]): readonly Statement[] {
  const ids = snapshots.map(({ order }) => BigInt(order.orderId))
  const keys = snapshots.flatMap(({ key }) => (key ? [[key.userId, key.keyHash]] : []))
  return [
    { sql: LOOK_ROWS, values: [ids] },
    { sql: LOOK_OWNERS, values: [snapshots.map(({ legacyNo }) => legacyNo)] },
    { sql: LOOK_NUMBERS, values: [ids] },
    ...(keys.length > 0 ? [{ sql: LOOK_KEYS, values: [keys] }] : []),
  ]
}
