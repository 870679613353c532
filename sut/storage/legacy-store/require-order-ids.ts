// The last word about rows without an order id: the column takes none any more, so that code which knows nothing of order ids
// is refused by the database itself. In place, beside a system that works.

import { LEGACY_ORDERS_TABLE } from '../../../contracts/legacy-tables.ts'
import type { RunSql } from '../migrations.ts'
import { faultOf } from '../mysql-errors.ts'

const IS_NULLABLE = `SELECT is_nullable AS answer FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = '${LEGACY_ORDERS_TABLE}' AND column_name = 'order_id'`
const SELECT_WITHOUT = `SELECT id FROM ${LEGACY_ORDERS_TABLE} WHERE order_id IS NULL LIMIT 1`
const REQUIRE = `ALTER TABLE ${LEGACY_ORDERS_TABLE} MODIFY order_id BIGINT NOT NULL, ALGORITHM = INPLACE, LOCK = NONE`

export type Required =
  | { readonly kind: 'required' }
  /** A payment of no order, say. */
  | { readonly kind: 'rows-without'; readonly firstId: string }
  /** The table is in use for too long, or too large for one statement's time. */
  | { readonly kind: 'not-now' }

export async function requireOrderIds(run: RunSql): Promise<Required> {
  const [column] = await run(IS_NULLABLE)
  if (column?.answer === 'NO') return { kind: 'required' }
  const [without] = await run(SELECT_WITHOUT)
  if (without) return { kind: 'rows-without', firstId: String(without.id) }
  try {
    await run(REQUIRE)
    return { kind: 'required' }
  } catch (error) {
    if (faultOf(error) === undefined) throw error
    return { kind: 'not-now' }
  }
}
