import { describe, expect, it } from 'vitest'
import { PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { allProducts } from '../../generators/products.ts'
import type { SqlValue } from './mysql-connection.ts'
import { fillProducts } from './schema.ts'

/** What is inserted into a catalogue that holds `stored`. */
async function insertedProducts(stored: readonly object[]): Promise<readonly SqlValue[]> {
  const inserted: SqlValue[] = []
  const query = async (sql: string, values: readonly SqlValue[]) => {
    if (!sql.startsWith(`INSERT INTO ${PRODUCTS_TABLE}`)) return stored
    inserted.push(...values)
    return []
  }
  await fillProducts({ query })
  return inserted
}

describe('fillProducts', () => {
  it('fills an empty catalogue with the rows of the seeder', async () => {
    const rows = allProducts().map(({ productId, name, priceCents }) => [productId, name, priceCents])
    expect(await insertedProducts([])).toEqual([rows])
  })

  it('leaves a catalogue alone that somebody has begun', async () => {
    expect(await insertedProducts([{ product_id: 1 }])).toEqual([])
  })
})
