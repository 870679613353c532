import { describe, expect, it } from 'vitest'
import { PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { allProducts } from '../../generators/products.ts'
import { fillCatalogue, type RunSql } from './migrations.ts'
import type { SqlValue } from './mysql-connection.ts'

/** What is inserted into a catalogue that holds `stored`. */
async function insertedProducts(stored: readonly object[]): Promise<readonly SqlValue[]> {
  const inserted: SqlValue[] = []
  const run: RunSql = async (sql, values = []) => {
    if (sql.startsWith('SELECT')) return stored as Record<string, unknown>[]
    if (sql.startsWith(`INSERT INTO ${PRODUCTS_TABLE}`)) inserted.push(...values)
    return []
  }
  await fillCatalogue(run)
  return inserted
}

describe('fillCatalogue', () => {
  it('fills an empty catalogue with the rows of the seeder', async () => {
    const rows = allProducts().map(({ productId, name, priceCents }) => [productId, name, priceCents])
    expect(await insertedProducts([])).toEqual([rows])
  })

  it('leaves a catalogue alone that somebody has begun', async () => {
    expect(await insertedProducts([{ product_id: 1 }])).toEqual([])
  })
})
