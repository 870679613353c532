// Writes the catalogue. Apart from the other tables, as those are made by seeding threads, which need no product names.

import type { Connection } from 'mysql2/promise'
import { CREATE_PRODUCTS_SQL, PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { allProducts } from '../products.ts'

export async function fillCatalogue(connection: Connection): Promise<void> {
  await connection.query(CREATE_PRODUCTS_SQL)
  const values = allProducts().map(({ productId, name, priceCents }) => [productId, name, priceCents])
  await connection.query(`REPLACE INTO ${PRODUCTS_TABLE} (product_id, name, price_cents) VALUES ?`, [values])
}
