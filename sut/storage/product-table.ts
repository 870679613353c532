// products: the catalogue's own table, one for all shards.

import { PRODUCTS_TABLE, type Product } from '../../contracts/catalogue.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { MysqlPool } from './mysql-pool.ts'

const SELECT = `SELECT product_id, name, price_cents FROM ${PRODUCTS_TABLE} WHERE product_id IN (?)`

interface ProductRow {
  readonly product_id: number
  readonly name: string
  readonly price_cents: string
}

/** Those that exist, in no particular order. */
export async function selectProducts(
  pool: MysqlPool,
  productIds: readonly number[],
  context: CallContext,
): Promise<readonly Product[]> {
  if (productIds.length === 0) return []
  const rows = await pool.home.rows<ProductRow>(SELECT, [productIds], context)
  return rows.map((row) => ({ productId: row.product_id, name: row.name, priceCents: Number(row.price_cents) }))
}
