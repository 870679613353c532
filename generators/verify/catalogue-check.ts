// The catalogue: every product at its price.

import type { Connection } from 'mysql2/promise'
import { PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { allProducts } from '../products.ts'
import { rows } from '../store/mysql-connection.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'

export async function verifyCatalogue(connection: Connection): Promise<readonly Finding[]> {
  const stored = await rows<{ id: number; name: string; price: string }>(
    connection,
    `SELECT product_id AS id, name, price_cents AS price FROM ${PRODUCTS_TABLE}`,
  )
  const byId = new Map(stored.map((row) => [row.id, row]))
  const wrong = allProducts().filter(({ productId, name, priceCents }) => {
    const row = byId.get(productId)
    return row?.name !== name || Number(row.price) !== priceCents
  })
  if (wrong.length === 0) return []
  const samples = wrong.slice(0, MAX_SAMPLES).map(({ productId }) => `product ${productId}`)
  return [
    { check: 'catalogue', where: PRODUCTS_TABLE, what: 'product missing or changed', count: wrong.length, samples },
  ]
}
