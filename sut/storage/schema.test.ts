import { describe, expect, it } from 'vitest'
import { PRODUCTS_TABLE } from '../../contracts/catalogue.ts'
import { allProducts } from '../../generators/products.ts'
import type { MysqlPool, Session, SqlValue } from './mysql-pool.ts'
import { ensureSchema } from './schema.ts'

/** A server without tables; what is inserted into the catalogue. */
async function insertedProducts(stored: readonly object[]): Promise<readonly SqlValue[]> {
  const inserted: SqlValue[] = []
  const session: Session = {
    rows: async <T>(sql: string) => {
      if (sql.includes('GET_LOCK')) return [{ taken: 1 }] as T[]
      return (sql.includes(`FROM ${PRODUCTS_TABLE}`) ? stored : []) as T[]
    },
    execute: async (sql, values) => {
      if (sql.startsWith(`INSERT INTO ${PRODUCTS_TABLE}`)) inserted.push(...values)
      return 0
    },
  }
  const withSession = (_: unknown, work: (session: Session) => Promise<number>) => work(session)
  await ensureSchema({ withSession } as unknown as MysqlPool)
  return inserted
}

describe('ensureSchema', () => {
  it('fills an empty catalogue with the rows of the seeder', async () => {
    const rows = allProducts().map(({ productId, name, priceCents }) => [productId, name, priceCents])
    expect(await insertedProducts([])).toEqual([rows])
  })

  it('leaves a catalogue alone that somebody has begun', async () => {
    expect(await insertedProducts([{ product_id: 1 }])).toEqual([])
  })
})
