// t_product: the monolith's catalogue.

import type { Product } from '../../../contracts/catalogue.ts'
import { centsOfDecimal, decimalOfCents } from '../../../contracts/legacy-amount.ts'
import { LEGACY_PRODUCTS_TABLE } from '../../../contracts/legacy-tables.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import type { Statement } from '../mysql-lane.ts'
import type { MysqlPool } from '../mysql-pool.ts'

const SELECT = `SELECT id, name, price FROM ${LEGACY_PRODUCTS_TABLE} WHERE id IN (?)`
const SELECT_PAGE = `SELECT id, name, price FROM ${LEGACY_PRODUCTS_TABLE} WHERE id > ? ORDER BY id LIMIT ?`
const UPDATE = `UPDATE ${LEGACY_PRODUCTS_TABLE} SET name = ?, price = ? WHERE id = ?`

interface LegacyProductRow {
  readonly id: number
  readonly name: string
  readonly price: string
}

/** Those that exist, in no particular order. */
export async function selectLegacyProducts(
  pool: MysqlPool,
  productIds: readonly number[],
  context: CallContext,
): Promise<readonly Product[]> {
  if (productIds.length === 0) return []
  return (await pool.home.rows<LegacyProductRow>(SELECT, [productIds], context)).map(productOf)
}

/** By their ids. */
export async function selectLegacyProductPage(
  pool: MysqlPool,
  { after, limit }: { readonly after: number; readonly limit: number },
  context: CallContext,
): Promise<readonly Product[]> {
  return (await pool.home.rows<LegacyProductRow>(SELECT_PAGE, [after, limit], context)).map(productOf)
}

export function legacyProductUpdate({ productId, name, priceCents }: Product): Statement {
  return { sql: UPDATE, values: [name, decimalOfCents(priceCents), productId] }
}

function productOf({ id, name, price }: LegacyProductRow): Product {
  return { productId: id, name, priceCents: centsOfDecimal(price) }
}
