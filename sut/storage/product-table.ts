// products: the catalogue's own table, one for all shards.

import { PRODUCTS_TABLE, type Product } from '../../contracts/catalogue.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { Session, Statement } from './mysql-lane.ts'
import type { MysqlPool } from './mysql-pool.ts'

const SELECT = `SELECT product_id, name, price_cents FROM ${PRODUCTS_TABLE} WHERE product_id IN (?)`
const SELECT_PAGE = `SELECT product_id, name, price_cents FROM ${PRODUCTS_TABLE}
  WHERE product_id > ? ORDER BY product_id LIMIT ?`
const SELECT_TO_CHANGE = `${SELECT} FOR UPDATE`
const UPDATE = `UPDATE ${PRODUCTS_TABLE} SET name = ?, price_cents = ? WHERE product_id = ?`

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
  return (await pool.home.rows<ProductRow>(SELECT, [productIds], context)).map(productOf)
}

/** By their ids. */
export async function selectProductPage(
  pool: MysqlPool,
  { after, limit }: { readonly after: number; readonly limit: number },
  context: CallContext,
): Promise<readonly Product[]> {
  return (await pool.home.rows<ProductRow>(SELECT_PAGE, [after, limit], context)).map(productOf)
}

/** Nobody else changes it until the transaction has ended. undefined: there is none. */
export async function productToChange(session: Session, productId: number): Promise<Product | undefined> {
  return (await session.rows<ProductRow>(SELECT_TO_CHANGE, [[productId]])).map(productOf)[0]
}

export function productUpdate({ productId, name, priceCents }: Product): Statement {
  return { sql: UPDATE, values: [name, priceCents, productId] }
}

function productOf(row: ProductRow): Product {
  return { productId: row.product_id, name: row.name, priceCents: Number(row.price_cents) }
}
