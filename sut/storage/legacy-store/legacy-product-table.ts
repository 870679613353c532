// t_product: the monolith's catalogue.

import type { Product } from '../../../contracts/catalogue.ts'
import { centsOfDecimal, decimalOfCents } from '../../../contracts/legacy-amount.ts'
import { LEGACY_PRODUCTS_TABLE } from '../../../contracts/legacy-tables.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { Statement } from '../mysql-lane.ts'
import type { MysqlPool } from '../mysql-pool.ts'

const SELECT = `SELECT id, name, price FROM ${LEGACY_PRODUCTS_TABLE} WHERE id IN (?)`
const UPDATE = `UPDATE ${LEGACY_PRODUCTS_TABLE} SET name = ?, price = ? WHERE id = ?`

/** Those that exist, in no particular order. */
export async function selectLegacyProducts(
  pool: MysqlPool,
  productIds: readonly number[],
  context: CallContext,
): Promise<readonly Product[]> {
  if (productIds.length === 0) return []
  const rows = await pool.home.rows<{ readonly id: number; readonly name: string; readonly price: string }>(
    SELECT,
    [productIds],
    context,
  )
  return rows.map(({ id, name, price }) => ({ productId: id, name, priceCents: centsOfDecimal(price) }))
}

export function legacyProductUpdate({ productId, name, priceCents }: Product): Statement {
  return { sql: UPDATE, values: [name, decimalOfCents(priceCents), productId] }
}
